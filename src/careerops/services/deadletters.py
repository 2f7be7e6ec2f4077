"""Dead letters, for a person: what is there, why, and what to do with it.

Whether a letter was replayed or discarded is a verdict of stage `dlq` on its place in the topic;
the topic itself is append-only.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass

from careerops.domain.envelope import Envelope, read_envelope
from careerops.domain.errors import CareerOpsError, Permanent
from careerops.domain.topics import DEAD_LETTERS
from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus
from careerops.ports.clock import Clock
from careerops.ports.eventlog import EventLog, LogRecord
from careerops.ports.ledger import Ledger
from careerops.ports.verdicts import VerdictStore
from careerops.services.unparsed import Reparser
from careerops.stream.deadletter import notes_of, replayed

STAGE = "dlq"
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter that waits for a decision.

    Attributes:
        record: as it stands in `dead_letter_queue`.
        notes: what happened: stage, reason, attempts, time, topic, explanation, frames ...
        event_id: the event's id, '' if its headers are unreadable.
        event_type: its CloudEvents type, likewise.
        revision: which decision about the event this was to be.
        replays: how often it had been replayed when it was given up.
    """

    record: LogRecord
    notes: dict[str, str]
    event_id: str
    event_type: str
    revision: int = 0
    replays: int = 0

    @property
    def letter_id(self) -> str:
        """What a person names it by: `partition-offset`."""
        return f"{self.record.partition}-{self.record.offset}"

    @property
    def matter(self) -> VerdictKey:
        """The verdict that says it was dealt with.

        A log that writes at least once may hold a stage's letter about an event twice: that is one
        matter, told apart from what became of its replays. Others are matters by their place.
        """
        stage = self.notes.get("stage", "")
        if not self.event_id or not self.notes.get("topic") or self.notes.get("channel"):
            return VerdictKey(f"{DEAD_LETTERS}/{self.letter_id}", STAGE)
        return VerdictKey(
            f"{DEAD_LETTERS}/{stage}/{self.event_id}/{self.replays}", STAGE, self.revision
        )


async def waiting(log: EventLog, verdicts: VerdictStore) -> AsyncGenerator[Letter, None]:
    """Letters that were neither replayed nor discarded, oldest first within a partition."""
    seen: set[VerdictKey] = set()
    for info in await log.topics():
        if info.topic != DEAD_LETTERS:
            continue
        offset = info.start
        while records := await log.read(DEAD_LETTERS, offset, _PAGE, info.partition):
            letters = [_letter(record) for record in records]
            handled = await verdicts.get([letter.matter for letter in letters])
            for letter in letters:
                if letter.matter not in handled and letter.matter not in seen:
                    seen.add(letter.matter)
                    yield letter
            offset = records[-1].offset + 1


async def count_waiting(log: EventLog, verdicts: VerdictStore) -> int:
    """How many letters wait."""
    count = 0
    async for _ in waiting(log, verdicts):
        count += 1
    return count


class Pace:
    """Lets so many turns a second pass: a replay must not drown what arrives now."""

    def __init__(self, clock: Clock, per_s: float) -> None:
        """At most `per_s` turns a second; 0 is no limit."""
        self._clock = clock
        self._gap_s = 1 / per_s if per_s else 0.0
        self._next_s = clock.monotonic()

    async def turn(self) -> None:
        """Return when it is the next one's turn."""
        wait_s = self._next_s - self._clock.monotonic()
        if wait_s > 0:
            await self._clock.sleep(wait_s)
        self._next_s = max(self._next_s, self._clock.monotonic()) + self._gap_s


class DeadLetters:
    """The dead letter queue as a person sees it."""

    def __init__(
        self,
        log: EventLog,
        verdicts: VerdictStore,
        ledger: Ledger,
        reparser: Reparser,
        clock: Clock,
    ) -> None:
        """Read from `log`; decisions go to `verdicts`."""
        self._log = log
        self._verdicts = verdicts
        self._ledger = ledger
        self._reparser = reparser
        self._clock = clock

    def waiting(self) -> AsyncIterator[Letter]:
        """Letters that were neither replayed nor discarded, oldest first."""
        return waiting(self._log, self._verdicts)

    async def find(self, wanted: Sequence[str]) -> list[Letter]:
        """The waiting letters that `wanted` names, by letter id or a prefix of the event id.

        Raises:
            CareerOpsError: one is not there, or names several.
        """
        letters = [letter async for letter in self.waiting()]
        return [_one(letters, name) for name in wanted]

    async def replay(self, letter: Letter) -> str:
        """Send `letter` through its stage again; returns what was done, in a few words.

        The dead verdict is cleared first: killed in between, the letter still waits.

        Raises:
            Permanent: this letter cannot be replayed; the text says what can be done instead.
        """
        stage, channel = letter.notes.get("stage", ""), letter.notes.get("channel", "")
        if stage == "ingest":
            await self._reparser.again(letter.record.value, letter.notes)
            done = "parsed again"
        elif channel:
            if not await self._ledger.revive(letter.event_id, channel, self._clock.now()):
                raise Permanent("the ledger has no failed entry for it", reason="not_replayable")
            done = f"planned again for {channel}"
        elif not letter.notes.get("topic"):
            raise Permanent(
                "it does not say where it came from: discard it", reason="not_replayable"
            )
        else:
            record, times = replayed(letter.record.headers, letter.record.value, letter.record.key)
            if letter.event_id:
                await self._verdicts.clear_dead(
                    [VerdictKey(letter.event_id, stage, letter.revision)]
                )
            await self._log.publish([record])
            done = f"appended to {record.topic}, replay {times}"
        await self._mark(letter, "replayed")
        return done

    async def discard(self, letter: Letter) -> None:
        """Never show `letter` again; it stays in the topic for the retention time.

        One that nobody has decided about stays for good.
        """
        await self._mark(letter, "discarded")

    async def _mark(self, letter: Letter, label: str) -> None:
        await self._verdicts.put(
            [Verdict(letter.matter, VerdictStatus.DROPPED, self._clock.now(), label=label)]
        )


def _letter(record: LogRecord) -> Letter:
    notes = notes_of(record.headers)
    try:
        envelope = read_envelope(record.headers)
    except Permanent:
        envelope = Envelope("", "", "", record.time)
    return Letter(record, notes, envelope.id, envelope.type, envelope.revision, envelope.replay)


def _one(letters: Sequence[Letter], name: str) -> Letter:
    exact = [letter for letter in letters if letter.letter_id == name]
    found = exact or [each for each in letters if name and each.event_id.startswith(name)]
    if not found:
        raise CareerOpsError(f"no waiting dead letter {name!r}: see careerops dlq list")
    if len(found) > 1:
        raise CareerOpsError(f"{name!r} names {len(found)} dead letters: use the id in dlq list")
    return found[0]
