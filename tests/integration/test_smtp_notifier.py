"""E-mail against a real SMTP server (aiosmtpd), with logins, TLS, refusals and cut lines."""

import asyncio
import email
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import ValidationError

from careerops.adapters.notifier.email import EmailNotifier
from careerops.domain.errors import (
    CareerOpsError,
    ConfigurationError,
    Outage,
    OutcomeUnknown,
    Permanent,
    Transient,
)
from support.adapters import context, hostile, notification, secret
from support.waiting import HANG_S

pytestmark = pytest.mark.integration

PASSWORD = "PLANTED-PASSWORD-4711"


@dataclass
class Server:
    """What the server does, and what it took.

    Attributes:
        replies: instead of its own, by command.
        cut: closes the line at this command.
        hang: never answers this command.
    """

    passwords: set[str] = field(default_factory=lambda: {PASSWORD})
    replies: dict[str, str | dict[str, str]] = field(default_factory=dict)
    cut: str = ""
    hang: str = ""
    taken: list[tuple[Envelope, Message]] = field(default_factory=list)
    logins: int = 0
    port: int = 0

    async def handle_MAIL(  # noqa: N802  # the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """MAIL FROM."""
        reply = await self._reply("MAIL", server)
        if reply.startswith("2"):
            envelope.mail_from = address
        return reply

    async def handle_RCPT(  # noqa: N802  # the server's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """RCPT TO."""
        reply = await self._reply("RCPT", server, address)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the server's name for it
        """The message is in; whether it is taken is this reply."""
        reply = await self._reply("DATA", server)
        if reply.startswith("2"):
            parsed = email.message_from_bytes(envelope.content or b"", policy=default)
            self.taken.append((envelope, parsed))
        return reply

    async def _reply(self, command: str, server: SMTP, address: str = "") -> str:
        if self.cut == command:
            server.transport.close()
        if self.hang == command:
            await asyncio.Event().wait()
        reply = self.replies.get(command, "250 OK")
        return reply.get(address, "250 OK") if isinstance(reply, dict) else reply

    def authenticate(self, _s: Any, _ss: Any, _e: Any, mechanism: str, data: Any) -> AuthResult:
        """Whether the password is one of ours."""
        self.logins += 1
        known = isinstance(data, LoginPassword) and data.password.decode() in self.passwords
        return AuthResult(success=known, handled=False)


@asynccontextmanager
async def running(
    server: Server, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None,
    login: bool = False,
) -> AsyncIterator[Server]:  # fmt: skip
    """The server on a free port for as long as the block runs."""
    options: dict[str, Any] = {"hostname": "mx.example", "tls_context": starttls}
    if starttls is not None:
        options["require_starttls"] = True
    if login:
        options |= {
            "authenticator": server.authenticate, "auth_required": True, "auth_require_tls": True,
        }  # fmt: skip
    loop = asyncio.get_running_loop()
    clients: list[SMTP] = []

    def accept() -> SMTP:
        clients.append(SMTP(server, loop=loop, **options))
        return clients[-1]

    listening = await loop.create_server(accept, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for client in clients:
            if client.transport is not None:
                client.transport.abort()
        await asyncio.sleep(0)  # transports close their sockets in the loop's next turn


Build = Callable[..., EmailNotifier]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Makes notifiers."""

    def make(server: Server, **options: Any) -> EmailNotifier:
        given: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": server.port,
            "security": "none",
            "sender": "careerops@sender.example",
            "to": ["robin@example.org"],
            "timeout_s": 0.6,
        }
        chosen = EmailNotifier.Options.model_validate(given | options)
        return EmailNotifier(chosen, context(name="post"))

    return make


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost and its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    path = folder / "both.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    path.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return path


def tls_of(certificate: Path) -> ssl.SSLContext:
    """The server's side."""
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    return server_side


async def test_a_notification_is_one_message(build: Build) -> None:
    """Sender, recipient, subject, text; marked as automatic."""
    async with running(Server()) as server:
        await build(server, zone="UTC").send(notification())
    ((envelope, message),) = server.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "careerops@sender.example",
        ["robin@example.org"],
    )
    assert message["From"] == "CareerOps <careerops@sender.example>"
    assert message["To"] == "robin@example.org"
    assert message["Subject"] == "Interview: Bluefin Energy, Data Engineer"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Mon, 02 Mar 2026 09:00:00 +0000"
    text = message.get_content()
    assert "When: Thu 5 Mar 2026, 13:00-13:45 (UTC)" in text
    assert "“we would like to invite you" in text


async def test_a_repeat_has_the_same_message_id(build: Build) -> None:
    """So that whoever gets both can see that they are one."""
    async with running(Server()) as server:
        notifier = build(server)
        for number, older in ((1, None), (1, None), (2, f"{1:064x}")):
            await notifier.send(notification(number, supersedes=older))
    first, again, other = (message for _, message in server.taken)
    assert first["Message-ID"] == again["Message-ID"]
    assert re.fullmatch(r"<careerops-[0-9a-f-]+@sender\.example>", first["Message-ID"])
    assert other["Message-ID"] != first["Message-ID"]
    assert other["In-Reply-To"] == first["Message-ID"]


async def test_no_text_of_a_mail_becomes_a_header_or_a_recipient(build: Build) -> None:
    """Line ends in names, subjects and links."""
    async with running(Server()) as server:
        await build(server).send(hostile())
    ((envelope, message),) = server.taken
    assert envelope.rcpt_tos == ["robin@example.org"]
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version", "X-CareerOps-Notification",
    }  # fmt: skip
    assert not message.is_multipart()
    assert message.get_content_type() == "text/plain"


async def test_a_line_of_one_dot_does_not_end_the_message(build: Build) -> None:
    """SMTP's end mark is doubled on the wire."""
    async with running(Server()) as server:
        dotted = notification(event=None, kind="alert", text="one\n.\ntwo")
        await build(server).send(dotted)
    assert server.taken[0][1].get_content().splitlines()[:3] == ["one", ".", "two"]


async def test_recipients_are_those_of_the_notifications_account(build: Build) -> None:
    """Several each; nobody gets another's."""
    to = {"ann": ["ann@example.org", "ann@work.example"], "bob": ["bob@example.org"]}
    async with running(Server()) as server:
        notifier = build(server, to=to)
        await notifier.send(notification(account="bob"))
        await notifier.send(notification(account="ann"))
        with pytest.raises(Permanent) as caught:
            await notifier.send(notification(account="eve"))
        with pytest.raises(Permanent):
            await build(server).send(notification(account="ann"))
    assert caught.value.reason == "no_recipient"
    assert [envelope.rcpt_tos for envelope, _ in server.taken] == [to["bob"], to["ann"]]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("reply", "error"), [("451 later", Transient), ("552 never", Permanent), ("421 bye", Transient)]
)
async def test_a_reply_decides_what_a_refusal_is(
    build: Build, command: str, reply: str, error: type[CareerOpsError]
) -> None:
    """4xx: try again; 5xx: never. Even after DATA a reply leaves no doubt."""
    async with running(Server(replies={command: reply})) as server:
        with pytest.raises(error) as caught:
            await build(server).send(notification())
    assert server.taken == []
    assert "robin@" not in str(caught.value)
    if isinstance(caught.value, Permanent):
        assert caught.value.reason == "smtp_refused"


