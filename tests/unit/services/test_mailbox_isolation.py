"""One mailbox's trouble is its own: a state and a pause, never the end of what reads the others."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from careerops.domain.errors import AlreadyRunning, ConfigurationError, Outage, Throttled
from careerops.domain.topics import RAW_INBOX
from careerops.ops.backoff import Backoff
from careerops.ops.metrics import Metrics
from careerops.ports.cursors import Intake
from careerops.ports.mailbox import CaughtUp, FetchedMail, MailboxState, Standing
from careerops.services.ingest import SourceReader
from support.sources import WHEN, Intakes, fetched

HOUR_S = 3600.0
REFUSED = ConfigurationError("imap mail.example refuses the username or the password")


@dataclass
class Fickle:
    """A mailbox that does what `act` says, each time it is asked."""

    act: Callable[[int], Any]
    name: str = "test:me:box"
    tries: list[float] = field(default_factory=list)
    now: Callable[[], float] = lambda: 0.0

    async def fetch(
        self, cursor: str | None, known: frozenset[str], *, follow: bool
    ) -> AsyncGenerator[FetchedMail | CaughtUp, None]:
        """Fail, or give the mail and wait."""
        del known
        self.tries.append(self.now())
        result = self.act(len(self.tries))
        if isinstance(result, BaseException):
            raise result
        if cursor is None:
            yield fetched("a m1", "1")
        yield CaughtUp("1")
        if follow and result != "end":
            await asyncio.Event().wait()


@dataclass
class Mending(Fickle):
    """One that mends itself, and whose secret may change."""

    retry_max_s: float = 300.0
    changed: bool = False
    tell: Callable[[Standing], None] = lambda _: None

    def watch(self, tell: Callable[[Standing], None]) -> None:
        """Keep whom to tell."""
        self.tell = tell

    async def secret_changed(self) -> bool:
        """Whether the test says so."""
        return self.changed


@asynccontextmanager
async def reading(
    intakes: Intakes, mailbox: Fickle, **changes: Any
) -> AsyncGenerator[tuple[SourceReader, asyncio.Task[None]], None]:
    """A reader of `mailbox` beside others, under way."""
    mailbox.now = intakes.database.clock.monotonic
    reader = intakes.reader(mailbox, **({"sole": False} | changes))
    task = asyncio.create_task(reader.run(follow=True))
    try:
        await intakes.database.clock.advance(0)
        yield reader, task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_a_refused_mailbox_beside_others_is_a_state_and_is_asked_slowly() -> None:
    """From the start; a wrong password is not tried so often that the account gets locked."""
    intakes = Intakes()
    mailbox = Fickle(lambda _: REFUSED)
    async with reading(intakes, mailbox, where="mailbox[1]") as (reader, task):
        watch = reader.watch
        assert (watch.state, watch.since) == (MailboxState.REFUSED, WHEN)
        assert "password" in watch.reason
        assert reader.progress.refused == f"mailbox[1]: {REFUSED}"
        await intakes.database.clock.advance(12 * HOUR_S)
        assert not task.done()
        assert watch.since == WHEN, "it has been refused ever since"
        pauses = [later - before for before, later in pairwise(mailbox.tries)]
        assert 12 <= len(mailbox.tries) <= 32
        assert pauses[0] >= 120
        assert max(pauses) <= 3600
        assert min(pauses[-5:]) >= 1800


@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (Outage("no route", scope="mailbox:test:me"), MailboxState.DOWN, "no route"),
        (Throttled("it is busy", scope="x"), MailboxState.THROTTLED, "it is busy"),
        (RuntimeError("planted secret"), MailboxState.DOWN, "RuntimeError"),
        (asyncio.CancelledError(), MailboxState.DOWN, "CancelledError"),
        (KeyError("planted secret"), MailboxState.DOWN, "KeyError"),
        ("end", MailboxState.DOWN, "EOFError"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_whatever_a_mailbox_raises_is_its_state_and_it_is_read_when_it_is_well(
    error: BaseException | str, state: MailboxState, says: str
) -> None:
    """Third parties' too, and a cancellation that nobody asked for, which task groups ignore."""
    intakes = Intakes()
    well: list[bool] = []
    mailbox = Fickle(lambda _: None if well else error)
    async with reading(intakes, mailbox) as (reader, task):
        assert reader.watch.state is state
        assert says in reader.watch.reason
        assert "planted" not in reader.watch.reason
        await intakes.database.clock.advance(4 * HOUR_S)
        assert not task.done()
        assert len(mailbox.tries) < 4 * HOUR_S / 150 + 12, "it is asked at most each 150 s"
        assert len(mailbox.tries) > 4 * HOUR_S / 300, "it is not given up"
        well.append(True)
        await intakes.database.clock.advance(300)
        assert reader.watch.state is MailboxState.FOLLOWING
        assert await intakes.ids(RAW_INBOX) == ["a"]


