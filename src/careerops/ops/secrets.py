"""Secrets by reference: `env:NAME`, `file:PATH` or `keyring:SERVICE/USER`; never a value."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import core_schema

from careerops.domain.errors import ConfigurationError

_REFRESH_S = 60.0
_MAX_SECRET_BYTES = 64 * 1024
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,100}")


class Secret:
    """A reference to a secret, read when asked and read again after 60 s or after `refresh()`.

    Its text forms show the reference and never the value. `env:` cannot change in a running
    process: a new value there needs a restart.
    """

    __slots__ = ("_monotonic", "_read_at", "_reference", "_root", "_value")

    def __init__(
        self,
        reference: str,
        root: Path = Path(),
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Hold `reference`; a relative `file:` path is resolved against `root`.

        `monotonic` gives the seconds by which the value ages.

        Raises:
            ValueError: the reference is of none of the three forms. Its text is not repeated:
                it may be a secret written where a reference belongs.
        """
        scheme, colon, rest = reference.partition(":")
        if not colon or not rest or scheme not in {"env", "file", "keyring"}:
            raise ValueError("write a reference: env:NAME, file:PATH or keyring:SERVICE/USER")
        if scheme == "env" and not _VARIABLE.fullmatch(rest):
            raise ValueError("an env reference is env:NAME, the name of a variable")
        if scheme == "keyring" and "/" not in rest:
            raise ValueError("a keyring reference is keyring:SERVICE/USER")
        self._monotonic = monotonic
        self._reference = reference
        self._root = root
        self._value: str | None = None
        self._read_at = 0.0

    def get(self) -> str:
        """The secret, white space around it stripped.

        A value that was read once stays in use while it cannot be read again: a file is gone for a
        moment when it is rotated.

        Raises:
            ConfigurationError: it could never be read; one line with the remedy.
        """
        if self._value is None:
            self._value, self._read_at = self._read(), self._monotonic()
        elif self._monotonic() - self._read_at > _REFRESH_S:
            self.refresh()
        return self._value

    @property
    def fresh(self) -> str | None:
        """The secret if it need not be read (again): then nothing is waited for."""
        if self._value is None or self._monotonic() - self._read_at > _REFRESH_S:
            return None
        return self._value

    def refresh(self) -> bool:
        """Read again, for use after a 401; whether the value is another now."""
        before = self._value
        try:
            self._value = self._read()
        except ConfigurationError:
            if before is None:
                raise
        self._read_at = self._monotonic()
        return self._value != before

    def _read(self) -> str:
        scheme, _, rest = self._reference.partition(":")
        if scheme == "env":
            value = os.environ.get(rest, "")
            remedy = f"set the environment variable {rest}"
        elif scheme == "file":
            value, remedy = self._read_file(rest)
        else:
            value, remedy = _read_keyring(rest)
        if not value.strip():
            raise ConfigurationError(f"the secret {self._reference} is not readable: {remedy}")
        return value.strip()

    def _read_file(self, name: str) -> tuple[str, str]:
        path = (self._root / Path(name).expanduser()).resolve()
        try:
            with path.open("rb") as file:
                return file.read(_MAX_SECRET_BYTES).decode(), "the file is empty"
        except UnicodeDecodeError:
            return "", "the file is not UTF-8 text"
        except OSError as error:
            return "", f"{error.strerror}; create the file with mode 0600 or name another"

    def __repr__(self) -> str:
        return f"Secret({self._reference!r})"

    def __str__(self) -> str:
        return self._reference

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled: pass its reference")

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Validate from a string; the context's `root` is the configuration file's folder."""
        del source, handler

        def build(value: object, info: ValidationInfo) -> Secret:
            if isinstance(value, Secret):
                return value
            if not isinstance(value, str):
                raise ValueError("write a reference: env:NAME, file:PATH or keyring:SERVICE/USER")  # noqa: TRY004  # pydantic turns only ValueError into a configuration error
            return cls(value, (info.context or {}).get("root", Path()))

        return core_schema.with_info_plain_validator_function(
            build, serialization=core_schema.to_string_ser_schema()
        )


def _read_keyring(rest: str) -> tuple[str, str]:
    service, _, user = rest.partition("/")
    try:
        import keyring  # noqa: PLC0415  # an extra; most installations have none
    except ImportError:
        return "", "install careerops[keyring], or use env: or file:"
    try:
        return keyring.get_password(service, user) or "", f"run: keyring set {service} {user}"
    except keyring.errors.KeyringError as error:
        return "", f"the keyring refused ({type(error).__name__}); use env: or file:"
