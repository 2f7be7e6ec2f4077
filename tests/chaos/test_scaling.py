"""One classifier, then three, then two, while mails come in and one call takes very long.

The members are real processes on a real broker with PostgreSQL. What they did to the outside is
counted by the recorder, and the spy in them says what was delivered, settled and taken away.
`SCALING_SLOW_S=30 CHAOS_SEEDS=8` is the long version.
"""

import asyncio
import os
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from signal import SIGTERM
from time import time
from typing import Final

import pytest

from careerops.adapters.kafka.eventlog import KafkaLog
from careerops.adapters.kafka.options import GroupProtocol, Options
from careerops.adapters.memory.custody import MemoryCustody
from careerops.adapters.memory.verdicts import MemoryVerdicts
from careerops.domain.email import RAW_EMAIL_TYPE
from careerops.domain.topics import CLASSIFIED, DEAD_LETTERS, GROUP_CLASSIFY, RAW_INBOX
from careerops.domain.verdicts import Record
from careerops.ops.clock import SystemClock
from careerops.ports.eventlog import LogRecord
from careerops.services.envelopes import event_record
from support.adapters import mail
from support.chaos.collect import sighting_of
from support.chaos.evidence import Evidence, Run, Sighting
from support.chaos.inputs import Input
from support.chaos.kafka_lane import SESSION_S, Stand, own_stand
from support.chaos.lane import CONCURRENCY, MemberSpec
from support.chaos.longrun import QUIET
from support.chaos.member import Member, notes
from support.chaos.oracle import ARRIVES_S, SETTLE_S, handed_over, repeated_runs
from support.chaos.outside import Outside, outside, runs_of
from support.cli import Home
from support.waiting import until

pytestmark = [pytest.mark.chaos, pytest.mark.integration, pytest.mark.timeout(300)]

PARTITIONS: Final = 6
KEYS: Final = 60
TICK_S: Final = 0.1
A_TICK: Final = 5
"""Mails published every tick: eight a second and partition."""
SLOW_S: Final = float(os.environ.get("SCALING_SLOW_S", "12"))
SILENT_S: Final = 1.0
SEEDS: Final = int(os.environ.get("CHAOS_SEEDS", "1"))

_CONFIGURATION: Final = """\
log = "kafka://{bootstrap}"
store = "{store}"
[kafka]
prefix = "{prefix}"
partitions = {partitions}
session_timeout_s = {session_s:g}
group_protocol = "{protocol}"
[[classifier]]
kind = "openai"
base_url = "{url}/v1"
model = "chaos"
timeout_s = 60
[classify]
concurrency = {concurrency}
fallback = "none"
on_outage = "hold"
"""


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """A broker and a PostgreSQL for this module alone."""
    with own_stand(tmp_path_factory.mktemp("stand")) as made:
        yield made


@dataclass
class Load:
    """Mails that are published at a steady pace.

    Attributes:
        name: of the run; runs share a store, and events of one are none of another's.
        keys: of each mail, by its number.
        published: when each was acknowledged, in seconds since 1970.
    """

    log: KafkaLog
    name: str
    randomness: random.Random
    keys: list[str] = field(default_factory=list)
    published: list[float] = field(default_factory=list)

    async def publish_until(self, stopping: asyncio.Event) -> None:
        """A few mails every tick."""
        due = asyncio.get_running_loop().time()
        while not stopping.is_set():
            numbers = range(len(self.keys), len(self.keys) + A_TICK)
            self.keys += [f"conversation {self.randomness.randrange(KEYS)}" for _ in numbers]
            await self.log.publish([_mail(self.event_id(n), n, self.keys[n]) for n in numbers])
            self.published += [time()] * A_TICK
            due += TICK_S
            await asyncio.sleep(due - asyncio.get_running_loop().time())

    def event_id(self, number: int) -> str:
        """The identity of mail `number`."""
        return f"{self.name}-{number:06d}"


