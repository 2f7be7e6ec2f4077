"""The contract of `VerdictStore`, on every adapter."""

from datetime import UTC, datetime, timedelta

import pytest

from careerops.domain.topics import CLASSIFIED
from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus
from careerops.ports.verdicts import VerdictQuery
from support.logs import record, verdict

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


async def test_a_verdict_is_read_as_it_was_put(database) -> None:
    """Every field, times to the microsecond, outputs with their headers."""
    full = Verdict(
        key=VerdictKey("e1", "classify", 3),
        status=VerdictStatus.DONE,
        decided_at=NOW + timedelta(microseconds=123457),
        account="ann",
        label="INTERVIEW",
        received_at=NOW - timedelta(days=20000, microseconds=1),
        detail=b'{"a": 1}\x00\xff',
        outputs=(record(1, CLASSIFIED), record(2, CLASSIFIED, key="ü")),
    )
    bare = Verdict(VerdictKey("e1", "classify", 4), VerdictStatus.DROPPED, NOW)
    for one in (full, bare):
        assert await database.verdicts.put([one]) == [one]
    keys = [full.key, bare.key, VerdictKey("e1", "classify", 5), VerdictKey("e1", "research", 3)]
    assert await database.verdicts.get(keys) == {full.key: full, bare.key: bare}
    assert await database.verdicts.get([]) == {}


async def test_the_first_writer_wins(database) -> None:
    """The second is told what stands."""
    first, second = verdict("e", account="a"), verdict("e", account="b")
    assert await database.verdicts.put([first]) == [first]
    assert await database.verdicts.put([second]) == [first]
    assert await database.verdicts.get([first.key]) == {first.key: first}


async def test_many_are_put_at_once_and_each_is_told_what_stands(database) -> None:
    """What stood before, what comes first in the call, and what is new, in the call's order."""
    old, first = verdict("a", account="old"), verdict("b", account="first")
    await database.verdicts.put([old])
    given = [verdict("a", account="new"), first, verdict("b", account="second"), verdict("c")]
    assert await database.verdicts.put(given) == [old, first, first, given[3]]
    assert await database.verdicts.put([]) == []


async def test_verdicts_outlive_their_process(world, database) -> None:
    """Also one that was killed right after."""
    stands = verdict("e")
    await database.verdicts.put([stands])
    await world.crash(database)
    database = await world.open()
    assert await database.verdicts.get([stands.key]) == {stands.key: stands}


async def test_only_dead_verdicts_are_cleared(database) -> None:
    """A replay decides again what was given up, and nothing else."""
    dead = [verdict(f"d{i}", status=VerdictStatus.DEAD) for i in range(3)]
    done = verdict("e")
    await database.verdicts.put([*dead, done])
    keys = [dead[0].key, dead[1].key, done.key, VerdictKey("nobody", "classify")]
    assert await database.verdicts.clear_dead(keys) == 2
    assert await database.verdicts.clear_dead(keys) == 0
    assert await database.verdicts.clear_dead([]) == 0
    found = await database.verdicts.get([one.key for one in (*dead, done)])
    assert set(found) == {dead[2].key, done.key}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (VerdictQuery(), ["abd", "abc", "xyz", "x%z", "old", "none"]),
        (VerdictQuery(limit=2), ["abd", "abc"]),
        (VerdictQuery(stage="classify"), ["abd", "abc", "xyz", "x%z", "old"]),
        (VerdictQuery(stage="research"), ["none"]),
        (VerdictQuery(label="OTHER"), ["abc", "old"]),
        (VerdictQuery(label="OTHER", account="ann"), ["abc"]),
        (VerdictQuery(account="ann"), ["abd", "abc"]),
        (VerdictQuery(event_id_prefix="ab"), ["abd", "abc"]),
        (VerdictQuery(event_id_prefix="abc"), ["abc"]),
        (VerdictQuery(event_id_prefix="x%"), ["x%z"]),
        (VerdictQuery(event_id_prefix="_"), []),
        (VerdictQuery(stage="classify", label="OFFER", event_id_prefix="a"), ["abd"]),
    ],
)
async def test_verdicts_are_found_newest_first(database, query, expected) -> None:
    """By stage, label, account and the beginning of the id; those without a time come last."""
    for event, days, label, account in (
        ("old", 9, "OTHER", "ben"),
        ("abc", 2, "OTHER", "ann"),
        ("abd", 1, "OFFER", "ann"),
        ("x%z", 3, "APPLIED", "ben"),
        ("xyz", 3, "APPLIED", "ben"),
    ):
        received = NOW - timedelta(days=days)
        await database.verdicts.put(
            [verdict(event, label=label, account=account, received_at=received)]
        )
    await database.verdicts.put([verdict("none", stage="research")])
    assert [found.key.event_id for found in await database.verdicts.find(query)] == expected


