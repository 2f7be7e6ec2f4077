"""Told by mail into the mailbox that is watched: each mail is told once, for as long as it runs."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from careerops.adapters.memory.database import MemoryDatabase
from careerops.adapters.notifier.email import EmailNotifier
from careerops.adapters.parser.inprocess import InProcessParser
from careerops.bootstrap import parts, pipeline
from careerops.bootstrap.pipeline import Pipeline, Surroundings, wire
from careerops.config import build_config
from careerops.ops.context import PartContext
from careerops.ports.mailbox import CaughtUp, FetchedMail
from careerops.ports.verdicts import VerdictQuery
from careerops.services import classify
from support.mails import career_mail

ME = "solo@example.com"
OFFICE = "office@uni.example"
MAILS = 30


@dataclass
class Place:
    """The mailbox, and what the server does to what it delivers there."""

    mails: list[bytes] = field(default_factory=list)
    sent: int = 0
    change: Callable[[Message], Message] = lambda mail: mail


PLACE = Place()


class Watched:
    """A `Mailbox` over the place."""

    class Options(BaseModel):
        """The user's name."""

        model_config = ConfigDict(extra="forbid")
        username: str

    name = "watched"

    def __init__(self, options: Options, context: PartContext) -> None:
        """Follow it by a look each five seconds."""
        self._clock = context.clock

    async def fetch(
        self, cursor: str | None, known: frozenset[str], *, follow: bool
    ) -> AsyncIterator[FetchedMail | CaughtUp]:
        """What has come since, for ever."""
        read = int(cursor or 0)
        while True:
            for number in range(read, len(PLACE.mails)):
                raw = PLACE.mails[number]
                yield FetchedMail(raw, len(raw), str(number), cursor=str(number + 1))
            read = len(PLACE.mails)
            yield CaughtUp(str(read))
            await self._clock.sleep(5)


class Looping(EmailNotifier):
    """The e-mail notifier, whose server delivers into the place."""

    async def _connected(self) -> Any:
        return SimpleNamespace(is_connected=False)

    async def _deliver(self, smtp: Any, recipients: Any, message: bytes) -> None:
        PLACE.sent += 1
        assert PLACE.sent <= 3 * MAILS, "it goes round and round"
        PLACE.mails.append(PLACE.change(message_from_bytes(message)).as_bytes())


@contextmanager
def installed(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both as parts that a configuration names."""
    PLACE.__init__()  # type: ignore[misc]  # anew for each test
    module = ModuleType("looping_parts")
    module.Watched, module.Looping = Watched, Looping  # type: ignore[attr-defined]  # made here
    patch.setitem(sys.modules, "looping_parts", module)
    points = [
        EntryPoint("watched", "looping_parts:Watched", "careerops.mailbox"),
        EntryPoint("looping", "looping_parts:Looping", "careerops.notifier"),
    ]
    patch.setattr(parts, "entry_points", EntryPoints(points).select)
    patch.setattr(pipeline, "new_parser", lambda _: InProcessParser())
    yield


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installed(monkeypatch):
        yield


async def wired(folder: Path, *, sender: str) -> Pipeline:
    """What `init` writes for one address, or for a sender that is another one."""
    database = MemoryDatabase()
    config = build_config(
        {
            "mailbox": [{"kind": "watched", "username": ME}],
            "notifier": [{"kind": "looping", "host": "mx.example", "sender": sender, "to": [ME]}],
        },
        folder,
        {},
    )
    return await wire(Surroundings(config, database, "us", clock=database.clock))


async def run(pipeline: Pipeline, *, hours: float) -> int:
    """Run for so long; returns how many of the mails were OTHER."""
    stopping = asyncio.Event()
    clock: Any = pipeline.around.clock
    running = asyncio.create_task(pipeline.run(stopping, follow=True))
    await clock.advance(hours * 3600)
    assert not running.done(), running.exception()
    stopping.set()
    await clock.advance(10)
    await running
    await pipeline.close()
    query = VerdictQuery(stage=classify.STAGE, limit=1000)
    found = await pipeline.around.stores.verdicts.find(query)
    return sum(verdict.label == "OTHER" for verdict in found)


def dropped(*names: str) -> Callable[[Message], Message]:
    """A server that drops header fields."""

    def change(mail: Message) -> Message:
        for name in names:
            del mail[name]
        return mail

    return change


def only_header(mail: Message) -> Message:
    """A gateway that replaces Message-ID and text."""
    mail.replace_header("Message-ID", f"<{len(PLACE.mails)}@gateway.example>")
    mail.set_payload(f"{mail['Subject']}: an interview, says the gateway.")
    return mail


def passed_on(mail: Message) -> Message:
    """Somebody else's mail program that forwards it by hand."""
    made = EmailMessage()
    made["From"] = "Ann <ann@far.example>"
    made["To"] = ME
    made["Subject"] = f"Fwd: {mail['Subject']}"
    made["Message-ID"] = f"<{len(PLACE.mails)}@far.example>"
    text = mail.get_payload(decode=True)
    assert isinstance(text, bytes)
    made.set_content(
        "---------- Forwarded message ---------\nFrom: CareerOps <office@uni.example>\n"
        f"Subject: {mail['Subject']}\nTo: ann\n\n{text.decode()}"
    )
    return made


SERVERS = {
    "as it was sent": dropped(),
    "without our header": dropped("X-CareerOps-Notification"),
    "without our Message-ID": dropped("Message-ID"),
    "without both": dropped("X-CareerOps-Notification", "Message-ID", "Auto-Submitted"),
    "with only our header": only_header,
    "passed on by a person": passed_on,
}


@pytest.mark.parametrize("server", SERVERS)
async def test_what_is_told_from_another_address_is_told_once(tmp_path: Path, server: str) -> None:
    """By its mark alone, whichever of its places is left."""
    PLACE.change = SERVERS[server]
    made = await wired(tmp_path, sender=OFFICE)
    PLACE.mails += [career_mail(number)[1].as_bytes() for number in range(5)]
    assert await run(made, hours=0.05) == 5
    assert (PLACE.sent, len(PLACE.mails)) == (5, 10)


async def test_with_one_address_for_everything_thirty_mails_are_thirty_notifications(
    tmp_path: Path,
) -> None:
    """And no more after an hour; each comes back once, and is OTHER."""
    made = await wired(tmp_path, sender=ME)
    PLACE.mails += [career_mail(number)[1].as_bytes() for number in range(MAILS)]
    assert await run(made, hours=1) == MAILS
    assert (PLACE.sent, len(PLACE.mails)) == (MAILS, 2 * MAILS)


async def test_the_own_address_is_enough(tmp_path: Path) -> None:
    """Where nothing of the marks is left."""

    def bare(mail: Message) -> Message:
        mail.set_payload(f"{mail['Subject']}: we invite you to an interview.")
        return dropped("X-CareerOps-Notification", "Message-ID", "Auto-Submitted")(mail)

    PLACE.change = bare
    made = await wired(tmp_path, sender=ME)
    PLACE.mails += [career_mail(number)[1].as_bytes() for number in range(5)]
    assert await run(made, hours=0.05) == 5
    assert PLACE.sent == 5