@dataclass
class Group:
    """The classifiers, the load and what is seen of them."""

    home: Home
    world: Outside
    load: Load
    log: KafkaLog
    members: list[Member]

    async def holds(self, *members: Member) -> None:
        """Wait until each of `members` has been given something, and nobody else is left."""
        for member in members:
            await until(
                lambda m=member: any(  # type: ignore[misc]  # bound at once
                    n["what"] == "delivered" and n["pid"] == m.pid for n in notes(self.home.folder)
                ),
                f"{member.spec.name} to get a partition",
                timeout_s=30,
            )

    async def done(self) -> None:
        """Wait until every mail that was published is answered."""

        def answered() -> bool:
            runs = runs_of(self.world.lines())
            ended = {run.number for run in runs if run.end is not None and not run.dropped}
            return len(ended) == len(self.load.published)

        await until(answered, "every mail to be answered", timeout_s=SLOW_S + 30)

    async def leave(self, member: Member) -> None:
        """Tell a member to go, and see it gone."""
        member.send(SIGTERM)
        await until(lambda: not member.alive, f"{member.spec.name} to leave", timeout_s=15)


def _mail(event_id: str, number: int, key: str) -> Record:
    mark = f"CH{number:06d}C"
    raw = mail(
        f"Dear Robin,\n\nthis is about reference {mark} of your application.\n",
        f"About your application, reference {mark}",
        event_id=event_id,
        thread_key=key,
    )
    return event_record(
        raw,
        topic=RAW_INBOX,
        key=key,
        event_id=raw.event_id,
        event_type=RAW_EMAIL_TYPE,
        source="ingest",
        time=SystemClock().now(),
    )


@asynccontextmanager
async def a_group(
    folder: Path, stand: Stand, protocol: GroupProtocol, seed: int
) -> AsyncIterator[Group]:
    """Three classifiers to start, on topics of their own, and mails that come in."""
    prefix = f"scaling-{protocol}-{seed}."
    options = Options(prefix=prefix, partitions=PARTITIONS)
    log = await KafkaLog.open(
        stand.bootstrap,
        options,
        verdicts=MemoryVerdicts(),
        custody=MemoryCustody(),
        clock=SystemClock(),
    )
    with outside(folder / "recorded.jsonl") as world:
        home = Home(folder)
        home.configure(
            _CONFIGURATION.format(
                bootstrap=stand.bootstrap,
                store=stand.store,
                prefix=prefix,
                partitions=PARTITIONS,
                session_s=SESSION_S,
                protocol=protocol,
                url=world.url,
                concurrency=CONCURRENCY,
            )
        )
        spec = MemberSpec("", "classify", CONCURRENCY, 0, (GROUP_CLASSIFY,), ())
        members = [
            Member(home, replace(spec, name=f"classify-{n}"), {"CHAOS_LANE": "kafka"})
            for n in (1, 2, 3)
        ]
        load = Load(log, prefix.rstrip("."), random.Random(f"scaling {seed}"))
        try:
            yield Group(home, world, load, log, members)
        finally:
            for member in members:
                member.clear()
            await log.close()


async def scale(group: Group, seed: int) -> tuple[list[tuple[float, float]], Member]:
    """1, then 3, then 2 members; returns from when to when the last two numbers came about."""
    randomness = random.Random(f"who leaves {seed}")
    first, *others = group.members
    first.start()
    stopping = asyncio.Event()
    publishing = asyncio.create_task(group.load.publish_until(stopping))
    try:
        await group.holds(first)
        await until(lambda: group.world.seen() >= 50, "the first to be at work")
        group.world.command("run", "late", delay_s=SLOW_S)
        called = group.world.seen()
        await until(lambda: group.world.seen() > called + A_TICK, "the slow call to have begun")
        spans = [(time(), 0.0)]
        for member in others:
            member.start()
        await group.holds(*others)
        await _passes(group, 100)
        spans[0] = (spans[0][0], time())
        leaver = randomness.choice(group.members)
        spans.append((time(), 0.0))
        await group.leave(leaver)
        await _passes(group, 100)
        spans[1] = (spans[1][0], time())
    finally:
        stopping.set()
        await publishing
    await group.done()
    for member in group.members:
        if member is not leaver:
            await group.leave(member)
    return spans, leaver


async def _passes(group: Group, calls: int) -> None:
    """Let so many further calls come in: the load goes on when nobody joins or leaves any more."""
    wanted = group.world.seen() + calls
    await until(lambda: group.world.seen() >= wanted, f"{calls} more calls", timeout_s=30)


async def _all(log: KafkaLog, topic: str, partition: int) -> list[LogRecord]:
    found: list[LogRecord] = []
    while more := await log.read(topic, found[-1].offset + 1 if found else 0, 1000, partition):
        found += more
    return found