async def test_what_is_no_stream_at_all_is_the_mailboxs_trouble_too() -> None:
    """A third party's method that raises at once."""

    class Broken(Fickle):
        """Has no stream."""

        def fetch(self, *_: object, **__: object) -> Any:
            raise TypeError("planted")

    async with reading(Intakes(), Broken(lambda _: None)) as (reader, task):
        assert reader.watch.state is MailboxState.DOWN
        assert not task.done()


def test_pauses_begin_at_two_seconds_grow_and_begin_anew_after_a_contact() -> None:
    """From the first failure on, jittered, up to five minutes."""
    now = [0.0]
    backoff = Backoff(lambda: now[0])
    pauses = [backoff.next_s(refused=False) for _ in range(12)]
    for number, pause in enumerate(pauses):
        full = min(300.0, 2.0 * 2**number)
        assert full / 2 <= pause <= full
    assert len({round(pause, 6) for pause in pauses[8:]}) > 1, "no two alike: it is jittered"
    backoff.served(gave=True)
    assert backoff.next_s(refused=False) <= 2
    for number in range(6):
        full = 300.0 * min(12, 2**number)
        assert full / 2 <= backoff.next_s(refused=True) <= full


def test_a_contact_that_does_not_last_is_no_success() -> None:
    """A server that lets us in and hangs up, for ever, is not asked each two seconds for ever."""
    now = [0.0]
    backoff = Backoff(lambda: now[0])
    for _ in range(10):
        backoff.served(gave=False)
        now[0] += 59
        pause = backoff.next_s(refused=False)
    assert pause >= 150
    backoff.served(gave=False)
    now[0] += 60
    assert backoff.next_s(refused=False) <= 2


async def test_a_server_that_says_when_is_not_asked_before() -> None:
    """But within an hour in any case."""
    intakes = Intakes()
    clock = intakes.database.clock
    later = WHEN.replace(hour=WHEN.hour + 5)
    mailbox = Fickle(lambda _: Throttled("busy", scope="x", retry_at=later))
    async with reading(intakes, mailbox):
        await clock.advance(3590)
        assert len(mailbox.tries) == 1
        await clock.advance(20)
        assert len(mailbox.tries) == 2


async def test_the_only_mailbox_that_was_never_read_ends_the_run_when_it_refuses() -> None:
    """In one line with its key; read once, it is a state, whatever became of the log meanwhile."""
    intakes = Intakes()
    mailbox = Fickle(lambda _: REFUSED)
    reader = intakes.reader(mailbox, where="mailbox[0]", sole=True)
    with pytest.raises(ConfigurationError, match=r"mailbox\[0\]: imap mail\.example refuses"):
        await reader.run(follow=True)
    lease = await intakes.database.cursors.acquire(mailbox.name, "us", 60)
    await intakes.database.cursors.commit(lease, "me", Intake(cursor="1"))
    await intakes.database.cursors.release(lease)
    async with reading(intakes, mailbox, sole=True) as (reader, task):
        assert reader.watch.state is MailboxState.REFUSED
        assert not task.done()


async def test_a_refusal_after_an_outage_of_the_log_is_a_state() -> None:
    """The readers begin anew then, and what was read before was no mistake of configuration."""
    intakes = Intakes()
    revoked: list[bool] = []
    arrived = asyncio.Event()

    class Empty(Fickle):
        """Empty at first, so that no cursor is committed."""

        async def fetch(self, cursor, known, *, follow):
            self.tries.append(0)
            if revoked:
                raise REFUSED
            yield CaughtUp()
            await arrived.wait()
            yield fetched("a m1", "1")

    mailbox = Empty(lambda _: None)
    async with reading(intakes, mailbox, sole=True) as (reader, task):
        assert reader.watch.state is MailboxState.FOLLOWING
        intakes.log.fail["publish"] = Outage("the disk is full", scope="log")
        revoked.append(True)
        arrived.set()
        await intakes.database.clock.advance(10)
        assert len(mailbox.tries) == 2
        assert reader.watch.state is MailboxState.REFUSED
        assert not task.done()


