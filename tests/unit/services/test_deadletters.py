"""Dead letters: found, explained, replayed without loss, put aside."""

import asyncio
import hashlib

import pytest

from careerops.adapters.memory import FakeClock
from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.email import RAW_EMAIL_TYPE, RawEmail
from careerops.domain.envelope import Envelope
from careerops.domain.errors import CareerOpsError, Permanent
from careerops.domain.notification import Notification
from careerops.domain.topics import CLASSIFIED, DEAD_LETTERS, RAW_BACKFILL, RAW_INBOX
from careerops.domain.verdicts import Record, Verdict, VerdictKey, VerdictStatus
from careerops.ports.eventlog import LogRecord
from careerops.ports.ledger import DeliveryStatus, Entry
from careerops.services.deadletters import DeadLetters, Letter, Pace, count_waiting
from careerops.services.failures import ChannelFailures
from careerops.services.unparsed import Reparser, unparsed_letter
from careerops.stream.deadletter import dead_letter
from support.sources import WHEN, LineParser, Wrapped, fetched


class World:
    """A database and its dead letter queue."""

    def __init__(self) -> None:
        self.database = MemoryDatabase()
        self.calls: list[str] = []
        self.log = Wrapped(self.database.log, self.calls)
        self.verdicts = Wrapped(self.database.verdicts, self.calls)
        clock = self.database.clock
        reparser = Reparser(LineParser(), self.database.cursors, self.database.log, clock)
        self.queue = DeadLetters(self.log, self.verdicts, self.database.ledger, reparser, clock)

    async def bury(self, event_id: str, *, value: bytes = b"{}", revision: int = 0) -> None:
        """A dead letter of classify, with its verdict."""
        headers = Envelope(event_id, RAW_EMAIL_TYPE, "t", WHEN, revision).headers()
        record = LogRecord(RAW_INBOX, 0, 7, "thread", WHEN, headers, value)
        letter = dead_letter(
            record, stage="classify", reason="invalid_answer", attempts=3, at=WHEN, error=None
        )
        await self.database.log.publish([letter])
        await self.database.verdicts.put(
            [Verdict(VerdictKey(event_id, "classify", revision), VerdictStatus.DEAD, WHEN)]
        )

    async def letters(self) -> list[Letter]:
        """Those that wait."""
        return [letter async for letter in self.queue.waiting()]

    async def records(self, topic: str) -> list[LogRecord]:
        """All of a topic."""
        return list(await self.database.log.read(topic, 0, 1000))


async def test_letters_wait_in_order_until_they_are_dealt_with() -> None:
    """More of them than one page holds."""
    world = World()
    for number in range(450):
        await world.bury(f"{number:04}")
    letters = await world.letters()
    assert [letter.event_id for letter in letters] == [f"{n:04}" for n in range(450)]
    assert (letters[3].letter_id, letters[3].notes["reason"]) == ("0-3", "invalid_answer")
    await world.queue.discard(letters[0])
    await world.queue.replay(letters[449])
    assert await count_waiting(world.database.log, world.database.verdicts) == 448
    assert len(await world.records(DEAD_LETTERS)) == 450


async def test_a_letter_is_named_by_its_place_or_by_the_event_it_is_about() -> None:
    """An exact place wins; what is unknown or means several is refused in words."""
    world = World()
    for event_id in ("0-1abc", "0-1abd", "ffff"):
        await world.bury(event_id)
    (by_place,) = await world.queue.find(["0-1"])
    assert by_place.event_id == "0-1abd"
    first, second = await world.queue.find(["fff", "0-1abc"])
    assert (first.event_id, second.event_id) == ("ffff", "0-1abc")
    with pytest.raises(CareerOpsError, match="names 2 dead letters"):
        await world.queue.find(["0-1ab"])
    for unknown in ("9-9", ""):
        with pytest.raises(CareerOpsError, match="careerops dlq list"):
            await world.queue.find([unknown])