async def test_one_refused_recipient_does_not_keep_the_others_from_being_told(
    build: Build,
) -> None:
    """And all refused is a refusal, which one that may be tried again softens."""
    two = ["a@example.org", "b@example.org"]
    async with running(Server(replies={"RCPT": {two[0]: "550 gone"}})) as server:
        await build(server, to=two).send(notification())
        assert server.taken[0][0].rcpt_tos == [two[1]]
        server.replies["RCPT"] = {two[0]: "550 gone", two[1]: "450 busy"}
        with pytest.raises(Transient):
            await build(server, to=two).send(notification())
        server.replies["RCPT"] = {two[0]: "550 gone", two[1]: "550 gone"}
        with pytest.raises(Permanent):
            await build(server, to=two).send(notification())


@pytest.mark.parametrize("how", ["cut", "hang"])
@pytest.mark.parametrize(
    ("command", "error"),
    [("MAIL", Transient), ("RCPT", Transient), ("DATA", OutcomeUnknown)],
)
async def test_a_line_that_is_lost_after_data_leaves_nobody_knowing(
    build: Build, how: str, command: str, error: type[CareerOpsError]
) -> None:
    """Before it nothing was told."""
    async with running(Server(**{how: command})) as server, asyncio.timeout(HANG_S):
        with pytest.raises(error):
            await build(server).send(notification())


