"""The configuration: `careerops.toml` with environment overrides, validated, frozen.

Every key can be overridden by a variable: `CAREEROPS_` and the key in upper case, parts joined by
two underscores, list items by number: `CAREEROPS_HTTP__PORT=0`, `CAREEROPS_MAILBOX__0__HOST=...`.
"""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from careerops.domain.errors import ConfigurationError
from careerops.domain.model import Model
from careerops.services.classify import ClassifySettings
from careerops.services.notify import NotifySettings
from careerops.services.research import ResearchSettings
from careerops.web.server import HttpOptions

DEFAULT_ACCOUNT = "me"
FILE_NAME = "careerops.toml"
_PREFIX = "CAREEROPS_"
_MAX_FILE_BYTES = 1024 * 1024
_MAX_LIST_INDEX = 99
_UNION_MEMBER = re.compile(r"[\[\]()]|^(?:str|int|float|bool|tuple|dict|list)$")


class PartConfig(Model):
    """One `[[mailbox]]`, `[[classifier]]`, `[[researcher]]` or `[[notifier]]` table.

    Keys beside these are the adapter's own and are validated by its `Options`.

    Attributes:
        kind: which adapter, as in the registry.
        account: whose it is.
        name: identity where a kind is used twice; default is the kind.
        optional: leave the part out, with a warning, when it cannot be constructed.
    """

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    kind: str
    account: str = Field(default=DEFAULT_ACCOUNT, pattern=r"^[A-Za-z0-9._-]{1,64}$")
    name: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,64}$")
    optional: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """The adapter's own keys."""
        return dict(self.model_extra or {})


class LoggingSettings(Model):
    """`[logging]`: level, and JSON or console form (`auto` = JSON unless on a terminal)."""

    model_config = Model.model_config | {"extra": "forbid"}

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "console"] = "auto"


class RetentionSettings(Model):
    """`[retention]`: how many days mails and what was understood are kept, once all is done.

    Kept for good is what tells a known mail from a new one: some 90 bytes a mail, without sender,
    subject or quote. A dead letter is kept until it is replayed or discarded.
    """

    model_config = Model.model_config | {"extra": "forbid"}

    days: int = Field(default=90, ge=1, le=36_500)


class Config(Model):
    """Everything that can be configured.

    Attributes:
        log: where topics are kept: `sqlite:///PATH`, three slashes before a relative path, or
            `kafka://HOST:PORT`, several separated by commas.
        store: where decisions are kept; with an SQLite log always in the same file. With Kafka
            `postgresql://USER@HOST/DATABASE`, or `sqlite:///PATH` where all runs on one machine;
            also `env:NAME` or `file:PATH`, because an address may hold a password.
        kafka: the `[kafka]` table, see below.
        http_given: whether there is an `[http]` table, which demo and `--until-idle` ask for.
        root: the folder that relative paths start from.
        file: the configuration file itself, if there is one.
    """

    model_config = Model.model_config | {"extra": "forbid"}

    log: str = "sqlite:///careerops.db"
    store: str = Field(default="", repr=False)
    kafka: dict[str, Any] = Field(default_factory=dict)
    http: HttpOptions = HttpOptions()
    http_given: bool = Field(default=False, exclude=True)
    logging: LoggingSettings = LoggingSettings()
    mailbox: tuple[PartConfig, ...] = ()
    classifier: tuple[PartConfig, ...] = ()
    classify: ClassifySettings = ClassifySettings()
    researcher: tuple[PartConfig, ...] = ()
    research: ResearchSettings = ResearchSettings()
    notifier: tuple[PartConfig, ...] = ()
    notify: NotifySettings = NotifySettings()
    retention: RetentionSettings = RetentionSettings()
    root: Path = Field(default=Path(), exclude=True)
    file: Path | None = Field(default=None, exclude=True)


_INTERNAL = {"root", "file", "http_given"}


def find_config(explicit: Path | None) -> Path:
    """The configuration file: `explicit`, `./careerops.toml`, or the one in the XDG folder.

    Raises:
        ConfigurationError: there is none.
    """
    if explicit is not None:
        if not explicit.is_file():
            raise ConfigurationError(f"{explicit}: no such file; create it with: careerops init")
        return explicit
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for path in (Path(FILE_NAME), home / "careerops" / FILE_NAME):
        if path.is_file():
            return path
    raise ConfigurationError(
        f"no {FILE_NAME} here: create one with `careerops init`, or name one with --config PATH"
    )


def load_config(path: Path, environ: Mapping[str, str] | None = None) -> Config:
    """Read and validate the configuration.

    Raises:
        ConfigurationError: in one line, the file, the key and the remedy.
    """
    return build_config(
        _read(path), path.absolute().parent, os.environ if environ is None else environ, path
    )