async def test_a_replay_appends_the_original_after_its_dead_verdict_is_gone() -> None:
    """Byte for byte, under its id, counted; the stage decides anew."""
    world = World()
    await world.bury("e1", value=b'{"x": 1}', revision=2)
    await world.bury("e2")
    letter, _ = await world.letters()
    assert await world.queue.replay(letter) == "appended to raw_inbox_stream, replay 1"
    assert [call for call in world.calls if call in {"clear_dead", "publish", "put"}] == [
        "clear_dead",
        "publish",
        "put",
    ]
    (record,) = await world.records(RAW_INBOX)
    headers = dict(record.headers)
    assert (record.key, record.value) == ("thread", b'{"x": 1}')
    assert (headers["ce_id"], headers["careerops-replay"]) == (b"e1", b"1")
    assert not any(name.startswith("careerops-dead") for name in headers)
    dead = [VerdictKey("e1", "classify", 2), VerdictKey("e2", "classify")]
    assert set(await world.database.verdicts.get(dead)) == {dead[1]}
    assert [letter.event_id for letter in await world.letters()] == ["e2"]


@pytest.mark.parametrize("method", ["clear_dead", "publish", "put"])
async def test_a_replay_that_is_cut_off_leaves_the_letter_waiting(method: str) -> None:
    """Nothing is lost, whichever write is the one that did not happen."""
    world = World()
    await world.bury("e1")
    (letter,) = await world.letters()
    store = world.log if method == "publish" else world.verdicts
    store.fail[method] = MemoryError()
    with pytest.raises(MemoryError):
        await world.queue.replay(letter)
    assert [each.event_id for each in await world.letters()] == ["e1"]
    await world.queue.replay(letter)
    assert await world.letters() == []
    assert {dict(r.headers)["ce_id"] for r in await world.records(RAW_INBOX)} == {b"e1"}


async def test_a_letter_without_a_readable_identity_can_be_replayed() -> None:
    """As it was: after an upgrade it may be readable."""
    world = World()
    record = LogRecord(CLASSIFIED, 0, 7, "k", WHEN, (("ce_id", b""),), b"?")
    letter = dead_letter(
        record, stage="research", reason="undecodable", attempts=0, at=WHEN, error=None
    )
    await world.database.log.publish([letter])
    (waiting,) = await world.letters()
    assert (waiting.event_id, waiting.event_type) == ("", "")
    await world.queue.replay(waiting)
    (again,) = await world.records(CLASSIFIED)
    assert again.value == b"?"
    assert "clear_dead" not in world.calls


async def test_a_record_that_is_no_dead_letter_is_refused_and_can_be_discarded() -> None:
    """A foreign producer may write anything to the topic."""
    world = World()
    await world.database.log.publish([Record(DEAD_LETTERS, "k", b"foreign")])
    (letter,) = await world.letters()
    with pytest.raises(Permanent, match="discard it") as caught:
        await world.queue.replay(letter)
    assert caught.value.reason == "not_replayable"
    await world.queue.discard(letter)
    assert await world.letters() == []


async def planned_and_failed(world: World) -> None:
    """A notification that its channel refused for good."""
    database = world.database
    payload = Notification(notification_id="n1").model_dump_json().encode()
    await database.ledger.plan([Entry("n1", "phone", "me", "e1", payload, WHEN)], WHEN)
    (due,) = await database.ledger.due(["phone"], WHEN, 1)
    state = await database.ledger.claim(due, "us", WHEN, 60)
    assert state is not None
    failures = ChannelFailures(
        database.log, database.ledger, {"me": ["phone"]}, database.clock, lambda: None
    )
    error = Permanent("the number is unknown", reason="refused")
    record = LogRecord("notifications", 0, 1, "k", WHEN, (), payload)
    letter = dead_letter(
        record,
        stage="send",
        reason="refused",
        attempts=1,
        at=WHEN,
        error=error,
        explanation=str(error),
    )
    await failures.failed(state, letter)
    await database.ledger.finish(state, DeliveryStatus.FAILED, WHEN, reason="refused")


