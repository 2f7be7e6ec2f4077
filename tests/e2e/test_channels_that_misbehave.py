"""One interview mail, and a channel that answers wrongly for ever: the installed command."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest

from support.cli import Home
from support.mails import career_mail, write_mbox
from support.scripted_smtp import ScriptedSmtp

pytestmark = pytest.mark.e2e

TWICE = 2
BOUND_S = 60.0
"""A hang, not a speed: `--max-wait` is 3 s."""
JSONL = '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'


class Gateway(ScriptedSmtp):
    """Two outsides in one: an SMTP server, or a gateway of HTTP, as `fault` says."""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A request, or a connection of SMTP."""
        if not self.fault.startswith("http"):
            await super().handle(reader, writer)
            return
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            (length,) = [
                int(line.partition(b":")[2])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            ]
            self.taken.append((await reader.readexactly(length)).decode())
            if self.fault == "http silence":
                await reader.read()
            elif self.fault == "http 502":
                writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
        writer.close()


@contextmanager
def outside(server: Gateway) -> Iterator[Gateway]:
    """`server` in a thread, on a free port of loopback."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = asyncio.start_server(server.handle, "127.0.0.1", 0)
    listening = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
    server.port = listening.sockets[0].getsockname()[1]

    async def end() -> None:
        listening.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def channel(server: Gateway, name: str = "phone") -> str:
    """The configuration of a channel that leads to `server`."""
    if server.fault.startswith("http"):
        return (
            f'[[notifier]]\nkind = "whatsapp"\nname = "{name}"\nphone_number_id = "1234567890"\n'
            'access_token = "env:TOKEN"\nto = "+491700000000"\ntimeout_s = 1\n'
            f'base_url = "http://127.0.0.1:{server.port}"\n'
        )
    return (
        f'[[notifier]]\nkind = "email"\nname = "{name}"\nhost = "127.0.0.1"\n'
        f'port = {server.port}\nsecurity = "none"\nsender = "a@example.org"\n'
        'to = "b@example.org"\ntimeout_s = 1\n'
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """One interview mail."""
    write_mbox(tmp_path / "inbox.mbox", [career_mail(0)[1]])
    return Home(tmp_path, {"TOKEN": "x"})


def configure(home: Home, notifiers: str) -> None:
    """The mailbox, the rules and these channels."""
    home.configure(
        'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "mbox"\npath = "inbox.mbox"\n'
        f'[[classifier]]\nkind = "rules"\n{notifiers}[http]\nport = 0\n'
    )


def run(home: Home) -> list[str]:
    """Until idle: it ends, with what it has to say in its last lines that are no log."""
    begun = time.monotonic()
    done = home.run("run", "--until-idle", "--max-wait", "3", check=False, timeout_s=BOUND_S)
    assert time.monotonic() - begun < BOUND_S
    assert done.returncode in {0, 1}, done.stderr
    said = [line for line in done.stderr.splitlines() if line and not line.startswith("{")]
    assert len(said) == done.returncode, said
    return said


FAULTS = ["http 502", "http silence", "http no id", "closes after the dot"]


@pytest.mark.parametrize("fault", FAULTS)
def test_it_ends_floods_nobody_and_is_for_a_person_to_decide(home: Home, fault: str) -> None:
    """Over three runs: two deliveries at most, in the list, dropped and retried by a prefix."""
    with outside(Gateway(fault)) as server:
        configure(home, channel(server))
        for _ in range(3):
            run(home)
        assert 1 <= len(server.taken) <= TWICE
        (row,) = home.json("notifications", "list")
        assert (row["channel"], row["unknown"] > 0) == ("phone", True)
        assert row["status"] in {"planned", "unknown"}
        assert "phone" in home.run("status").stdout
        name = row["notification_id"][:12]
        assert row["notification_id"] in home.run("notifications", "show", name).stdout
        home.run("notifications", "drop", name)
        assert home.json("notifications", "list") == []
        (kept,) = home.json("notifications", "list", "--all")
        assert kept["status"] == "dropped"
        run(home)
        assert len(server.taken) <= TWICE
        home.run("notifications", "retry", name)
        (again,) = home.json("notifications", "list", "--limit", "1")
        assert (again["status"], again["unknown"]) == ("planned", 0)


def test_the_other_channel_tells_the_mail_and_nothing_waits_for_the_first(home: Home) -> None:
    """And what was told is not told again by further runs."""
    with outside(Gateway("http 502")) as server:
        configure(home, channel(server) + JSONL)
        for _ in range(2):
            run(home)
        assert len(server.taken) <= TWICE
        kinds = [each["kind"] for each in home.told()]
        assert kinds.count("alert") <= 1
        assert len(kinds) - kinds.count("alert") == 1


@pytest.mark.parametrize("renamed", [False, True])
def test_what_a_channel_that_is_gone_had_to_tell_is_told(home: Home, *, renamed: bool) -> None:
    """By what the account has now, once."""
    with outside(Gateway("http 502")) as server:
        configure(home, channel(server).replace(str(server.port), "9"))
        run(home)
        (row,) = home.json("notifications", "list")
        assert row["status"] == "planned"
        server.fault = "" if renamed else server.fault
        configure(home, channel(server, "handy") if renamed else JSONL)
        for _ in range(2):
            run(home)
        assert len(server.taken if renamed else home.told()) == 1
        assert home.json("notifications", "list") == []
        old = [e for e in home.json("notifications", "list", "--all") if e["channel"] == "phone"]
        assert [(e["status"], e["reason"]) for e in old] == [("dropped", "channel_gone")]


@pytest.mark.parametrize("arguments", [("show", "zzz"), ("drop", "zzz"), ("retry", "zzz")])
def test_an_unknown_id_is_one_line(home: Home, arguments: tuple[str, str]) -> None:
    """Status 1 and what to do; a list of nothing is empty."""
    configure(home, JSONL)
    assert home.json("notifications", "list") == []
    done = home.run("notifications", *arguments, check=False)
    assert done.returncode != 0
    (line,) = done.stderr.strip().splitlines()
    assert "see careerops notifications list" in line


def test_what_was_sent_cannot_be_dropped_and_several_channels_are_told_apart(home: Home) -> None:
    """One line says so; `--channel` names one of them."""
    more = '[[notifier]]\nkind = "jsonl"\nname = "more"\npath = "more.jsonl"\n'
    configure(home, JSONL + more)
    run(home)
    rows = home.json("notifications", "list", "--all")
    assert sorted(row["channel"] for row in rows) == ["jsonl", "more"]
    name = rows[0]["notification_id"]
    (one,) = home.json("notifications", "show", name, "--channel", "more")
    assert (one["channel"], one["status"], one["attempts"]) == ("more", "sent", 1)
    for what in ("drop", "retry"):
        done = home.run("notifications", what, name, check=False)
        assert done.returncode != 0
        assert len(done.stderr.strip().splitlines()) == 1
