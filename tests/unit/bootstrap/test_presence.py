"""What members of groups leave for tools to read."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from careerops.adapters.memory import FakeClock, MemoryDatabase
from careerops.bootstrap.presence import Presence, members_of, report_for_ever
from careerops.domain.errors import Outage
from careerops.stream.scopes import Scope

GROUP = "careerops.classify"


@dataclass
class Member:
    """A process with one worker, over a shared store."""

    database: MemoryDatabase
    owner: str
    worker: Any = field(
        default_factory=lambda: SimpleNamespace(
            group=GROUP, running=0, parked=0, scopes={}, holes={}, partitions={}
        )
    )

    def start(self) -> "asyncio.Task[None]":
        """Report for ever."""
        around = SimpleNamespace(clock=self.database.clock, stores=self.database, owner=self.owner)
        pipeline: Any = SimpleNamespace(workers=[self.worker], around=around)
        return asyncio.create_task(report_for_ever(pipeline))


@pytest.fixture
def database() -> MemoryDatabase:
    """The store that all members share."""
    return MemoryDatabase(FakeClock())


async def seen(database: MemoryDatabase) -> list[Presence]:
    """What a tool sees now."""
    return (await members_of(database.reports)).get(GROUP, [])


async def end(*tasks: "asyncio.Task[None]") -> None:
    """The end of members."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_each_member_says_what_it_is_at(database: MemoryDatabase) -> None:
    """And what changes is seen within two seconds."""
    one, two = Member(database, "one"), Member(database, "two")
    tasks = (one.start(), two.start())
    clock: Any = database.clock
    await clock.advance(0)
    assert {each.member for each in await seen(database)} == {"owner one", "owner two"}
    one.worker.running, one.worker.parked = 3, 2
    scope = Scope("llm", datetime(2026, 1, 5, tzinfo=UTC))
    scope.waiting.extend([object()] * 2)  # type: ignore[list-item]  # only counted
    one.worker.scopes = {"llm": scope}
    one.worker.holes = {"raw_inbox_stream/4": 7}
    one.worker.partitions = {"raw_inbox_stream": frozenset({4, 1})}
    await clock.advance(2)
    (found,) = [each for each in await seen(database) if each.member == "owner one"]
    assert (found.running, found.parked, found.scopes) == (3, 2, {"llm": 2})
    assert found.holes == {"raw_inbox_stream/4": 7}
    assert found.partitions == {"raw_inbox_stream": [1, 4]}
    await end(*tasks)


async def test_a_member_that_has_gone_is_forgotten(
    database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once when it says so, soon when it was killed, and not while it lives without a change."""
    tasks = (Member(database, "one").start(), Member(database, "two").start())
    clock: Any = database.clock
    await clock.advance(3600)
    assert len(await seen(database)) == 2
    await end(tasks[1])
    assert [each.member for each in await seen(database)] == ["owner one"]
    leave = database.reports.leave

    async def killed(*_: object) -> None:
        raise Outage("it was killed and says nothing", scope="store")

    monkeypatch.setattr(database.reports, "leave", killed)
    await end(tasks[0])
    monkeypatch.setattr(database.reports, "leave", leave)
    assert len(await seen(database)) == 1
    await clock.advance(751)
    assert await seen(database) == []


async def test_nothing_is_written_while_nothing_changes(
    database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But once in five minutes: an idle process must not keep the disk awake."""
    clock: Any = database.clock
    leave, left = database.reports.leave, []

    async def counted(*given: Any) -> None:
        left.append(clock.monotonic())
        await leave(*given)

    monkeypatch.setattr(database.reports, "leave", counted)
    task = Member(database, "one").start()
    await clock.advance(1000)
    assert left == [0, 300, 600, 900]
    await end(task)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"7",
        b'"text"',
        b"{}",
        b'{"one": {"until": 1e12}}',
        b"[1, null, {}]",
        b'[{"group": "careerops.classify"}]',
        b'[{"group": "careerops.classify", "member": "m", "running": "many"}]',
        b"[" * 100_000,
    ],
)
async def test_what_another_release_says_is_passed_over(
    database: MemoryDatabase, said: bytes
) -> None:
    """Whatever its shape: a tool shows the members it understands."""
    task = Member(database, "one").start()
    clock: Any = database.clock
    await clock.advance(0)
    await database.reports.leave("members", "another", said, 60)
    assert [each.member for each in await seen(database)] == ["owner one"]
    await end(task)


async def test_a_store_that_is_out_ends_nobody(
    database: MemoryDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Presence is told again when it is back."""
    clock: Any = database.clock
    leave = database.reports.leave

    async def out(*_: object) -> None:
        raise Outage("out", scope="store")

    monkeypatch.setattr(database.reports, "leave", out)
    task = Member(database, "one").start()
    await clock.advance(5)
    assert await seen(database) == []
    monkeypatch.setattr(database.reports, "leave", leave)
    await clock.advance(2)
    assert len(await seen(database)) == 1
    await end(task)
