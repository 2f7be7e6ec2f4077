"""Doctor's checks: each part is found right or wrong, whatever the ones before had to say."""

import asyncio
import socket
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from careerops.bootstrap import checking, parts
from careerops.bootstrap.checking import Finding, check_all
from careerops.config import build_config
from careerops.domain.errors import Outage
from careerops.ops.context import PartContext
from support.mails import mixed, write_mbox


async def check(folder: Path, **tables: Any) -> dict[str, Finding]:
    """The findings by part."""
    given = {"http": {"port": 0}, **tables}
    return {finding.part: finding for finding in await check_all(build_config(given, folder, {}))}


async def test_what_is_right_is_said_and_nothing_leaves_the_machine(tmp_path: Path) -> None:
    """With a mailbox, the rules and a file."""
    write_mbox(tmp_path / "inbox.mbox", mixed(1, 1))
    found = await check(
        tmp_path,
        mailbox=[{"kind": "mbox", "path": "inbox.mbox"}],
        classifier=[{"kind": "rules"}],
        researcher=[{"kind": "mail"}],
        notifier=[{"kind": "jsonl", "path": "told.jsonl"}, {"kind": "console"}],
    )
    assert all(finding.ok for finding in found.values()), found
    assert set(found) == {
        "http.port", "log", "mailbox[0]", "classifier[0]", "researcher[0]", "notifier[0]",
        "notifier[1]",
    }  # fmt: skip
    assert not any(finding.leaves_to for finding in found.values())


async def test_every_problem_is_found_although_the_ones_before_are_problems(tmp_path: Path) -> None:
    """The database first of all: parts are checked all the same."""
    (tmp_path / "careerops.db").write_text("this is no database at all, whatever its name says")
    found = await check(
        tmp_path,
        mailbox=[{"kind": "mbox", "path": "gone.mbox"}, {"kind": "mbx"}],
        classifier=[{"kind": "rules", "x": 1}],
        notifier=[{"kind": "jsonl", "path": "gone/told.jsonl"}, {"kind": "console"}],
    )
    wrong = {part: finding.text for part, finding in found.items() if not finding.ok}
    assert set(wrong) == {"log", "mailbox[0]", "mailbox[1]", "classifier[0]", "notifier[0]"}
    assert "careerops.db" in wrong["log"]
    assert "gone.mbox" in wrong["mailbox[0]"]
    assert "did you mean mbox" in wrong["mailbox[1]"]
    assert found["notifier[1]"].ok