async def test_verdicts_are_counted(database) -> None:
    """By stage and status."""
    assert await database.verdicts.counts() == {}
    for event, stage, status in (
        ("a", "classify", VerdictStatus.DONE),
        ("b", "classify", VerdictStatus.DONE),
        ("a", "research", VerdictStatus.DEAD),
    ):
        await database.verdicts.put([verdict(event, stage=stage, status=status)])
    assert await database.verdicts.counts() == {("classify", "done"): 2, ("research", "dead"): 1}


async def test_trimmed_verdicts_stand_without_their_details(database) -> None:
    """That and how it was decided is kept for good; what was decided since keeps everything."""
    decided = [
        verdict(
            f"e{number}", record(number, CLASSIFIED), decided_at=NOW + timedelta(seconds=number)
        )
        for number in range(1200)
    ]
    await database.verdicts.put([*decided, verdict("bare", decided_at=NOW)])
    before = NOW + timedelta(seconds=1100)
    assert await database.verdicts.trim_outputs(before) == 1101
    assert await database.verdicts.trim_outputs(before) == 0
    keys = [VerdictKey(f"e{number}", "classify") for number in (0, 1099, 1100)]
    found = await database.verdicts.get(keys)
    assert [len(found[key].outputs) for key in keys] == [0, 0, 1]
    listed = await database.verdicts.find(VerdictQuery(limit=2000))
    assert {one.key.event_id for one in listed} == {f"e{number}" for number in range(1100, 1200)}
    assert await database.verdicts.counts() == {("classify", "done"): 1201}


@pytest.mark.parametrize("status", VerdictStatus)
async def test_a_trimmed_verdict_is_still_the_first(world, database, status) -> None:
    """Nothing is decided again because its details were forgotten, and nothing of them is left."""
    old = Verdict(
        VerdictKey("e" * 64, "classify", 2),
        status,
        NOW,
        account="ann",
        label="OFFER",
        received_at=NOW,
        detail=b'{"subject": "An offer"}',
        outputs=(record(1, CLASSIFIED),),
    )
    await database.verdicts.put([old])
    assert await database.verdicts.trim_outputs(NOW + timedelta(days=1)) == 1
    await world.crash(database)
    database = await world.open()
    day = NOW.replace(hour=0)
    stands = Verdict(old.key, status, day)
    late = [
        verdict("x", account="before"),
        Verdict(old.key, VerdictStatus.DONE, NOW + timedelta(days=2), detail=b"late"),
        verdict("y", record(2, CLASSIFIED), account="after"),
    ]
    assert await database.verdicts.put(late) == [late[0], stands, late[2]]
    keys = [one.key for one in late]
    assert await database.verdicts.get(keys) == {
        late[0].key: late[0],
        old.key: stands,
        late[2].key: late[2],
    }
    others = [old.key._replace(revision=1), old.key._replace(stage="research")]
    assert await database.verdicts.get(others) == {}


async def test_a_dead_letter_is_replayed_after_its_verdict_was_trimmed(database) -> None:
    """It may have waited for longer than details are kept."""
    dead, done = verdict("d", status=VerdictStatus.DEAD), verdict("e")
    await database.verdicts.put([dead, done])
    assert await database.verdicts.trim_outputs(NOW + timedelta(days=1)) == 2
    assert await database.verdicts.clear_dead([dead.key, done.key]) == 1
    assert await database.verdicts.clear_dead([dead.key, done.key]) == 0
    assert await database.verdicts.counts() == {("classify", "done"): 1}
    again = verdict("d", record(1, CLASSIFIED))
    assert await database.verdicts.put([again]) == [again]
    assert await database.verdicts.counts() == {("classify", "done"): 2}