async def test_the_lease_is_kept_while_a_mailbox_rests() -> None:
    """For as long as an hour: nobody else takes it, and the next try may write."""
    intakes = Intakes()
    mailbox = Fickle(lambda _: REFUSED)
    async with reading(intakes, mailbox):
        for _ in range(100):
            await intakes.database.clock.advance(100)
            with pytest.raises(AlreadyRunning):
                await intakes.database.cursors.acquire(mailbox.name, "another process", 15)


async def test_a_changed_secret_is_tried_within_a_minute() -> None:
    """Whoever has just corrected the password does not wait for an hour."""
    intakes = Intakes()
    mailbox = Mending(lambda _: REFUSED)
    async with reading(intakes, mailbox) as (reader, _):
        await intakes.database.clock.advance(5 * HOUR_S)
        tries = len(mailbox.tries)
        mailbox.changed = True
        mailbox.act = lambda _: None
        await intakes.database.clock.advance(60)
        assert len(mailbox.tries) == tries + 1
        mailbox.tell(Standing(MailboxState.FOLLOWING))
        assert reader.watch.state is MailboxState.FOLLOWING
        assert reader.progress.refused == ""


async def test_a_mailbox_that_mends_itself_says_how_it_fares() -> None:
    """And what it yields is no contact beyond that: one folder of two may be read."""
    intakes = Intakes()
    mailbox = Mending(lambda _: None)
    async with reading(intakes, mailbox) as (reader, _):
        watch = reader.watch
        assert (watch.state, watch.last_contact) == (MailboxState.CONNECTING, None)
        assert watch.last_mail == WHEN
        mailbox.tell(Standing(MailboxState.FOLLOWING))
        assert watch.last_contact == WHEN
        await intakes.database.clock.advance(100)
        mailbox.tell(Standing(MailboxState.THROTTLED, "busy"))
        assert (watch.state, watch.reason) == (MailboxState.THROTTLED, "busy")
        assert (watch.last_contact, watch.silent_s) == (WHEN, 100)


async def test_no_address_and_no_secret_is_in_a_reason_or_a_metric() -> None:
    """A third party's words are looked through; labels are places of the configuration."""
    intakes = Intakes()
    metrics = Metrics()
    error = Outage("robin@example.com with password=hunter2 is out\x1b[2J\nsecond", scope="x")
    mailbox = Fickle(lambda _: error, name="test:me:robin@example.com")
    changes = {"metrics": metrics, "where": "mailbox[3]"}
    async with reading(intakes, mailbox, **changes) as (reader, _):
        assert "example.com" not in reader.watch.reason
        assert "hunter2" not in reader.watch.reason
        assert reader.watch.reason.isprintable()
        labels = {"mailbox": "mailbox[3]", "state": "down"}
        assert metrics.registry.get_sample_value("careerops_mailbox_state", labels) == 1
        labels["state"] = "connecting"
        assert metrics.registry.get_sample_value("careerops_mailbox_state", labels) == 0


async def test_a_stray_cancellation_of_what_parses_is_no_silence() -> None:
    """The mailbox is read on: nobody waits for a task that is gone."""
    intakes = Intakes()

    class Cancels:
        """Ends by a cancellation, once."""

        calls = 0

        async def parse(self, requests: list[Any]) -> list[Any]:
            self.calls += 1
            if self.calls == 1:
                raise asyncio.CancelledError
            return await Intakes().parser.parse(requests)

    async with reading(intakes, Fickle(lambda _: None), parser=Cancels()) as (reader, task):
        assert not task.done()
        await intakes.database.clock.advance(5)
        assert reader.watch.state is MailboxState.FOLLOWING
        assert await intakes.ids(RAW_INBOX) == ["a"]


async def test_being_asked_to_end_is_no_failure() -> None:
    """A cancelled reader ends at once and gives its lease back."""
    intakes = Intakes()
    mailbox = Fickle(lambda _: None)
    async with reading(intakes, mailbox) as (reader, task):
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        assert reader.watch.state is MailboxState.FOLLOWING
    await intakes.database.cursors.acquire(mailbox.name, "another process", 15)