def _numbers(records: Sequence[LogRecord]) -> list[int]:
    """Which mails they are about."""
    return [int(dict(each.headers)["ce_id"].decode().rpartition("-")[2]) for each in records]


# ---- what is held against it ----


@dataclass
class Seen:
    """What was seen, by partition.

    Attributes:
        partition: of each mail, by its number.
        runs: calls of the model, by partition, in the order of their arrival.
        moves: when each partition was taken from a member.
    """

    partition: dict[int, int]
    runs: dict[int, list[Run]]
    moves: dict[int, list[float]]


async def look(group: Group, runs: Sequence[Run], sightings: Sequence[Sighting]) -> Seen:
    """Sort what was seen by partition."""
    partition = {
        mail_number: number
        for number in range(PARTITIONS)
        for mail_number in _numbers(await _all(group.log, RAW_INBOX, number))
    }
    by_partition: dict[int, list[Run]] = defaultdict(list)
    for run in runs:
        by_partition[partition[run.number]].append(run)
    moves: dict[int, list[float]] = defaultdict(list)
    for each in sightings:
        if each.what == "revoked" and each.place.topic == RAW_INBOX:
            moves[each.place.partition].append(each.at)
    return Seen(partition, by_partition, moves)


def running_at_moves(seen: Seen) -> Counter[int]:
    """Mails whose handler was at work when their partition moved, with how often that was so."""
    found: Counter[int] = Counter()
    for partition, moves in seen.moves.items():
        for at in moves:
            found.update(
                {
                    run.number
                    for run in seen.runs[partition]
                    if run.at - ARRIVES_S <= at <= (run.end or at) + SETTLE_S
                }
            )
    return found


def silences(seen: Seen, load: Load, span: tuple[float, float]) -> dict[int, float]:
    """Partition that did not move in `span` -> how long its mails waited at most for any call.

    Counted from the last call of the partition, or from when the mail was there to be called
    about, whichever was later: a pause of the load is none of the program's.
    """
    start, end = span
    found: dict[int, float] = {}
    for partition, runs in seen.runs.items():
        if any(start <= at <= end for at in seen.moves[partition]):
            continue
        longest, last = 0.0, start
        for run in runs:
            if start <= run.at <= end:
                longest = max(longest, run.at - max(last, load.published[run.number]))
                last = run.at
        found[partition] = longest
    return found


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("protocol", ["classic", "consumer"])
async def test_members_come_and_go_and_only_what_moves_notices(
    tmp_path: Path, stand: Stand, protocol: GroupProtocol, seed: int
) -> None:
    """With both group protocols: nothing is lost, and repeats are what ran when it moved.

    Partitions that stay where they are go on: their mails never wait for a second. Beside other
    tests they may wait for a processor, so that is held against a run of its own.
    """
    async with a_group(tmp_path, stand, protocol, seed) as group:
        spans, _ = await scale(group, seed)
        runs = [run for run in runs_of(group.world.lines()) if not run.repair]
        sightings = [sighting_of(n) for n in notes(tmp_path) if n["what"] != "fired"]
        seen = await look(group, runs, sightings)
        total = len(group.load.published)
        told = [_numbers(await _all(group.log, CLASSIFIED, n)) for n in range(PARTITIONS)]
        assert await _all(group.log, DEAD_LETTERS, 0) == []
    assert {number for numbers in told for number in numbers} == set(range(total))
    slow = max((run for run in runs if run.end is not None), key=lambda run: run.end - run.at)
    joining, leaving = spans
    # Unless its own member was the one that left, it also ends by itself.
    assert slow.at <= joining[0] + TICK_S
    if QUIET:  # beside other tests members take as long as they take
        assert slow.end >= leaving[0], "a call is under way while members come and one goes"

    repeated = Counter(run.number for run in runs) - Counter(set(seen.partition))
    assert repeated <= running_at_moves(seen)
    inputs = [Input(n, "C", key, str(n)) for n, key in enumerate(group.load.keys)]
    evidence = Evidence(
        inputs=inputs, logged=frozenset(), runs=runs, sightings=sightings, exact=False
    )
    assert [*repeated_runs(evidence), *handed_over(evidence)] == []

    longest = 0.0
    for span in spans:
        still = silences(seen, group.load, span)
        assert still, "some partitions stay where they are"
        longest = max(longest, *still.values())
    if QUIET:
        assert longest <= SILENT_S