async def test_without_a_server_nothing_was_told(build: Build) -> None:
    """It may be tried again."""
    with pytest.raises(Transient, match="cannot be reached"):
        await build(Server(port=9)).send(notification())
    with pytest.raises(Transient):
        await build(Server(port=9)).check()


async def test_a_login_is_made_and_a_refused_one_is_an_outage(
    build: Build, tmp_path: Path, certificate: Path
) -> None:
    """The password is read again once; its text is told to nobody else."""
    options = {
        "host": "localhost", "security": "starttls", "timeout_s": 5, "username": "me",
        "ca_file": str(certificate.parent / "cert.pem"),
        "password": secret(tmp_path, PASSWORD, "pw"),
    }  # fmt: skip
    async with running(Server(), starttls=tls_of(certificate), login=True) as server:
        notifier = build(server, **options)
        await notifier.send(notification(1))
        assert await notifier.check() == "post: localhost answers and accepts the login"
        server.passwords = {"another"}
        with pytest.raises(Outage, match="renew username and password") as caught:
            await notifier.send(notification(2))
        with pytest.raises(ConfigurationError):
            await notifier.check()
        assert caught.value.scope == "channel:post"
        assert PASSWORD not in repr(caught.value)
        (tmp_path / "pw").write_text("another")
        await notifier.send(notification(3))
    assert len(server.taken) == 2


async def test_a_server_without_login_cannot_be_used_with_one(build: Build, tmp_path: Path) -> None:
    """It says what to check."""
    async with running(Server()) as server:
        notifier = build(server, username="me", password=secret(tmp_path, PASSWORD, "pw"))
        with pytest.raises(Outage, match="check security"):
            await notifier.send(notification())


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_it_speaks_tls_with_whom_it_can_verify(
    build: Build, certificate: Path, tmp_path: Path, security: str
) -> None:
    """And with nobody else."""
    context_of = {
        "tls": {"tls": tls_of(certificate)},
        "starttls": {"starttls": tls_of(certificate)},
    }
    trusted = tmp_path / "ca.pem"
    trusted.write_bytes((certificate.parent / "cert.pem").read_bytes())
    async with running(Server(), **context_of[security]) as server:
        options = {"host": "localhost", "security": security, "timeout_s": 5}
        await build(server, ca_file=str(trusted), **options).send(notification())
        assert len(server.taken) == 1
        with pytest.raises((Outage, Transient)):
            await build(server, **options).send(notification())
        with pytest.raises((Outage, Transient)):
            await build(server, ca_file=str(trusted), **(options | {"host": "127.0.0.1"})).send(
                notification()
            )
    assert len(server.taken) == 1


async def test_a_server_without_starttls_is_not_used_in_clear(build: Build) -> None:
    """A stripped offer is no reason to speak openly."""
    async with running(Server()) as server:
        with pytest.raises(Outage, match="check security"):
            await build(server, security="starttls").send(notification())
    assert server.taken == []


async def test_check_sends_nothing(build: Build) -> None:
    """It connects and leaves."""
    async with running(Server()) as server:
        assert await build(server).check() == "post: 127.0.0.1 answers"
    assert server.taken == []
    assert build(server).egress() == "127.0.0.1"


@pytest.mark.parametrize("options", [
    {"host": "smtp.example.org", "security": "none"}, {"to": []}, {"to": ["not an address"]},
    {"to": ["a@example.org\r\nRCPT TO:<b@example.org>"]}, {"sender": "CareerOps <a@b.example>"},
    {"username": "me"}, {"host": "h\r\nx"}, {"passwort": "x"}, {"password": PASSWORD},
])  # fmt: skip
def test_options_that_cannot_work_are_refused_without_being_quoted(options: dict) -> None:
    """At the start."""
    given = {
        "host": "localhost",
        "sender": "a@b.example",
        "to": ["c@d.example"],
        "security": "none",
    }
    with pytest.raises(ValidationError) as caught:
        EmailNotifier.Options.model_validate(given | options)
    assert PASSWORD not in str(caught.value)
