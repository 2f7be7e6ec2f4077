"""The commands of IMAP4rev1 that reading mail needs, and none that changes a mailbox."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from careerops.adapters.mailbox.imap_channel import (
    MAX_LINE_BYTES,
    Channel,
    ConnectionLostError,
    ProtocolError,
)
from careerops.adapters.mailbox.imap_syntax import (
    fetch_items,
    folder_name,
    internal_date,
    literal_size,
    number,
    quoted,
    sequence_set,
)

_SMALL_LITERALS_BYTES: Final = 64 * 1024
_MAX_LITERALS: Final = 16
_LINE_COST_BYTES: Final = 64
"""What a line of an answer costs beside its text: many empty ones are an endless answer too."""
_MIN_BYTES_PER_S: Final = 8 * 1024
_TRY_LATER: Final = frozenset(
    {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA", "THROTTLED"}
)
_FOR_GOOD: Final = frozenset(
    {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "NONEXISTENT", "NOPERM", "CANNOT"}
)
_TOO_MUCH: Final = rb"too many|exceed|throttl|backoff|overquota|rate limit|limit reached"
_THROTTLES: Final = re.compile(_TOO_MUCH)
_BUSY: Final = re.compile(
    _TOO_MUCH + rb"|unavailable|temporar|again later|later again|overload|busy|not connected"
    rb"|server error|internal error|timed? ?out"
)
"""What servers say in place of a code of RFC 5530 when a later try may succeed: Gmail `Account
exceeded command or bandwidth limits`, Exchange `Server Unavailable. 15`, Yahoo `Server error`."""
_CODE = re.compile(rb"\[(UIDVALIDITY|UIDNEXT) (\d{1,10})\]", re.IGNORECASE)
_REFUSAL = re.compile(rb"(?:NO|BAD) \[([A-Z-]{1,40})", re.IGNORECASE)
_NUMBERED = re.compile(rb"(\d{1,10}) ([A-Za-z]+)")


class RefusedError(Exception):
    """The server answered NO or BAD.

    Attributes:
        code: its response code (RFC 5530), '' without one.
        temporary: whether code or words say that a later try may succeed.
        throttled: whether they say that it was too much: of whatever was asked for, not of this.
    """

    def __init__(self, answer: bytes) -> None:
        """Read the server's `answer`, from NO or BAD on; nothing of its words is kept."""
        match = _REFUSAL.match(answer)
        self.code = match[1].decode().upper() if match else ""
        super().__init__(self.code)
        # Some say that it is a refused login when it is one login too many.
        limited = self.code not in _FOR_GOOD or b"too many" in answer.lower()
        self.temporary = self.code in _TRY_LATER or (limited and is_busy(answer))
        self.throttled = self.temporary and _THROTTLES.search(answer.lower()) is not None


@dataclass(frozen=True, slots=True)
class Response:
    """One response: its tag (`*`, `+` or a command's), and text and literals in turn."""

    tag: bytes
    parts: tuple[bytes, ...]

    @property
    def text(self) -> bytes:
        """The first line after the tag."""
        return self.parts[0]

    @property
    def word(self) -> bytes:
        """The first word, upper case: OK, NO, BAD, BYE, SEARCH ..."""
        return self.text.partition(b" ")[0].upper()


