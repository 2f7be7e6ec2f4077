"""A mailbox over a server that refuses, throttles, starves or goes: what can be seen and is told.

The server and the connections are real; the fifteen minutes are simulated: the clock that states
and alerts are measured by is moved, while the adapter reconnects in real time.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.adapters.parser.inprocess import InProcessParser
from careerops.domain.errors import ConfigurationError
from careerops.domain.notification import Notification
from careerops.domain.topics import RAW_INBOX
from careerops.ports.cursors import Lease
from careerops.ports.mailbox import MailboxState
from careerops.services.ingest import SourceReader
from careerops.services.mailbox_alerts import AlertByLedger, MailboxAlerts
from support.imap_fickle import GONE, REFUSING, STARVING, THROTTLING, WELL, FickleImap
from support.imap_places import PASSWORD_VARIABLE, imap_mailbox
from support.mailboxes import letter
from support.sources import Intakes
from support.waiting import until

pytestmark = pytest.mark.integration

TROUBLES = [
    (REFUSING, MailboxState.REFUSED, "password"),
    (THROTTLING, MailboxState.THROTTLED, "busy"),
    (GONE, MailboxState.DOWN, "no connection"),
    (STARVING, MailboxState.THROTTLED, "busy"),
]


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's password, where the adapter looks for it."""
    monkeypatch.setenv(PASSWORD_VARIABLE, "correct-horse")


@pytest.fixture
def server() -> Iterator[FickleImap]:
    """A server that serves well."""
    with FickleImap.running() as running:
        yield running


class Scene:
    """One reader over the server, and its alerts."""

    def __init__(self, server: FickleImap, **options: Any) -> None:
        self.database = MemoryDatabase()
        given = {"retry_max_s": 0.05, "idle_check_s": 0.2, "timeout_s": 2} | options
        self.mailbox = imap_mailbox(server.port, "robin@mail.example", **given)
        intakes = Intakes(self.database, parser=InProcessParser())
        self.reader: SourceReader = intakes.reader(self.mailbox, sole=False)
        clock = self.database.clock
        tell = AlertByLedger(self.database.ledger, {"me": ["phone"]}, clock, lambda: None)
        watches = [self.reader.watch]
        self.alerts = MailboxAlerts(watches, self.database.documents, clock, tell)
        self.rests = False
        self._wait = self.reader._retry.wait
        self.reader._retry.wait = self._rest  # type: ignore[method-assign]  # to see when it does

    async def _rest(self, lease: Lease, delay_s: float, *, refused: bool = False) -> None:
        self.rests = True
        try:
            await self._wait(lease, delay_s, refused=refused)
        finally:
            self.rests = False

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[asyncio.Task[None], None]:
        """While it is read."""
        task = asyncio.create_task(self.reader.run(follow=True))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def becomes(self, state: MailboxState) -> None:
        """Wait until the mailbox is in this state; time passes a little meanwhile."""
        for _ in range(3000):
            if self.reader.watch.state is state:
                return
            await self.database.clock.advance(0.02)
            await asyncio.sleep(0.01)
        raise AssertionError(f"{self.reader.watch.state}: {self.reader.watch.reason}")

    async def reason(self, says: str) -> None:
        """Wait until this is why."""
        await until(lambda: says in self.reader.watch.reason, f"the reason {says}")

    async def told(self) -> list[str]:
        """What was told so far."""
        await self.alerts.look()
        states = await self.database.ledger.entries()
        return [Notification.model_validate_json(s.entry.payload).text for s in reversed(states)]


@pytest.mark.parametrize(("mood", "state", "says"), TROUBLES)
async def test_trouble_in_the_middle_is_seen_told_once_and_so_is_the_way_back(
    server: FickleImap, mood: str, state: MailboxState, says: str
) -> None:
    """Refused credentials at once, all else after fifteen minutes; mail is read on afterwards."""
    scene = Scene(server)
    server.deliver(letter(0))
    async with scene.reading() as task:
        await scene.becomes(MailboxState.FOLLOWING)
        assert await scene.told() == []
        if mood == STARVING:
            server.deliver(letter(1))
        server.become(mood)
        await scene.becomes(state)
        await scene.reason(says)
        assert "robin" not in scene.reader.watch.reason
        told = await scene.told()
        assert len(told) == (1 if state is MailboxState.REFUSED else 0)
        await scene.database.clock.advance(900)
        for _ in range(3):
            assert len(await scene.told()) == 1
            await scene.database.clock.advance(1000)
        assert scene.reader.watch.state is state
        server.become(WELL)
        server.deliver(letter(2))
        await scene.becomes(MailboxState.FOLLOWING)
        assert len(await scene.told()) == 2
        await scene.database.clock.advance(2000)
        assert len(await scene.told()) == 2
        count = 3 if mood == STARVING else 2
        await until(lambda: scene.reader.progress.published == count, "all the mail there is")
        assert len(await scene.database.log.read(RAW_INBOX, 0, 10)) == count
        assert not task.done()


