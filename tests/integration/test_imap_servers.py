"""IMAP servers that refuse, fail or lie; and the ways to authenticate."""

import asyncio
import base64
import json
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import aclosing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from careerops.domain.errors import ConfigurationError, Outage
from careerops.ports.mailbox import CaughtUp, FetchedMail
from support.dovecot import PASSWORD, Dovecot, dovecot, running_dovecot
from support.imap_places import (
    PASSWORD_VARIABLE,
    Answer,
    Script,
    answer_commands,
    imap_mailbox,
    scripted_server,
)
from support.mailboxes import letter, read_all, unix

__all__ = ["dovecot"]

pytestmark = pytest.mark.integration

TOKEN = "ya29.fictitious"


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The users' password, where the adapter looks for it."""
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)


async def first(mailbox: Any, *, follow: bool = False) -> Any:
    """The first item."""
    async with asyncio.timeout(20), aclosing(mailbox.fetch(None, frozenset(), follow=follow)) as s:
        return await anext(s)


# --- what a person configured wrongly


async def test_a_wrong_password_is_a_configuration_error(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line that names the key and never the value."""
    user = dovecot.add_user()
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong-horse")
    for follow in (False, True):
        with pytest.raises(ConfigurationError) as caught:
            await first(imap_mailbox(dovecot.port, user), follow=follow)
        text = str(caught.value)
        assert "password" in text
        assert "wrong-horse" not in text
        assert user not in text
        assert "\n" not in text


async def test_no_server_is_an_outage_of_the_account(dovecot: Dovecot) -> None:
    """Before the first mail also while following: the caller tries again."""
    async with scripted_server(lambda _r, _w: asyncio.sleep(0)) as port:
        pass
    for follow in (False, True):
        with pytest.raises(Outage, match="check host, port and network") as caught:
            await first(imap_mailbox(port, "robin"), follow=follow)
        assert caught.value.scope == "mailbox:imap:me"
    with pytest.raises(Outage):
        await imap_mailbox(port, "robin").check()


async def test_a_certificate_nobody_we_trust_signed_is_refused(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    """Also one for another host; with the CA's file it is accepted."""
    user = dovecot.add_user()
    tls = {"tls": "implicit", "port": dovecot.tls_port}
    good = {**tls, "host": "localhost", "ca_file": dovecot.ca_file}
    assert await imap_mailbox(0, user, **good).check() == "INBOX of localhost: 0 mails, IDLE yes"
    for bad in ({"host": "127.0.0.1"}, {"ca_file": None}):
        with pytest.raises(ConfigurationError, match="certificate"):
            await imap_mailbox(0, user, **(good | bad)).check()
        with pytest.raises(Outage, match="certificate"):
            await first(imap_mailbox(0, user, **(good | bad)))
    (tmp_path / "no.pem").write_text("no certificate")
    for name in ("no.pem", "missing.pem"):
        with pytest.raises(ConfigurationError, match="ca_file"):
            await first(imap_mailbox(0, user, **(good | {"ca_file": tmp_path / name})))


async def test_tls_where_none_is_spoken_is_an_outage(dovecot: Dovecot) -> None:
    """A wrong port is explained."""
    options = {"host": "localhost", "tls": "implicit", "port": dovecot.port}
    with pytest.raises(Outage, match="TLS failed"):
        await first(imap_mailbox(0, dovecot.add_user(), **options))


# --- OAuth 2


@pytest.fixture(scope="module")
def oauth_dovecot() -> Iterator[Dovecot]:
    """A Dovecot that asks a small HTTP server whose token it is."""

    class Introspection(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            accepted = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            active = "yes" if accepted else "no"
            body = json.dumps({"email": "robin@example.org", "active": active}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        block_on_close = False
        daemon_threads = True

    with Server(("127.0.0.1", 0), Introspection) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        try:
            yield from running_dovecot(http.server_port)
        finally:
            http.shutdown()
            thread.join()


async def test_a_token_opens_the_mailbox_by_xoauth2(
    oauth_dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted by a real server's introspection."""
    monkeypatch.setenv("CAREEROPS_TEST_TOKEN", TOKEN)
    mailbox = imap_mailbox(
        oauth_dovecot.port, "robin@example.org", token="env:CAREEROPS_TEST_TOKEN"
    )
    assert await mailbox.check() == "INBOX of 127.0.0.1: 0 mails, IDLE yes"


async def test_a_refused_token_is_read_again_once_and_then_refused(
    oauth_dovecot: Dovecot, tmp_path: Path
) -> None:
    """The failure comes as a challenge that wants an empty answer (RFC 7628's manner)."""
    secret = tmp_path / "token"
    secret.write_text("ya29.stale")
    mailbox = imap_mailbox(oauth_dovecot.port, "robin@example.org", token=f"file:{secret}")
    with pytest.raises(ConfigurationError, match="refuses the username or the token"):
        await mailbox.check()
    secret.write_text(TOKEN)
    assert "IDLE yes" in await mailbox.check()


# --- what servers say when they authenticate


def sasl(reader_answers: dict[bytes, Answer], capabilities: bytes) -> Script:
    """A server that knows only what is given."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listed = b"* CAPABILITY IMAP4rev1 " + capabilities + b"\r\nTAG OK done\r\n"
        await answer_commands(reader, writer, {b"CAPABILITY": listed} | reader_answers)

    return script


async def test_login_is_used_where_plain_is_not_offered() -> None:
    """With user name and password as quoted strings."""
    seen: list[bytes] = []

    def login(text: bytes) -> bytes:
        seen.append(text)
        return b"TAG OK in\r\n"

    async with scripted_server(sasl({b"LOGIN": login}, b"")) as port:
        await first(imap_mailbox(port, 'ro"b\\in'))
    assert seen == [b'LOGIN "ro\\"b\\\\in" "correct-horse"']


async def test_plain_without_an_initial_response_waits_to_be_asked() -> None:
    """RFC 3501's way, for servers without SASL-IR."""
    answers: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, text = line.strip().partition(b" ")
            if text == b"AUTHENTICATE PLAIN":
                writer.write(b"+ \r\n")
                answers.append(base64.b64decode(await reader.readline()))
            if text == b"CAPABILITY":
                writer.write(b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n")
            writer.write(tag + b" OK done\r\n")

    async with scripted_server(script) as port:
        await first(imap_mailbox(port, "röbin"))
    assert answers == ["\0röbin\0correct-horse".encode()]


@pytest.mark.parametrize(
    ("answers", "capabilities", "error", "text"),
    [
        ({b"LOGIN": b"TAG NO [UNAVAILABLE] later\r\n"}, b"", Outage, "busy"),
        ({b"LOGIN": b"TAG NO [ALERT] Too many simultaneous connections.\r\n"}, b"", Outage, "busy"),
        ({b"LOGIN": b"TAG NO [AUTHENTICATIONFAILED] no\r\n"}, b"", ConfigurationError, "password"),
        ({b"LOGIN": b"* BYE shutting down\r\n"}, b"", Outage, "turns us away"),
        ({}, b"LOGINDISABLED", Outage, "use TLS"),
        ({b"EXAMINE": b"TAG NO [INUSE] locked\r\n"}, b"", Outage, "busy"),
        ({b"EXAMINE": b"TAG NO no such folder\r\n"}, b"", ConfigurationError, "INBOX"),
        ({b"CAPABILITY": b"TAG BAD what\r\n"}, b"", Outage, "lost"),
    ],
)
async def test_refusals_are_told_apart(
    answers: dict[bytes, Answer], capabilities: bytes, error: type[Exception], text: str
) -> None:
    """What a later try may mend is an outage; what the person must mend is not."""
    async with scripted_server(sasl(answers, capabilities)) as port:
        with pytest.raises(error, match=text):
            await first(imap_mailbox(port, "robin"))


async def test_starttls_is_never_skipped() -> None:
    """Neither when it is refused, nor after PREAUTH, nor with data sent ahead of TLS."""

    async def preauth(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* PREAUTH welcome\r\n")
        await reader.read()

    refused = sasl({b"STARTTLS": b"TAG BAD no\r\n"}, b"")
    ahead = sasl({b"STARTTLS": b"TAG OK go\r\n* CAPABILITY IMAP4rev1\r\n"}, b"")
    for script, why in ((refused, "no STARTTLS"), (preauth, "lost"), (ahead, "data_before_tls")):
        async with scripted_server(script) as port:
            with pytest.raises(Outage, match=why):
                await first(imap_mailbox(port, "robin", tls="starttls"))


async def test_preauth_needs_no_password() -> None:
    """A tunnel's server that greets so is taken at its word, where no TLS was asked for."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* PREAUTH welcome\r\n")
        while line := await reader.readline():
            assert b"LOGIN" not in line
            writer.write(line.split(b" ")[0] + b" OK done\r\n")

    async with scripted_server(script) as port:
        await first(imap_mailbox(port, "robin"))


# --- hostile servers


async def send_for_ever(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send `data` again and again, as fast as it is taken, until the client leaves."""
    while True:
        writer.write(data)
        await writer.drain()


def at_greeting(data: bytes, *, repeat: bool) -> Script:
    """A server that greets with `data`, once or for ever, and then is silent."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if repeat:
            await send_for_ever(writer, data)
        writer.write(data)
        await reader.read()

    return script


def at_command(command: bytes, data: bytes) -> Script:
    """A server that answers `command` with `data` for ever."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, text = line.strip().partition(b" ")
            if text.startswith(command):
                await send_for_ever(writer, data)
            writer.write(tag + b" OK done\r\n")

    return script


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(at_greeting(b"", repeat=False), id="silence"),
        pytest.param(at_greeting(b"x" * 65536, repeat=True), id="endless line"),
        pytest.param(at_greeting(b"* OK {999999999999}\r\n", repeat=False), id="huge literal"),
        pytest.param(at_greeting(b"* FETCH {999999999}\r\n", repeat=False), id="literal greeting"),
        pytest.param(at_greeting(b"SSH-2.0-OpenSSH_9.2\r\n", repeat=False), id="another protocol"),
        pytest.param(at_greeting(b"\0\xff\n" * 1000, repeat=True), id="garbage"),
        pytest.param(at_greeting(b"* BYE no\r\n", repeat=False), id="bye"),
        pytest.param(at_command(b"CAPABILITY", b"* %02000d\r\n" % 0), id="endless answer"),
        pytest.param(
            at_command(b"EXAMINE", b"* 1 FETCH {9}\r\n123456789\r\n" * 999), id="literals"
        ),
        pytest.param(at_command(b"UID SEARCH", b" 1234567" * 8192), id="endless search"),
        pytest.param(at_command(b"LOGIN", b"+ go on\r\n" * 999), id="endless questions"),
    ],
)
@pytest.mark.parametrize("follow", [False, True])
async def test_a_hostile_server_costs_neither_memory_nor_time(
    script: Script, *, follow: bool
) -> None:
    """Each ends in an outage, within its timeout and a few megabytes."""
    async with scripted_server(script) as port:
        tracemalloc.start()
        try:
            with pytest.raises(Outage) as caught:
                await first(imap_mailbox(port, "robin", timeout_s=1.0), follow=follow)
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert "\n" not in str(caught.value)
    assert peak_bytes < 40_000_000


def folder_of(mails: dict[int, bytes], fetch: Callable[[bytes], bytes]) -> dict[bytes, Answer]:
    """Answers of a server with these mails, whose answer to a request for texts is `fetch`."""
    summaries = b"".join(
        b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "23-Nov-2096 10:00:00 +0000")\r\n'
        % (uid, uid, len(raw))
        for uid, raw in mails.items()
    )
    uids = b" ".join(b"%d" % uid for uid in mails)

    def answer(text: bytes) -> bytes:
        return fetch(text) if b"BODY" in text else summaries + b"TAG OK done\r\n"

    return {
        b"EXAMINE": b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 99] x\r\nTAG OK x\r\n"
        % len(mails),
        b"UID SEARCH UID 1:98": b"* SEARCH " + uids + b"\r\nTAG OK done\r\n",
        b"UID SEARCH": b"* SEARCH\r\nTAG OK done\r\n",
        b"UID FETCH": answer,
    }


def texts(mails: dict[int, bytes], text: bytes) -> bytes:
    """An honest answer to `UID FETCH set (UID BODY.PEEK[])`."""
    wanted: list[int] = []
    for part in text.split(b" ")[2].split(b","):
        low, _, high = part.partition(b":")
        wanted += range(int(low), int(high or low) + 1)
    found = b"".join(
        b"* %d FETCH (FLAGS (\\Recent) UID %d BODY[] {%d}\r\n%s)\r\n"
        % (uid, uid, len(mails[uid]), mails[uid])
        for uid in wanted
        if uid in mails
    )
    return found + b"TAG OK done\r\n"


async def read_following(port: int, count: int) -> list[FetchedMail]:
    """The first mails of a follower, who mends connections."""
    mails: list[FetchedMail] = []
    mailbox = imap_mailbox(port, "robin", retry_max_s=0.05, timeout_s=0.5)
    async with (
        asyncio.timeout(30),
        aclosing(mailbox.fetch(None, frozenset(), follow=True)) as stream,
    ):
        async for item in stream:
            if isinstance(item, FetchedMail):
                mails.append(item)
                if len(mails) == count:
                    return mails
    raise AssertionError("the stream ended")


@pytest.mark.parametrize("trouble", [b"", b"TAG NO [SERVERBUG] cannot read\r\n", b"TAG OK\r\n"])
async def test_a_mail_that_is_never_delivered_does_not_hold_up_the_others(trouble: bytes) -> None:
    """Whether the server hangs up, refuses or leaves it out: asked alone, then passed over."""
    mails = {uid: letter(uid) for uid in (3, 5, 6, 9)}

    def fetch(text: bytes) -> bytes:
        answer = texts(mails, text)
        before, marker, _ = answer.partition(b"* 6 FETCH")
        return before + trouble if marker else answer

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_commands(reader, writer, folder_of(mails, fetch))

    async with scripted_server(script) as port:
        found = await read_following(port, 3)
    assert [mail.raw for mail in found] == [letter(uid) for uid in (3, 5, 9)]


async def test_a_mail_whose_whole_text_fails_is_taken_by_its_head() -> None:
    """Better its beginning than nothing."""
    mails = {uid: letter(uid, size=100_000) for uid in (3, 5, 6)}

    def fetch(text: bytes) -> bytes:
        if b"<0.65536>" in text:
            head = mails[5][:65536]
            return b"* 5 FETCH (UID 5 BODY[]<0> {65536}\r\n" + head + b")\r\nTAG OK done\r\n"
        return texts(mails, text).partition(b"* 5 FETCH")[0] if b"5" in text else texts(mails, text)

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_commands(reader, writer, folder_of(mails, fetch))

    async with scripted_server(script) as port:
        found = await read_following(port, 3)
    assert [len(mail.raw) for mail in found] == [len(mails[3]), 65536, len(mails[6])]
    assert found[1].size == len(mails[5])


async def test_a_literal_larger_than_announced_ends_the_connection() -> None:
    """RFC822.SIZE may be an estimate, not a trap."""
    mails = {3: letter(3)}
    lie = b"* 3 FETCH (UID 3 BODY[] {900000000}\r\n"

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_commands(reader, writer, folder_of(mails, lambda _: lie))

    async with scripted_server(script) as port:
        with pytest.raises(Outage, match="literal_too_large"):
            await first(imap_mailbox(port, "robin"))


async def test_a_server_that_stops_in_the_middle_of_a_large_mail_is_given_up_soon() -> None:
    """Silence counts, not the time that so many bytes could take."""
    mails = {3: letter(3, size=9_000_000)}
    half = b"* 3 FETCH (UID 3 BODY[] {9000000}\r\n" + mails[3][:100_000]

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_commands(reader, writer, folder_of(mails, lambda _: half))

    async with scripted_server(script) as port:
        with pytest.raises(Outage, match="does not answer in time"):
            await first(imap_mailbox(port, "robin", timeout_s=0.5))


@pytest.mark.parametrize("command", [b"UID SEARCH", b"UID FETCH", b"NOOP"])
async def test_a_command_that_is_refused_costs_the_connection_and_nothing_else(
    command: bytes,
) -> None:
    """Without following an outage; while following another try."""
    mails = {uid: letter(uid) for uid in (3, 5)}
    answers = folder_of(mails, lambda text: texts(mails, text))
    refusals = [2]

    def refuse(text: bytes) -> bytes:
        if refusals[0]:
            refusals[0] -= 1
            return b"TAG NO [SERVERBUG] not today\r\n"
        answer = next((answers[key] for key in answers if text.startswith(key)), b"TAG OK x\r\n")
        return answer(text) if callable(answer) else answer

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        others = {key: answers[key] for key in answers if not key.startswith(command)}
        await answer_commands(reader, writer, {command: refuse} | others)

    async with scripted_server(script) as port:
        if command != b"NOOP":
            with pytest.raises(Outage):
                await first(imap_mailbox(port, "robin"))
            refusals[0] = 0
        mails_found = await read_following(port, 2)
    assert [mail.raw for mail in mails_found] == [letter(3), letter(5)]


@pytest.mark.parametrize("idle", [b"TAG BAD what\r\n", b"+ idling\r\nTAG OK enough\r\n"])
async def test_a_server_whose_idle_does_not_work_is_read_all_the_same(idle: bytes) -> None:
    """Refused, or ended by the server itself: new mail is found by asking."""
    mails = {3: letter(3)}
    answers = folder_of(mails, lambda text: texts(mails, text))
    answers[b"CAPABILITY"] = b"* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK x\r\n"
    answers[b"IDLE"] = idle
    answers[b"EXAMINE"] = b"* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\nTAG OK x\r\n"
    arrived: list[bool] = []
    answers[b"UID SEARCH"] = lambda _: (b"* SEARCH 3\r\n" if arrived else b"") + b"TAG OK x\r\n"

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_commands(reader, writer, answers)

    async with scripted_server(script) as port:
        mailbox = imap_mailbox(port, "robin", retry_max_s=0.05)
        async with (
            asyncio.timeout(20),
            aclosing(mailbox.fetch(None, frozenset(), follow=True)) as stream,
        ):
            assert isinstance(await anext(stream), CaughtUp)
            arrived.append(True)
            item = await anext(stream)
    assert isinstance(item, FetchedMail)
    assert item.raw == letter(3)


async def test_odd_but_valid_answers_are_understood() -> None:
    """Quoted texts, NIL, unasked data in between, bare line feeds, no UIDNEXT, EXISTS each time."""
    mails = {1: b"Subject: a\\b", 2: b"", 3: letter(3)}
    answers = folder_of(
        mails,
        lambda _: (
            b'* 4 EXISTS\r\n* 1 FETCH (FLAGS (\\Seen) BODY[] "Subject: a\\\\b" UID 1)\n'
            b"* OK still here\r\n* 7 EXPUNGE\r\n* 2 FETCH (BODY[] NIL UID 2)\r\n"
            b"* 3 FETCH (UID 3 BODY[] ~{%d}\r\n%s)\r\nTAG OK done\r\n" % (len(mails[3]), mails[3])
        ),
    )
    answers[b"EXAMINE"] = b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK x\r\n"
    uids = b"* SEARCH 3 1\r\n* SEARCH 2\r\nTAG OK done\r\n"
    answers = {b"UID SEARCH ALL": uids, b"UID SEARCH UID 1:3": uids} | answers

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_commands(reader, writer, answers)

    async with scripted_server(script) as port:
        found = await read_all(imap_mailbox(port, "robin"))
    assert [mail.raw for mail in found] == list(mails.values())
    assert [mail.locator for mail in found] == [f"INBOX;UIDVALIDITY=7;UID={n}" for n in (1, 2, 3)]
    assert unix(found[2].raw) == unix(mails[3])
