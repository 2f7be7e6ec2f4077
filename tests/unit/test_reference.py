"""docs/cli.md and docs/configuration.md are what the program really offers."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from careerops.bootstrap.parts import load_class
from careerops.cli import reference
from careerops.cli.main import COMMANDS
from careerops.config import Config, PartConfig
from careerops.ops.paths import ConfigPath
from careerops.ops.secrets import Secret
from careerops.registry import REGISTRY
from support.documents import table_rows
from support.tree import ROOT

CLI = ROOT / "docs" / "cli.md"
CONFIGURATION = ROOT / "docs" / "configuration.md"


@pytest.mark.parametrize(
    ("page", "generate"),
    [(CLI, reference.cli_markdown), (CONFIGURATION, reference.configuration_markdown)],
    ids=["cli", "configuration"],
)
def test_the_page_is_up_to_date(page: Path, generate: Any) -> None:
    """What is generated now is what is committed."""
    stale = f"docs/{page.name} is stale: make docs"
    assert page.read_text(encoding="utf-8") == generate(), stale


def test_every_command_is_documented() -> None:
    """Those of the table of commands, and each of their own commands, with all options."""
    names = reference.command_names()
    assert {name.split()[1] for name in names} == set(COMMANDS)
    for name in ("careerops dlq replay", "careerops events relabel", "careerops cursors reset"):
        assert name in names
    text = CLI.read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == names
    assert "--until-idle" in text
    assert "--help" in text


def section(text: str, heading: str) -> str:
    """What stands below `heading`, up to the next one."""
    return text.split(f"\n{heading}\n", 1)[1].split("\n#", 1)[0]


def keys_of(text: str) -> set[str]:
    """The keys in the tables of `text`."""
    return {row[0].strip("`") for row in table_rows(text)}


@pytest.mark.parametrize(
    ("family", "kind"), [(family, kind) for family in REGISTRY for kind in REGISTRY[family]]
)
def test_every_kind_is_documented_with_each_of_its_keys(family: str, kind: str) -> None:
    """Key, type, default."""
    table = "classifier" if family == "chatmodel" else family
    text = CONFIGURATION.read_text()
    tail = text.split(f"\n## `[[{table}]]`\n", 1)[1]
    fields = set(load_class(REGISTRY[family][kind]).Options.model_fields)
    assert keys_of(section(tail, f"### `{kind}`")) == fields


def test_every_key_of_the_file_itself_is_documented() -> None:
    """Top level, each section, and the keys that all parts have."""
    text = CONFIGURATION.read_text()
    sections = {
        name: field.annotation
        for name, field in Config.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    }
    parts = {"mailbox", "classifier", "researcher", "notifier"}
    internal = {"root", "file", "http_given"}
    assert keys_of(section(text, "## Top level")) == set(Config.model_fields) - parts - internal
    for name, model in sections.items():
        assert keys_of(section(text, f"## `[{name}]`")) == set(model.model_fields)
    shared = section(text, "## Keys of every `[[...]]` table")
    assert keys_of(shared) == set(PartConfig.model_fields)


class Inner(BaseModel):
    """A table inside."""

    a: int = 1


class Base(BaseModel):
    """A base.

    Attributes:
        one, two: said of both, and of the
            second line too.
    """

    one: int
    two: float = 2


class Sample(Base):
    """A model with every form there is.

    Attributes:
        words: either a | or b.
    """

    words: Literal["a", "b"] = "a"
    path: ConfigPath | None = None
    secret: Secret = Secret("env:X")
    many: tuple[str | Inner, ...] = ("x",)
    table: dict[str, bool] | date | None = None
    text: Annotated[str, Field(max_length=3)] = 'a"b'
    inner: Inner = Inner()


def test_types_defaults_and_meanings_are_in_words() -> None:
    """No name of a Python class, no address of a function."""
    rows = {row[0]: row[1:] for row in table_rows(reference._rows(Sample))}
    said = "said of both, and of the second line too."
    assert rows == {
        "`one`": ["integer", "required", said],
        "`two`": ["number", "`2`", said],
        "`words`": ['`"a"` or `"b"`', '`"a"`', "either a \\", "or b."],
        "`path`": ["path", "none", ""],
        "`secret`": ["secret", '`"env:X"`', ""],
        "`many`": ["list of: text or table of `a`", '`["x"]`', ""],
        "`table`": ["table: text to true or false or date", "none", ""],
        "`text`": ["text", '`"a\\"b"`', ""],
        "`inner`": ["table of `a`", "its defaults", ""],
    }


def test_a_type_without_a_word_is_an_error() -> None:
    """Whoever adds an option of a new type adds its word."""
    with pytest.raises(KeyError):
        reference._type(complex)


def test_the_pages_are_written_beside_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README's part is replaced, the rest of it stays."""
    monkeypatch.setattr(reference, "demo_markdown", lambda: "what the demo says")
    begins, ends = reference._DEMO_BEGINS, reference._DEMO_ENDS
    (tmp_path / "docs").mkdir()
    readme = tmp_path / "README.md"
    readme.write_text(f"# Name\n\n{begins}\nold\n{ends}\n\nrest\n")
    reference.write_reference(tmp_path / "docs")
    assert (tmp_path / "docs" / "cli.md").read_text() == reference.cli_markdown()
    written = (tmp_path / "docs" / "configuration.md").read_text()
    assert written == reference.configuration_markdown()
    text = readme.read_text()
    assert "what the demo says" in text
    assert "old" not in text
    assert text.startswith("# Name\n")
    assert text.endswith("\nrest\n")