def build_config(
    tables: dict[str, Any], root: Path, environ: Mapping[str, str], file: Path | None = None
) -> Config:
    """The configuration from parsed `tables` and the environment's overrides.

    Raises:
        ConfigurationError: as `load_config`.
    """
    where = file.name if file else "configuration"
    for name in sorted(_INTERNAL & tables.keys()):
        raise ConfigurationError(f"{where}: {name}: unknown key; remove it")
    variables = sorted(name for name in environ if _is_override(name))
    for variable in variables:
        _override(tables, variable, environ[variable])
    extra = {"root": root, "file": file, "http_given": "http" in tables}
    try:
        return Config.model_validate({**tables, **extra}, context={"root": root})
    except ValidationError as error:
        place = _variable_of(error, variables) or where
        raise ConfigurationError(f"{place}: {explain(error, Config)}") from None


def _is_override(variable: str) -> bool:
    """Whether a variable overrides a key: other names with our prefix are a person's own (secrets).

    Raises:
        ConfigurationError: it is nearly a key's name, so it was meant to be one.
    """
    if not variable.startswith(_PREFIX):
        return False
    first = variable.removeprefix(_PREFIX).lower().partition("__")[0]
    keys = [name for name in Config.model_fields if name not in _INTERNAL]
    near = get_close_matches(first, keys, n=1, cutoff=0.75)
    if near and near[0] != first:
        meant = f"{_PREFIX}{near[0].upper()}"
        raise ConfigurationError(f"{variable}: unknown key; did you mean {meant}?")
    return first in keys


def _variable_of(error: ValidationError, variables: Sequence[str]) -> str:
    """The variable that set the key `error` complains of, '' if the file did."""
    location = [
        str(part) for part in error.errors(include_url=False, include_input=False)[0]["loc"]
    ]
    for variable in variables:
        parts = variable.removeprefix(_PREFIX).lower().split("__")
        if parts == location[: len(parts)]:
            return variable
    return ""


def explain(error: ValidationError, model: type[Model], prefix: str = "") -> str:
    """The most telling complaint of `error` as `key: what is wrong; remedy`, without the value."""
    errors = error.errors(include_url=False, include_input=False)
    # A misspelt key is why the one it should have been is missing.
    first = next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])
    key = _key(prefix, first["loc"])
    if first["type"] == "extra_forbidden":
        last = str(first["loc"][-1])
        near = get_close_matches(last, _names(model, first["loc"][:-1]), n=1)
        hint = f"did you mean {near[0]}?" if near else "remove it"
        return f"{key}: unknown key; {hint}"
    if first["type"] == "missing":
        return f"{key}: missing; add it"
    if first["type"] == "tuple_type":
        table = not prefix and len(first["loc"]) == 1
        form = f"[[{key}]] tables" if table else f'a list: {key.rpartition(".")[2]} = ["..."]'
        return f"{key}: write it as {form}"
    message = first["msg"].removeprefix("Value error, ")
    return f"{key}: {message[:1].lower()}{message[1:]}"


def _key(prefix: str, location: tuple[int | str, ...]) -> str:
    key = prefix
    for part in location:
        if isinstance(part, str) and _UNION_MEMBER.search(part):
            continue  # pydantic's name for one alternative of a union, nothing a person wrote
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    return key or "the file"


def _names(model: type[Model], location: tuple[int | str, ...]) -> list[str]:
    current: Any = model
    for part in location:
        field = getattr(current, "model_fields", {}).get(str(part))
        if field is not None:
            current = field.annotation
    names = getattr(current, "model_fields", {})
    return [name for name in names if name not in _INTERNAL]


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; make it readable") from None
    if len(data) > _MAX_FILE_BYTES:
        raise ConfigurationError(f"{path}: larger than 1 MiB; this is no configuration file")
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from None


def _override(tables: dict[str, Any], variable: str, value: str) -> None:
    """Set one key from the environment, making tables and list items as needed."""
    parts = variable.removeprefix(_PREFIX).lower().split("__")
    current: Any = tables
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        index = _index(current, part, variable)
        if following is None:
            current[index] = _value(value)
            return
        if isinstance(current, dict) and index not in current:
            current[index] = [] if following.isdecimal() else {}
        current = current[index]
        if not isinstance(current, dict | list):
            raise ConfigurationError(f"{variable}: {part} is not a table; unset the variable")


def _index(current: dict[str, Any] | list[Any], part: str, variable: str) -> Any:
    if isinstance(current, dict):
        return part
    if not part.isdecimal() or int(part) > _MAX_LIST_INDEX:
        raise ConfigurationError(f"{variable}: {part} is not a list index; use 0, 1 ...")
    while len(current) <= int(part):
        current.append({})
    return int(part)


def _value(text: str) -> Any:
    """Lists, tables and quoted strings are read as TOML; everything else is converted by its key.

    So a telephone number stays the text that it is.
    """
    if not text.startswith(("[", "{", '"', "'")):
        return text
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text
