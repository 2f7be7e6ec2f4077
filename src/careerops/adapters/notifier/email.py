"""Notifications as e-mail, over SMTP.

What a failure means depends on when it happens. Before DATA nothing was told; after the server
has begun to take the message and says nothing any more, nobody knows.
"""

import asyncio
import re
import ssl
from email.charset import QP, Charset
from email.header import Header
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from careerops.adapters.notifier.recipients import recipient_of
from careerops.domain.errors import (
    CareerOpsError,
    ConfigurationError,
    Outage,
    OutcomeUnknown,
    Permanent,
    Transient,
)
from careerops.domain.notification import Notification
from careerops.domain.render import render_text, render_title
from careerops.mail.ownmark import HEADER, make_mark
from careerops.ops.context import PartContext
from careerops.ops.http import is_loopback
from careerops.ops.installation import InstallationKey
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.paths import ConfigPath
from careerops.ops.secrets import Secret

if TYPE_CHECKING:
    import aiosmtplib

_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
_MAX_CHARS: Final = 4000
_PERMANENT: Final = 500
_REFUSALS: Final = range(400, 600)
_POLICY: Final = compat32.clone(linesep="\r\n", max_line_length=998)
"""A Message-ID in two lines is legal, and some read nothing of it: only what must be is folded."""
_PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}

_QUOTED_PRINTABLE: Final = Charset("utf-8")
_QUOTED_PRINTABLE.body_encoding = QP


def _checked_address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("write a plain address such as me@example.org")
    return value


Address = Annotated[str, AfterValidator(_checked_address)]
Addresses = Annotated[
    tuple[Address, ...], BeforeValidator(lambda to: (to,) if isinstance(to, str) else to)
]
"""One address or a list of them."""


