"""A mailbox and a parser that do as scripted, and a reader over them in memory."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.email import RawEmail
from careerops.domain.errors import Permanent
from careerops.ops.metrics import Metrics
from careerops.ports.cursors import Intake, Lease
from careerops.ports.mailbox import CaughtUp, FetchedMail
from careerops.ports.mailparser import ParsedMail, ParseRequest
from careerops.services.ingest import SourceReader

WHEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def fetched(text: str, cursor: str | None = None, **fields: Any) -> FetchedMail:
    """A mail that `LineParser` reads: `event-id message-id references...`."""
    raw = text.encode()
    return FetchedMail(
        raw=raw, size=fields.pop("size", len(raw)), locator=f"at {text}", cursor=cursor, **fields
    )


@dataclass
class ScriptedMailbox:
    """Yields items, raises those that are errors; each round reads on after the cursor."""

    rounds: list[list[FetchedMail | CaughtUp | Exception]]
    name: str = "test:me:box"
    asked: list[tuple[str | None, frozenset[str]]] = field(default_factory=list)

    async def fetch(
        self, cursor: str | None, known: frozenset[str], *, follow: bool
    ) -> AsyncGenerator[FetchedMail | CaughtUp, None]:
        """The items of the next round."""
        del follow
        self.asked.append((cursor, known))
        for item in self.rounds.pop(0):
            if isinstance(item, Exception):
                raise item
            yield item


@dataclass
class LineParser:
    """Reads what `fetched` wrote; `!` is a mail that cannot be parsed, `?` breaks the parser."""

    batches: list[int] = field(default_factory=list)

    async def parse(self, requests: list[ParseRequest]) -> list[ParsedMail | Exception]:
        """One result for each request."""
        self.batches.append(len(requests))
        return [self._one(request) for request in requests]

    async def close(self) -> None:
        """Nothing is held."""

    @staticmethod
    def _one(request: ParseRequest) -> ParsedMail | Exception:
        text = request.raw.decode()
        if text.startswith("!"):
            return Permanent("the mail is no mail", reason="unparsable")
        if text.startswith("?"):
            return ValueError("planted contents of the mail")
        event_id, message_id, *references = [*text.split(), ""][: max(2, len(text.split()))]
        email = RawEmail(
            event_id=event_id,
            account=request.account,
            received_at=request.received_at or request.fallback_time,
            source=request.source,
            labels=request.labels,
            backfill=request.backfill,
        )
        return ParsedMail(email, message_id, tuple(references))


@dataclass
class Wrapped:
    """A store whose calls are recorded, and which fails in a method once if told to."""

    inner: Any
    calls: list[str]
    fail: dict[str, BaseException] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        """The method, recorded; what is no method as it is."""
        method = getattr(self.inner, name)
        if not callable(method):
            return method

        async def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            if name in self.fail:
                raise self.fail.pop(name)
            return await method(*arguments, **named)

        return call


@dataclass
class Intakes:
    """A database with a reader for each mailbox; calls to log and cursors are recorded in order."""

    database: MemoryDatabase = field(default_factory=MemoryDatabase)
    parser: Any = field(default_factory=LineParser)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = Wrapped(self.database.log, self.calls)
        self.cursors = Wrapped(self.database.cursors, self.calls)

    def reader(self, mailbox: Any, **changes: Any) -> SourceReader:
        """A reader of `mailbox` for the account `me`."""
        given: dict[str, Any] = {
            "mailbox": mailbox,
            "kind": "test",
            "account": "me",
            "log": self.log,
            "cursors": self.cursors,
            "parser": self.parser,
            "clock": self.database.clock,
            "metrics": Metrics(),
            "owner": "this process",
        }
        return SourceReader(**(given | changes))

    async def records(self, topic: str) -> Sequence[Any]:
        """All records of `topic`."""
        return await self.database.log.read(topic, 0, 10_000)

    async def ids(self, topic: str) -> list[str]:
        """The event ids of a topic's records, in order."""
        return [dict(each.headers)["ce_id"].decode() for each in await self.records(topic)]

    async def take_over(self, mailbox: ScriptedMailbox) -> Lease:
        """Another process reads the mailbox from now on."""
        self.database.crash()
        lease = await self.database.cursors.acquire(mailbox.name, "another process", 60)
        await self.database.cursors.commit(lease, "me", Intake(cursor="theirs"))
        return lease
