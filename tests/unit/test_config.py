"""The configuration: what is accepted, overridden, refused, and in which words."""

from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from careerops.config import build_config, explain, find_config, load_config
from careerops.domain.errors import ConfigurationError
from careerops.domain.model import Model


def write(tmp_path: Path, text: str) -> Path:
    """A configuration file."""
    path = tmp_path / "careerops.toml"
    path.write_text(text)
    return path


def test_an_empty_file_is_a_configuration(tmp_path: Path) -> None:
    """Every key has a default."""
    config = load_config(write(tmp_path, ""), {})
    assert config.log == "sqlite:///careerops.db"
    assert config.http.port == 8000
    assert not config.http_given
    assert config.root == tmp_path


def test_the_environment_overrides_every_kind_of_key(tmp_path: Path) -> None:
    """Scalars, tables, list items, and a list item that the file does not have."""
    path = write(tmp_path, '[[mailbox]]\nkind = "imap"\nhost = "a"\n')
    config = load_config(
        path,
        {
            "CAREEROPS_LOG": "sqlite:///other.db",
            "CAREEROPS_HTTP__PORT": "0",
            "CAREEROPS_MAILBOX__0__HOST": "127.0.0.1",
            "CAREEROPS_NOTIFIER__0__KIND": "whatsapp",
            "CAREEROPS_NOTIFIER__0__TO": "+491234567",
            "CAREEROPS_CLASSIFIER": '[{kind = "rules"}]',
            "UNRELATED": "x",
        },
    )
    assert config.log == "sqlite:///other.db"
    assert config.http.port == 0
    assert config.mailbox[0].options == {"host": "127.0.0.1"}
    assert config.notifier[0].options == {"to": "+491234567"}
    assert config.classifier[0].kind == "rules"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lgo = 'x'", "careerops.toml: lgo: unknown key; did you mean log?"),
        ("[http]\nprot = 1", "careerops.toml: http.prot: unknown key; did you mean port?"),
        (
            "[classify]\nconcurency = 1",
            "classify.concurency: unknown key; did you mean concurrency",
        ),
        ("[classify]\nconcurrency = 0", "classify.concurrency: input should be greater than"),
        ("[classify]\non_outage = 'x'", "classify.on_outage: input should be 'degrade' or 'hold'"),
        ("[[mailbox]]\npath = 'x'", "mailbox[0].kind: missing; add it"),
        ("[http]\nport = 70000", "http.port: input should be less than or equal to 65535"),
        ("log = ", "not valid TOML"),
        ("root = 'x'", "root: unknown key"),
        ("[[mailbox]]\nkind='mbox'\naccount='a b'", "mailbox[0].account: string should match"),
    ],
)
def test_a_mistake_is_one_line_with_key_and_remedy(tmp_path: Path, text: str, says: str) -> None:
    """No traceback, no value, one line."""
    with pytest.raises(ConfigurationError) as caught:
        load_config(write(tmp_path, text), {})
    assert says in str(caught.value)
    assert "\n" not in str(caught.value).strip()


def test_an_alternative_of_a_union_is_not_part_of_the_key() -> None:
    """Pydantic names the alternative it tried; a person wrote no such thing."""

    class Options(Model):
        to: str | dict[str, Annotated[str, Field(max_length=2)]]

    with pytest.raises(ValidationError) as caught:
        Options.model_validate({"to": {"me": "long"}})
    assert explain(caught.value, Options, "notifier[0]").startswith("notifier[0].to: ")


def test_a_value_is_never_repeated_in_the_message(tmp_path: Path) -> None:
    """It may be a secret in the wrong place."""
    with pytest.raises(ConfigurationError) as caught:
        load_config(write(tmp_path, "[http]\nport = 'hunter2'"), {})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("CAREEROPS_MAILBOX__X__HOST", "not a list index"),
        ("CAREEROPS_LOG__X", "not a table"),
        ("CAREEROPS_CLASIFY__HOLD_S", "CAREEROPS_CLASIFY__HOLD_S: unknown key; did you mean"),
        ("CAREEROPS_HTTP__PORT", r"^CAREEROPS_HTTP__PORT: http.port: "),
    ],
)
def test_a_variable_that_fits_nothing_is_named(variable: str, says: str) -> None:
    """A misspelt override is an error, not a silence."""
    tables: dict[str, Any] = {"mailbox": [{"kind": "mbox"}], "log": "sqlite:///x.db"}
    with pytest.raises(ConfigurationError, match=says):
        build_config(tables, Path(), {variable: "-1"})


def test_a_variable_that_is_no_override_is_a_persons_own() -> None:
    """`env:CAREEROPS_IMAP_PASSWORD` is an obvious name for a secret."""
    build_config({}, Path(), {"CAREEROPS_IMAP_PASSWORD": "x", "CAREEROPS_": "y"})


def test_tables_and_lists_written_as_text_are_told_how_to_be_written() -> None:
    """The words are TOML's, not ours."""
    with pytest.raises(ConfigurationError, match=r"mailbox: write it as \[\[mailbox\]\] tables"):
        build_config({"mailbox": "x"}, Path(), {})


def test_the_file_is_looked_for_here_and_in_the_xdg_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`./careerops.toml` first; without any, the error names the remedy."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    with pytest.raises(ConfigurationError, match="careerops init"):
        find_config(None)
    there = tmp_path / "xdg" / "careerops"
    there.mkdir(parents=True)
    (there / "careerops.toml").write_text("")
    assert find_config(None) == there / "careerops.toml"
    write(tmp_path, "")
    assert find_config(None) == Path("careerops.toml")
    with pytest.raises(ConfigurationError, match="no such file"):
        find_config(tmp_path / "nowhere.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Binary files and oversized ones are told so."""
    path = tmp_path / "careerops.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_config(path, {})
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(ConfigurationError, match="larger than"):
        load_config(path, {})