class EmailOptions(BaseModel):
    """`[[notifier]] kind = "email"`.

    Attributes:
        host: the SMTP server.
        port: default by `security`: 465, 587 or 25.
        security: `tls` from the first byte, `starttls`, or `none`, on this machine only.
        username: '' = no login.
        password: of `username`.
        sender: the From address.
        to: the recipients of this channel's account, or a table: account -> recipients. An address
            that is watched may be one: what comes back there is recognised and not told again.
        ca_file: certificates to trust instead of the system's (PEM).
        timeout_s: of each step of the dialogue.
        zone: IANA zone of the times shown; '' = the sender's.
        max_chars: of the text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str = ""
    password: Secret | None = None
    sender: Address
    to: Addresses | dict[str, Addresses] = Field(min_length=1)
    ca_file: ConfigPath | None = None
    timeout_s: float = Field(default=10.0, gt=0, le=40)
    zone: str = ""
    max_chars: int = Field(default=_MAX_CHARS, ge=100, le=100_000)

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError('security = "none" is for this machine only: use tls or starttls')
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password belong together: give both or neither")
        return self


class EmailNotifier:
    """A `Notifier` that sends one message for each notification, over a connection of its own."""

    Options = EmailOptions

    def __init__(self, options: EmailOptions, context: PartContext) -> None:
        """Connect at each send: notifications are few, and idle connections are dropped anyway."""
        self._options = options
        self._account = context.account
        self._clock = context.clock
        self._key = InstallationKey(context.documents)
        self._channel = context.name or "email"
        self._tls: ssl.SSLContext | None = None
        self._logger = get_logger("notify")

    @property
    def channel(self) -> str:
        """The part's name, by default its kind."""
        return self._channel

    def egress(self) -> str:
        """The SMTP server, even on this machine: mail goes on from there."""
        return self._options.host

    async def check(self) -> str:
        """Connect, log in and leave; nothing is sent.

        Raises:
            ConfigurationError: the login is refused, or the server does not offer `security`.
            Outage, Transient: the server cannot be reached now.
        """
        try:
            smtp = await self._connected()
        except Outage as outage:
            raise ConfigurationError(str(outage)) from None
        await _leave(smtp)
        return f"{self._channel}: {self._options.host} answers" + (
            " and accepts the login" if self._options.username else ""
        )

    async def send(self, notification: Notification) -> None:
        """Send; returns when the server has taken the message for at least one recipient.

        Raises:
            Transient: not told: no connection, a 4xx reply, or our own store is out.
            Outage: the login is refused, or the server does not offer what is asked for.
            Permanent: a 5xx reply, or nobody is configured for the account.
            OutcomeUnknown: the connection was lost after DATA.
        """
        recipients = recipient_of(notification, self._options.to, self._account)
        message = self.message(notification, recipients, await self._own_key()).as_bytes()
        smtp = await self._connected()
        try:
            await self._deliver(smtp, recipients, message)
        finally:
            await _leave(smtp)

    async def close(self) -> None:
        """Hold nothing: each send closes its connection."""

    def message(
        self, notification: Notification, recipients: Addresses, key: bytes
    ) -> MIMENonMultipart:
        """The message; it says by a mark made with `key` that it is ours (see `mail.ownmark`).

        Its Message-ID follows from the notification's id: a repeat has the same.
        """
        options = self._options
        mark = make_mark(notification.notification_id, key)
        domain = options.sender.rpartition("@")[2]
        # Of the two classes that the library has for a message, the older one: the newer takes a
        # header's text for encoded already and decodes what looks so, line ends and all.
        message = MIMENonMultipart("text", "plain", policy=_POLICY)
        message["From"] = formataddr(("CareerOps", options.sender))
        message["To"] = ", ".join(recipients)
        message["Subject"] = _as_text(render_title(notification))
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{mark}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message[HEADER] = mark
        if notification.supersedes:
            message["In-Reply-To"] = f"<{make_mark(notification.supersedes, key)}@{domain}>"
        text = render_text(notification, max_chars=options.max_chars, zone=options.zone)
        message.set_payload(f"{text}\n\n-- \nCareerOps: {mark}\n", _QUOTED_PRINTABLE)
        return message

    async def _own_key(self) -> bytes:
        try:
            return await self._key.get()
        except Outage as outage:
            raise Transient(f"{self._channel}: {outage}") from None

    async def _connected(self) -> "aiosmtplib.SMTP":
        """A connection, logged in; a refused password is read again once."""
        smtp = self._smtp()
        try:
            await self._open(smtp)
        except _LoginRefused:
            if not await self._renewed():
                raise
        else:
            return smtp
        smtp = self._smtp()
        await self._open(smtp)
        return smtp

    async def _renewed(self) -> bool:
        password = self._options.password
        return password is not None and await asyncio.to_thread(password.refresh)

    def _smtp(self) -> "aiosmtplib.SMTP":
        import aiosmtplib

        options = self._options
        if self._tls is None and options.security != "none":
            self._tls = ssl.create_default_context(cafile=options.ca_file)
        return aiosmtplib.SMTP(
            hostname=options.host,
            port=options.port or _PORTS[options.security],
            use_tls=options.security == "tls",
            start_tls=options.security == "starttls",
            tls_context=self._tls,
            timeout=options.timeout_s,
        )

    async def _open(self, smtp: "aiosmtplib.SMTP") -> None:
        """Connect and log in. Whatever fails here, nothing was told yet."""
        import aiosmtplib

        host, options = self._options.host, self._options
        try:
            await smtp.connect()
            if options.password is not None:
                password = await asyncio.to_thread(options.password.get)
                await smtp.login(options.username, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            failure = self._login_failure(error.code)
        except ssl.SSLError:
            failure = self._down(f"{host} cannot be trusted: check host and ca_file")
        except ConfigurationError as error:
            failure = self._down(str(error))
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            # The library's bare exception says that the server does not offer what is asked for.
            lacking = type(error) is aiosmtplib.SMTPException
            failure = _before_data(host, error)
            if lacking:
                failure = self._down(f"{host} lacks starttls or login: check security")
        else:
            return
        await _leave(smtp)
        raise failure

    def _login_failure(self, code: int) -> CareerOpsError:
        host = self._options.host
        if code < _PERMANENT:
            return Transient(f"{host} puts the login off (code {code})")
        return _LoginRefused(
            f"{host} refuses the login: renew username and password", scope=self._scope
        )

    def _down(self, what: str) -> CareerOpsError:
        return Outage(what, scope=self._scope)

    async def _deliver(
        self, smtp: "aiosmtplib.SMTP", recipients: Addresses, message: bytes
    ) -> None:
        import aiosmtplib

        host = self._options.host
        accepted = False
        failure: CareerOpsError | None = None
        try:
            await smtp.mail(self._options.sender)
            await self._address(smtp, recipients)
            accepted = True
            await smtp.data(message)
        except aiosmtplib.SMTPResponseException as error:
            # A refusal is one even after DATA: the message was not taken. What is no reply of
            # SMTP, such as one without a number or without an end, says nothing about that.
            failure = _by_code(host, error.code)
            if accepted and error.code not in _REFUSALS:
                failure = OutcomeUnknown(f"{host} answers a message with what is no reply")
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            failure = _before_data(host, error)
            if accepted:
                failure = OutcomeUnknown(f"{host} was lost while it took a message")
        if failure is not None:
            raise failure

    async def _address(self, smtp: "aiosmtplib.SMTP", recipients: Addresses) -> None:
        import aiosmtplib

        refused: list[aiosmtplib.SMTPRecipientRefused] = []
        for recipient in recipients:
            try:
                await smtp.rcpt(recipient)
            except aiosmtplib.SMTPRecipientRefused as error:
                refused.append(error)
        if len(refused) == len(recipients):
            # One that may be accepted later is reason enough to try again.
            raise min(refused, key=lambda error: error.code)
        if refused:
            self._logger.warning(
                LogEvent.NOTIFICATION_FAILED,
                channel=self._channel,
                reason="recipient_refused",
                count=len(refused),
            )

    @property
    def _scope(self) -> str:
        return f"channel:{self._channel}"


class _LoginRefused(Outage):
    """The server refused name and password."""


def _as_text(title: str) -> str:
    """`title` as a subject that every reader shows as these characters and no others (RFC 2047)."""
    if title.isascii() and "=?" not in title:
        return title
    return Header(title, "utf-8", header_name="Subject").encode()


def _before_data(host: str, error: BaseException) -> CareerOpsError:
    code = getattr(error, "code", 0)
    if isinstance(code, int) and code:
        return _by_code(host, code)
    return Transient(f"{host} cannot be reached ({type(error).__name__})")


def _by_code(host: str, code: int) -> CareerOpsError:
    if code >= _PERMANENT:
        return Permanent(f"{host} refuses the message (code {code})", reason="smtp_refused")
    return Transient(f"{host} puts the message off (code {code})")


async def _leave(smtp: Any) -> None:
    """Say QUIT where there is still somebody to say it to; what was told stays told."""
    import aiosmtplib

    try:
        if smtp.is_connected:
            await smtp.quit(timeout=2.0)
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        smtp.close()
