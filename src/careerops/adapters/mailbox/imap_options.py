"""The keys of an IMAP mailbox."""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from careerops.adapters.mailbox.options import MailboxOptions
from careerops.ops.http import is_loopback
from careerops.ops.paths import ConfigPath
from careerops.ops.secrets import Secret

_DAYS = {"": 1.0, "h": 1 / 24, "d": 1.0, "w": 7.0}
_SPAN = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)([hdw]?)")
_MAX_DAYS = 36_500
_SINCE_FORMS = 'write days (7), a span ("36h", "14d", "2w") or a date ("2026-11-01")'
_PORTS = {"implicit": 993, "starttls": 143, "none": 143}


def _days_or_date(value: object) -> float | date:
    """Days before the first sync, or a date; raises `ValueError` with the forms there are."""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        span = _SPAN.fullmatch(value.strip())
        if span is not None:
            return float(span[1]) * _DAYS[span[2]]
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(_SINCE_FORMS) from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(_SINCE_FORMS)  # noqa: TRY004  # pydantic turns only ValueError into a configuration error
    if not 0 <= value <= _MAX_DAYS:
        raise ValueError(_SINCE_FORMS)
    return float(value)


Since = Annotated[float | date, PlainValidator(_days_or_date)]


class ImapOptions(MailboxOptions):
    """Keys of an IMAP mailbox.

    Attributes:
        host, port: the server; the port's default is 993, or 143 without implicit TLS.
        tls: `implicit` (TLS from the first byte), `starttls`, or `none`: to this machine only,
            unless `allow_plaintext`.
        ca_file: certificate authorities to trust instead of the system's, PEM.
        username: whose mailbox, as the server wants it.
        password: for LOGIN or AUTHENTICATE PLAIN.
        token: an OAuth 2 access token for XOAUTH2, instead of a password.
        folders: what to read, by their names as a person sees them.
        since: at the first sync, older mails are history: kept and not told. Days, or a text
            such as "36h", "14d", "2w", or a date ("2026-11-01", UTC).
        history: whether the first sync reads older mails at all.
        idle: use IDLE where the server offers it.
        poll_s: seconds between two looks for new mail without IDLE.
        idle_check_s: how often a waiting connection is proved alive. Below 29 minutes, after
            which servers may end it (RFC 2177).
        timeout_s: how long the server may be silent when it owes an answer.
        retry_max_s: longest delay between two attempts to connect.
    """

    host: str = Field(min_length=1, max_length=255)
    port: int = Field(default=0, ge=0, le=65535)
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    allow_plaintext: bool = False
    ca_file: ConfigPath | None = None
    username: str = Field(min_length=1, max_length=320)
    password: Secret | None = None
    token: Secret | None = None
    folders: tuple[str, ...] = Field(default=("INBOX",), min_length=1, max_length=20)
    since: Since = 7.0
    history: bool = True
    idle: bool = True
    poll_s: float = Field(default=60, ge=0.05, le=86400)
    idle_check_s: float = Field(default=240, ge=0.05, le=1740)
    timeout_s: float = Field(default=60, ge=0.05, le=600)
    retry_max_s: float = Field(default=300, ge=0.05, le=3600)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.password is None) == (self.token is None):
            raise ValueError("write either password or token: a reference such as env:NAME")
        if self.tls == "none" and not (self.allow_plaintext or is_loopback(self.host)):
            raise ValueError(
                'tls = "none" would send the password in the clear: use "implicit" or "starttls",'
                " or allow_plaintext = true in a network of your own"
            )
        if len(set(self.folders)) != len(self.folders):
            raise ValueError("folders names one twice: remove it")
        return self

    @property
    def server_port(self) -> int:
        """The port to connect to."""
        return self.port or _PORTS[self.tls]