async def test_replaying_a_refused_send_plans_it_again() -> None:
    """For its own channel alone; the notification is not published a second time."""
    world = World()
    await planned_and_failed(world)
    (letter,) = await world.letters()
    assert letter.notes["channel"] == "phone"
    assert letter.notes["explanation"] == "the number is unknown"
    assert await world.queue.replay(letter) == "planned again for phone"
    (state,) = await world.database.ledger.entries("e1")
    assert state.status is DeliveryStatus.PLANNED
    assert await world.letters() == []
    assert "publish" not in world.calls


async def test_a_refused_send_that_is_not_failed_any_more_says_so() -> None:
    """It was planned again before: twice would be told twice."""
    world = World()
    await planned_and_failed(world)
    (letter,) = await world.letters()
    await world.database.ledger.revive("n1", "phone", WHEN)
    with pytest.raises(Permanent, match="no failed entry"):
        await world.queue.replay(letter)
    assert len(await world.letters()) == 1


@pytest.mark.parametrize(("backfill", "topic"), [(False, RAW_INBOX), (True, RAW_BACKFILL)])
async def test_a_mail_that_could_not_be_parsed_is_parsed_again(
    *, backfill: bool, topic: str
) -> None:
    """After a better release; history stays history."""
    world = World()
    error = Permanent("no", reason="unparsable")
    mail = fetched("e1 m1 m0", labels=("INBOX",))
    _, letter = unparsed_letter(
        mail, error, account="me", source="imap", at=WHEN, backfill=backfill
    )
    await world.database.log.publish([letter])
    (waiting,) = await world.letters()
    assert await world.queue.replay(waiting) == "parsed again"
    (record,) = await world.records(topic)
    email = RawEmail.model_validate_json(record.value)
    assert (email.event_id, email.source, email.backfill) == ("e1", "imap", backfill)
    assert record.key == email.thread_key
    assert await world.letters() == []


async def test_a_mail_that_cannot_be_parsed_this_time_either_stays() -> None:
    """The error is the parser's own."""
    world = World()
    _, letter = unparsed_letter(
        fetched("! x"), ValueError(), account="me", source="s", at=WHEN, backfill=False
    )
    await world.database.log.publish([letter])
    (waiting,) = await world.letters()
    with pytest.raises(Permanent, match="no mail"):
        await world.queue.replay(waiting)
    assert len(await world.letters()) == 1


@pytest.mark.parametrize(
    ("carried_bytes", "size_bytes"), [(500 * 1024, 500 * 1024), (64 * 1024, 30 * 1024 * 1024)]
)
async def test_of_a_mail_too_large_to_carry_the_head_is_kept_with_size_and_hash(
    carried_bytes: int, size_bytes: int
) -> None:
    """It cannot be replayed, and the refusal says where the mail still is."""
    world = World()
    mail = fetched("x" * carried_bytes, size=size_bytes)
    event_id, letter = unparsed_letter(
        mail, ValueError(), account="me", source="s", at=WHEN, backfill=False
    )
    assert letter.value == mail.raw[: 64 * 1024]
    await world.database.log.publish([letter])
    (waiting,) = await world.letters()
    notes = waiting.notes
    assert (notes["whole"], notes["size"]) == ("no", str(size_bytes))
    assert notes["sha256"] == hashlib.sha256(mail.raw).hexdigest()
    assert len(notes["locator"]) == 500
    assert waiting.event_id == event_id
    with pytest.raises(Permanent, match="careerops cursors reset"):
        await world.queue.replay(waiting)


async def test_a_replay_keeps_its_pace() -> None:
    """Twenty a second are one every 50 ms; the first goes at once; 0 is no limit."""
    clock = FakeClock()
    pace = Pace(clock, 20)
    times: list[float] = []

    async def turns() -> None:
        for _ in range(3):
            await pace.turn()
            times.append(round(clock.monotonic(), 3))

    task = asyncio.create_task(turns())
    await clock.advance(1)
    await task
    assert times == [0.0, 0.05, 0.1]
    free = Pace(clock, 0)
    for _ in range(100):
        await free.turn()
    assert clock.monotonic() == 1