@pytest.mark.parametrize(("mood", "state", "says"), TROUBLES[:3])
async def test_trouble_at_the_start_is_a_state_beside_other_mailboxes(
    server: FickleImap, mood: str, state: MailboxState, says: str
) -> None:
    """And it is read as soon as all is well."""
    scene = Scene(server)
    server.deliver(letter(0))
    server.become(mood)
    async with scene.reading() as task:
        await scene.becomes(state)
        assert says in scene.reader.watch.reason
        assert not task.done()
        server.become(WELL)
        await scene.becomes(MailboxState.FOLLOWING)
        await until(lambda: scene.reader.progress.published == 1, "the mail")


@pytest.mark.parametrize(
    "words",
    [
        b"NO [ALERT] Too many simultaneous connections. (Failure)",
        b"NO [OVERQUOTA] Account exceeded its limits",
        b"NO [THROTTLED] slow down",
        b"NO Server Unavailable. 15",
        b"NO [UNAVAILABLE] Temporary authentication failure",
        b"NO Server error - Please try again later",
        b"NO [AUTHENTICATIONFAILED] too many login failures",
        b"BAD internal error",
    ],
)
async def test_a_busy_server_is_never_taken_for_a_wrong_password(
    server: FickleImap, words: bytes
) -> None:
    """In words too: nobody changes a password because of a server's bad day."""
    server.words[THROTTLING] = words
    server.become(THROTTLING)
    scene = Scene(server)
    async with scene.reading():
        await scene.becomes(MailboxState.THROTTLED)
        assert await scene.told() == []


@pytest.mark.parametrize(
    "words",
    [
        b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
        b"NO LOGIN failed.",
        b"NO Invalid login or password, please try again",
        b"NO [ALERT] Application-specific password required (Failure)",
        b"NO [EXPIRED] That password is not good any more",
        b"NO [AUTHORIZATIONFAILED] this service is temporarily for others",
    ],
)
async def test_a_wrong_password_is_never_taken_for_a_busy_server(
    server: FickleImap, words: bytes
) -> None:
    """The person is told at once, as the sole mailbox's first start is."""
    server.words[REFUSING] = words
    server.become(REFUSING)
    scene = Scene(server)
    async with scene.reading():
        await scene.becomes(MailboxState.REFUSED)
        assert len(await scene.told()) == 1
    with pytest.raises(ConfigurationError, match="password"):
        await anext(scene.mailbox.fetch(None, frozenset(), follow=True))


async def test_logins_are_not_hammered_from_the_first_one_on(server: FickleImap) -> None:
    """Each try makes a provider's lock longer: of the first simulated minute, few are left."""
    server.become(THROTTLING)
    scene = Scene(server, retry_max_s=300)
    async with scene.reading():
        await scene.becomes(MailboxState.THROTTLED)
        for _ in range(60):
            before = server.logins
            await scene.database.clock.advance(1)
            await until(lambda: scene.rests, "it to rest again")
            assert server.logins - before <= 1
        assert 2 <= server.logins <= 8


async def test_one_folder_of_two_that_is_refused_is_the_mailboxs_state(
    server: FickleImap,
) -> None:
    """While the other is read: a mailbox of which half is not read is not well."""
    scene = Scene(server, folders=["INBOX", "Offers"])
    async with scene.reading():
        await scene.becomes(MailboxState.FOLLOWING)
        server.missing.add(b"OFFERS")
        server.become(WELL)
        await scene.becomes(MailboxState.REFUSED)
        assert "folder Offers" in scene.reader.watch.reason
        server.deliver(letter(1))
        await until(lambda: scene.reader.progress.published == 1, "the mail of the other folder")
        await scene.database.clock.advance(1000)
        assert scene.reader.watch.state is MailboxState.REFUSED
        assert len(await scene.told()) == 1
        server.missing.clear()
        await scene.becomes(MailboxState.FOLLOWING)
        assert len(await scene.told()) == 2