async def test_what_leaves_is_named_with_its_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of a part whose check fails, since it would send all the same."""
    monkeypatch.setenv("PLANTED_KEY", "k")
    mailbox = {"kind": "imap", "host": "imap.example.test", "username": "jo", "password": "x"}
    found = await check(
        tmp_path,
        mailbox=[mailbox | {"password": "env:PLANTED_KEY"}],
        researcher=[
            {"kind": "tavily", "api_key": "env:PLANTED_KEY", "base_url": "https://search.test"}
        ],
    )
    assert found["researcher[0]"].leaves_to == "search.test"
    assert found["researcher[0]"].what_leaves == "the names of companies"
    assert found["mailbox[0]"].leaves_to == "imap.example.test"
    assert not found["mailbox[0]"].ok


@pytest.mark.parametrize(
    ("tables", "part", "says"),
    [
        ({}, "mailbox", "none configured; add a [[mailbox]]: careerops init"),
        ({"mailbox": [{"kind": "eml", "path": "."}] * 2}, "mailbox", "read the same place"),
        ({"notifier": [{"kind": "console"}] * 2}, "notifier", "two are called 'console'"),
        (
            {
                "mailbox": [{"kind": "eml", "path": ".", "account": "you"}],
                "notifier": [{"kind": "console", "account": "me"}],
            },
            "notifier",
            "mailbox[0].account: nobody tells 'you'",
        ),
    ],
)
async def test_what_is_wrong_only_with_the_whole_is_found(
    tmp_path: Path, tables: dict[str, Any], part: str, says: str
) -> None:
    """Parts that cannot work beside each other, accounts that nobody tells."""
    finding = (await check(tmp_path, **tables))[part]
    assert not finding.ok
    assert says in finding.text


@pytest.mark.parametrize(
    ("to", "found"),
    [
        (["jo@example.org"], True),
        ("Jo+careers@Example.org", True),
        ({"me": ["x@example.org"], "you": ["jo@example.org"]}, True),
        (["x@example.org"], False),
    ],
)
async def test_a_watched_address_that_is_told_by_mail_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: Any, *, found: bool
) -> None:
    """It works, and a person wonders all the same what becomes of those mails."""
    monkeypatch.setenv("PLANTED_KEY", "k")
    mailbox = {"kind": "imap", "host": "imap.example.test", "username": "jo@example.org"}
    notifier = {"kind": "email", "host": "127.0.0.1", "port": 9, "security": "none", "to": to}
    findings = await check(
        tmp_path,
        mailbox=[{"kind": "eml", "path": "."}, mailbox | {"password": "env:PLANTED_KEY"}],
        notifier=[notifier | {"sender": "jo@example.org"}],
    )
    finding = findings.get("notifier[0].to")
    assert (finding is not None) is found
    if finding is not None:
        assert finding.ok
        assert "mailbox[1]" in finding.text
        assert "@" not in finding.text


async def test_a_port_is_free_or_taken(tmp_path: Path) -> None:
    """By whoever listens there now."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        other.listen()
        taken = (await check(tmp_path, http={"port": port}))["http.port"]
    assert not taken.ok
    assert str(port) in taken.text
    assert (await check(tmp_path, http={"port": port}))["http.port"].ok


@pytest.mark.parametrize("host", ["nowhere.invalid", "x" * 70, "203.0.113.1"])
async def test_a_host_that_is_not_this_machine_is_found(tmp_path: Path, host: str) -> None:
    """Whatever the resolver thinks of it."""
    finding = (await check(tmp_path, http={"host": host, "port": 8000}))["http.port"]
    assert not finding.ok
    assert host in finding.text


class Nothing(BaseModel):
    """No options."""


class Plain:
    """A part that can neither be checked nor closed."""

    Options = Nothing
    name = channel = "plain"

    def __init__(self, options: Nothing, context: PartContext) -> None:
        """Need nothing."""


class Slow(Plain):
    """A part whose server does not answer."""

    async def check(self) -> str:
        """Never."""
        await asyncio.Event().wait()
        raise AssertionError


class Down(Plain):
    """A part that is down, and closes."""

    closed = 0

    async def check(self) -> str:
        """Down."""
        raise Outage("it is down: wait", scope="down")

    async def close(self) -> None:
        """Count."""
        Down.closed += 1


class Broken(Plain):
    """A part with a bug, whose error holds what must not be shown."""

    async def check(self) -> str:
        """A bug."""
        raise KeyError("planted")


async def test_a_foreign_part_may_do_what_it_likes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are checked all the same, and what was opened is closed."""
    module = ModuleType("foreign_parts")
    points = []
    for kind in (Plain, Slow, Down, Broken):
        setattr(module, kind.__name__, kind)
        name = kind.__name__
        points.append(EntryPoint(name.lower(), f"foreign_parts:{name}", "careerops.researcher"))
    monkeypatch.setitem(sys.modules, "foreign_parts", module)
    monkeypatch.setattr(parts, "entry_points", EntryPoints(points).select)
    monkeypatch.setattr(checking, "_CHECK_TIMEOUT_S", 0.05)
    kinds = ("plain", "slow", "down", "broken")
    found = await check(tmp_path, researcher=[{"kind": kind} for kind in kinds])
    texts = [found[f"researcher[{index}]"].text for index in range(4)]
    assert texts[0] == "plain: ready"
    assert texts[1].startswith("slow: no answer in")
    assert texts[2] == "down: it is down: wait"
    assert texts[3] == "broken: its check failed (KeyError): ask who provides it"
    assert [found[f"researcher[{index}]"].ok for index in range(4)] == [True, False, False, False]
    assert Down.closed == 1