@dataclass(frozen=True, slots=True)
class FolderState:
    """What EXAMINE says. `uid_next` is None where the server does not tell."""

    mails: int
    uid_validity: int
    uid_next: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a mail before its text is read."""

    uid: int
    size: int
    received_at: datetime | None


@dataclass(slots=True)
class Command:
    """A command that was sent; `budget_bytes` of literals are accepted in its answer."""

    tag: bytes
    budget_bytes: int


class ImapClient:
    """One connection with one folder open for reading.

    Commands may be sent ahead (`send_fetch`) and are answered in turn. Every wait has a timeout,
    every answer a size limit; what breaks either ends the connection.

    Attributes:
        capabilities: what the server can do, upper case.
        mails: how many the open folder holds, as last told.
        arrivals: whether the server told of new mail since this was last set to False.
    """

    def __init__(self, channel: Channel, timeout_s: float) -> None:
        """Speak over `channel`; wait at most `timeout_s` for any answer, longer for large ones."""
        self.channel = channel
        self.capabilities: frozenset[bytes] = frozenset()
        self.mails = 0
        self.arrivals = False
        self._timeout_s = timeout_s
        self._tags = 0
        self._pending: list[Command] = []
        self._budget_bytes = 0
        self._idle: Command | None = None

    async def greet(self) -> bool:
        """Read the greeting; whether the server wants no authentication (PREAUTH).

        Raises:
            ConnectionLostError: the server turns us away, or is no IMAP server.
        """
        async with self._limit(0):
            response = await self._read()
        if response.tag != b"*" or response.word not in {b"OK", b"PREAUTH"}:
            raise ConnectionLostError(_why_bye(response) if response.word == b"BYE" else "not_imap")
        return response.word == b"PREAUTH"

    async def read_capabilities(self) -> None:
        """Ask what the server can do."""
        lines = await self.command(b"CAPABILITY")
        words = [line.text.upper().split() for line in lines if line.word == b"CAPABILITY"]
        self.capabilities = frozenset(word for line in words for word in line[1:])

    async def examine(self, folder: str) -> FolderState:
        """Open `folder` for reading only.

        Raises:
            RefusedError: there is no such folder, or it cannot be opened.
        """
        found: dict[bytes, int] = {}
        for line in await self.command(b"EXAMINE " + quoted(folder_name(folder))):
            for name, value in _CODE.findall(line.text):
                found[name.upper()] = int(value)
        self.arrivals = False
        return FolderState(self.mails, found.get(b"UIDVALIDITY", 0), found.get(b"UIDNEXT"))

    async def noop(self) -> None:
        """Ask for news; they set `arrivals`."""
        await self.command(b"NOOP")

    async def search(self, criteria: bytes) -> list[int]:
        """The UIDs of the mails that meet `criteria`, ascending."""
        found: set[int] = set()
        for line in await self.command(b"UID SEARCH " + criteria):
            if line.word == b"SEARCH":
                found.update(int(word) for word in line.text.split()[1:] if word.isdigit())
        return sorted(found)

    async def summaries(self, uids: Sequence[int]) -> list[Summary]:
        """Size and arrival of those of `uids` that still exist, ascending."""
        wanted = set(uids)
        found: dict[int, Summary] = {}
        command = b"UID FETCH %s (UID RFC822.SIZE INTERNALDATE)" % sequence_set(uids)
        for line in await self.command(command):
            items = _fetched(line)
            uid = number(items.get(b"UID"))
            size = number(items.get(b"RFC822.SIZE"))
            if uid in wanted and size is not None:
                found[uid] = Summary(uid, size, internal_date(items.get(b"INTERNALDATE")))
        return [found[uid] for uid in sorted(found)]

    def send_fetch(self, uids: Sequence[int], *, size: int, head: int | None = None) -> Command:
        """Ask for the text of `uids`, of each only the first `head` bytes if given.

        Nothing is marked as read (PEEK). Read the answer with `bodies`, in the order sent.

        Args:
            uids: ascending.
            size: bytes to expect; twice as many are accepted, for sizes that are estimates.
            head: as above.
        """
        part = b"BODY.PEEK[]" if head is None else b"BODY.PEEK[]<0.%d>" % head
        return self._send(
            b"UID FETCH %s (UID %s)" % (sequence_set(uids), part),
            budget_bytes=2 * size + _SMALL_LITERALS_BYTES,
        )

    async def bodies(self, command: Command, into: dict[int, bytes]) -> None:
        """Read the answer to `send_fetch` into `into`, UID -> text, as it arrives.

        Raises:
            RefusedError: the server would not give all of them.
        """

        def keep(line: Response) -> None:
            items = _fetched(line)
            uid = number(items.get(b"UID"))
            text = next((items[name] for name in items if name.startswith(b"BODY[]")), None)
            if uid is not None and text is not None:
                into[uid] = text

        await self._finish(command, keep)

    @property
    def idling(self) -> bool:
        """Whether IDLE is on."""
        return self._idle is not None

    async def start_idle(self) -> None:
        """Begin IDLE (RFC 2177): the server tells of new mail by itself."""
        command = self._send(b"IDLE")
        async with self._limit(0):
            while True:
                response = await self._read()
                if response.tag == b"+":
                    break
                self._note(response)
                if response.tag == command.tag:
                    raise RefusedError(response.text)
        self._idle = command

    def hear(self) -> None:
        """Take in what the server has told during IDLE, without waiting.

        Raises:
            ConnectionLostError: the connection is over.
        """
        while (line := self.channel.ready_line()) is not None:
            tag, _, text = line.partition(b" ")
            if self._idle is not None and tag == self._idle.tag:
                raise ConnectionLostError("idle_ended")
            self._note(Response(tag, (text,)))

    async def stop_idle(self) -> None:
        """End IDLE; that the server answers proves that the connection is alive."""
        if self._idle is not None:
            self.channel.write(b"DONE\r\n")
            command, self._idle = self._idle, None
            await self._finish(command)

    async def close(self) -> None:
        """Say goodbye and close. Idempotent; never raises for a broken connection."""
        done = b"" if self._idle is None else b"DONE\r\n"
        await self.channel.close(done + self._next_tag() + b" LOGOUT\r\n")

    async def command(self, text: bytes, answers: Sequence[bytes] = ()) -> list[Response]:
        """Send a command, give `answers` when asked to go on, and return the untagged responses.

        Raises:
            RefusedError: the server answered NO or BAD.
            ConnectionLostError: no answer in time, or none that can be read.
        """
        lines: list[Response] = []
        await self._finish(self._send(text), lines.append, list(answers))
        return lines

    def _next_tag(self) -> bytes:
        self._tags += 1
        return b"c%d" % self._tags

    def _send(self, text: bytes, budget_bytes: int = _SMALL_LITERALS_BYTES) -> Command:
        command = Command(self._next_tag(), budget_bytes)
        self.channel.write(command.tag + b" " + text + b"\r\n")
        self._pending.append(command)
        self._budget_bytes += budget_bytes
        return command

    async def _finish(
        self,
        command: Command,
        keep: Callable[[Response], None] | None = None,
        answers: list[bytes] | None = None,
    ) -> None:
        """Read until `command` is answered, giving `keep` the untagged responses before."""
        text_bytes = 0
        async with self._limit(command.budget_bytes):
            while (response := await self._read()).tag != command.tag:
                self._note(response)
                text_bytes += len(response.text) + _LINE_COST_BYTES
                if text_bytes > MAX_LINE_BYTES:
                    raise ProtocolError("endless_answer")
                if response.tag == b"+":
                    if not answers:
                        raise ProtocolError("unexpected_continuation")
                    self.channel.write(answers.pop(0) + b"\r\n")
                elif keep is not None:
                    keep(response)
        self._pending.remove(command)
        self._budget_bytes = min(
            self._budget_bytes, sum(pending.budget_bytes for pending in self._pending)
        )
        if response.word != b"OK":
            raise RefusedError(response.text)

    async def _read(self) -> Response:
        line = await self.channel.read_line()
        tag, _, text = line.partition(b" ")
        parts = [text]
        while tag == b"*" and (size := literal_size(parts[-1])) is not None:
            self._budget_bytes -= size
            if self._budget_bytes < 0 or len(parts) > _MAX_LITERALS:
                raise ProtocolError("literal_too_large")
            parts += [await self.channel.read_literal(size), await self.channel.read_line()]
        return Response(tag, tuple(parts))

    def _note(self, response: Response) -> None:
        """Take in what a server may say at any time."""
        if response.tag != b"*":
            return
        if response.word == b"BYE":
            raise ConnectionLostError(_why_bye(response))
        match = _NUMBERED.match(response.text)
        if match is None:
            return
        if match[2].upper() == b"EXISTS":
            self.mails = int(match[1])
            self.arrivals = True
        elif match[2].upper() == b"EXPUNGE":
            self.mails = max(self.mails - 1, 0)

    @asynccontextmanager
    async def _limit(self, size: int) -> AsyncGenerator[None, None]:
        """End what takes longer than `size` bytes may take, although something always arrives."""
        try:
            async with asyncio.timeout(self._timeout_s + size / _MIN_BYTES_PER_S):
                yield
        except TimeoutError:
            raise ConnectionLostError("timeout") from None


def _fetched(line: Response) -> dict[bytes, bytes]:
    match = _NUMBERED.match(line.text)
    if match is None or match[2].upper() != b"FETCH":
        return {}
    return fetch_items((line.text[match.end() :], *line.parts[1:]))


def is_busy(text: bytes) -> bool:
    """Whether a server's words say that it is busy, or that we asked for too much."""
    return _BUSY.search(text.lower()) is not None


def _why_bye(response: Response) -> str:
    return "refused_now" if is_busy(response.text) else "bye"
