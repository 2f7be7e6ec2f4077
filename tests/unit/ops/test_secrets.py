"""Secrets by reference: read from three places, read again, never shown."""

import json
import pickle
import sys
import types
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from careerops.domain.errors import ConfigurationError
from careerops.ops.secrets import Secret

VALUE = "sk-planted-secret-0123456789"


class Time:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        """The monotonic time."""
        return self.now_s


class Options(BaseModel):
    """A part's options, as adapters declare them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
    key: Secret


def test_env_names_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """White space around the value is no part of it."""
    monkeypatch.setenv("CAREEROPS_TEST_KEY", f" {VALUE}\n")
    assert Secret("env:CAREEROPS_TEST_KEY").get() == VALUE


@pytest.mark.parametrize("value", ["", "  \n"])
def test_an_empty_variable_is_an_error_that_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """One line with the remedy."""
    monkeypatch.setenv("CAREEROPS_TEST_KEY", value)
    with pytest.raises(ConfigurationError, match="set the environment variable CAREEROPS_TEST_KEY"):
        Secret("env:CAREEROPS_TEST_KEY").get()


def test_a_relative_file_is_looked_up_beside_the_configuration(tmp_path: Path) -> None:
    """Not in the working directory."""
    (tmp_path / "key").write_text(f"{VALUE}\n")
    assert Secret("file:key", tmp_path).get() == VALUE


def test_a_file_may_stand_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`~` is the person's home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text(VALUE)
    assert Secret("file:~/key").get() == VALUE


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "create the file with mode 0600"), (b"", "is empty"), (b"\xff\xfe\x00", "not UTF-8")],
)
def test_an_unusable_file_is_an_error_that_says_why(
    tmp_path: Path, content: bytes | None, complaint: str
) -> None:
    """Missing, empty, or no text."""
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigurationError, match=complaint):
        Secret("file:key", tmp_path).get()


class Keyring(types.ModuleType):
    """The keyring package, as much of it as is used."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.stored: dict[tuple[str, str], str] = {}
        self.broken = False
        self.errors = types.SimpleNamespace(KeyringError=OSError)

    def get_password(self, service: str, user: str) -> str | None:
        """The stored password, if any."""
        if self.broken:
            raise OSError(VALUE)
        return self.stored.get((service, user))


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """A keyring in memory."""
    module = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", module)
    return module


def test_keyring_names_a_service_and_a_user(keyring: Keyring) -> None:
    """Only the first slash separates."""
    keyring.stored["careerops", "me/imap"] = VALUE
    assert Secret("keyring:careerops/me/imap").get() == VALUE


def test_a_missing_keyring_entry_says_how_to_make_it(keyring: Keyring) -> None:
    """The command to type."""
    with pytest.raises(ConfigurationError, match="keyring set careerops me"):
        Secret("keyring:careerops/me").get()


def test_a_locked_keyring_is_named_by_type_alone(keyring: Keyring) -> None:
    """Its message may quote anything."""
    keyring.broken = True
    with pytest.raises(ConfigurationError, match="the keyring refused") as caught:
        Secret("keyring:careerops/me").get()
    assert VALUE not in str(caught.value)


def test_without_the_keyring_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is optional."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigurationError, match=r"install careerops\[keyring\]"):
        Secret("keyring:careerops/me").get()


def test_a_file_is_read_again_after_sixty_seconds_and_not_before(tmp_path: Path) -> None:
    """A rotated key comes into use without a restart."""
    time = Time()
    path = tmp_path / "key"
    path.write_text("first")
    secret = Secret(f"file:{path}", monotonic=time)
    assert secret.get() == "first"
    path.write_text("second")
    time.now_s += 60
    assert secret.get() == "first"
    time.now_s += 0.1
    assert secret.get() == "second"


def test_refresh_reads_at_once_and_says_whether_it_changed(tmp_path: Path) -> None:
    """What is done after a 401."""
    path = tmp_path / "key"
    path.write_text("first")
    secret = Secret(f"file:{path}")
    assert secret.refresh()
    assert not secret.refresh()
    path.write_text("second")
    assert secret.refresh()
    assert secret.get() == "second"


def test_a_value_stays_in_use_while_it_cannot_be_read_again(tmp_path: Path) -> None:
    """A file is gone for a moment when it is replaced."""
    time = Time()
    path = tmp_path / "key"
    path.write_text("first")
    secret = Secret(f"file:{path}", monotonic=time)
    secret.get()
    path.unlink()
    time.now_s += 61
    assert secret.get() == "first"
    assert not secret.refresh()


def test_refresh_of_a_secret_that_was_never_read_raises(tmp_path: Path) -> None:
    """There is no value to go on with."""
    with pytest.raises(ConfigurationError):
        Secret("file:none", tmp_path).refresh()


@pytest.mark.parametrize(
    "text", [VALUE, "", "env:", "vault:x", f"env:{VALUE}", "keyring:careerops", f":{VALUE}"]
)
def test_what_is_no_reference_is_refused_without_repeating_it(text: str) -> None:
    """It may be a secret written where a reference belongs."""
    with pytest.raises(ValueError, match="reference") as caught:
        Secret(text)
    assert VALUE not in str(caught.value)
    with pytest.raises(ValidationError) as refused:
        Options.model_validate({"key": text})
    assert VALUE not in str(refused.value)


def test_a_value_that_is_no_text_is_refused_as_a_configuration_error() -> None:
    """As pydantic reports every other mistake."""
    with pytest.raises(ValidationError, match="write a reference"):
        Options.model_validate({"key": 17})


def test_options_take_references_relative_to_the_configuration(tmp_path: Path) -> None:
    """The context's `root`; an instance passes as it is."""
    (tmp_path / "key").write_text(VALUE)
    options = Options.model_validate({"key": "file:key"}, context={"root": tmp_path})
    assert options.key.get() == VALUE
    assert Options(key=options.key).key is options.key


def test_no_text_form_shows_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Representations, serialised options, formatted strings."""
    monkeypatch.setenv("CAREEROPS_TEST_KEY", VALUE)
    options = Options(key=Secret("env:CAREEROPS_TEST_KEY"))
    options.key.get()
    shown = [
        repr(options.key),
        str(options.key),
        f"{options.key}",
        repr(options),
        options.model_dump_json(),
        str(options.model_dump()),
        json.dumps(options.model_dump(mode="json")),
    ]
    assert all("CAREEROPS_TEST_KEY" in text for text in shown)
    assert not any(VALUE in text for text in shown)


def test_a_secret_cannot_be_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its value would travel in bytes nobody looks at."""
    monkeypatch.setenv("CAREEROPS_TEST_KEY", VALUE)
    secret = Secret("env:CAREEROPS_TEST_KEY")
    secret.get()
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)
