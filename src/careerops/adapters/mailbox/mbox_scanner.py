"""Cutting an mbox file into its mails, in one pass and bounded memory.

An mbox is mails one after the other, each after a line that starts with `From ` (RFC 4155). Who
writes one quotes such lines of a mail with `>` (mboxo, mboxrd), or should. A line counts as a
separator here if it stands at the file's start or after a blank line, and looks like one: it names
a weekday, month and time (`From MAILER-DAEMON Fri Jul  8 12:08:34 2011`, with or without seconds,
zone or year), or it is bare (`From `, `From -`: Thunderbird's) and a header field follows it.
"""

import os
import re
import threading
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import IO, Final, Self

from careerops.adapters.mailbox.options import HEAD_BYTES

BLOCK_BYTES: Final = 1024 * 1024
_MAX_SEPARATOR_BYTES: Final = 1000
_MAX_FIELD_NAME_BYTES: Final = 200
_LOOKAHEAD_BYTES: Final = _MAX_SEPARATOR_BYTES + _MAX_FIELD_NAME_BYTES
_WINDOW_BYTES: Final = 512

_DATED = re.compile(
    rb"From .{0,600}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .{0,8}"
    rb"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b.{0,12}?\b\d{1,2}:\d\d\b"
)
_BARE = re.compile(rb"From (?:-[^\n]{0,100})?[ \t]*\r?\n")
_FIELD = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|>From ")
_QUOTED = re.compile(rb"\n>(>*From )")


@dataclass(frozen=True, slots=True)
class ScannedMail:
    """A mail as it stands in the file. Offsets are bytes from the file's start.

    Attributes:
        start: of its separator line.
        end: of its last byte, without the blank line that belongs to the format.
        following: of the next separator line; `end` of the file for the last mail.
        raw: the mail, or its first 64 KiB if it is larger than the limit; quoting undone.
        size: bytes of the mail in the file.
        tail: the last bytes before `following`, from which a later reader recognises the place.
        last: nothing followed it when it was read, so it may still be growing.
    """

    start: int
    end: int
    following: int
    raw: bytes
    size: int
    tail: bytes
    last: bool


class NotAnMboxError(Exception):
    """The file does not begin with a separator line."""


class MboxScanner:
    """Reads one mbox from an offset, a block at a time. Takes no lock: it only reads.

    `step` is called from threads, one call at a time; `close` from anywhere: while a step is
    running, that step closes the file when it ends.

    Attributes:
        file_bytes: the file's size when it was opened.
    """

    def __init__(
        self, file: IO[bytes] | FileIO, file_bytes: int, offset: int, max_mail_bytes: int
    ) -> None:
        """Read `file`, now ours to close, from `offset`: the start of a separator line or 0."""
        self._file = file
        self.file_bytes = file_bytes
        self._file.seek(offset)
        self._max_mail_bytes = max_mail_bytes
        self._buffer = bytearray()
        self._base = offset
        self._start = offset
        self._begun = False
        self._search = 0
        self._head: bytes | None = None
        self._head_start = 0
        self._lock = threading.Lock()
        self._closing = False

    @classmethod
    def open(cls, path: Path, offset: int, max_mail_bytes: int) -> Self:
        """A scanner of the file at `path`. Raises `OSError` as opening does."""
        file = path.open("rb", buffering=0)
        return cls(file, os.fstat(file.fileno()).st_size, offset, max_mail_bytes)

    def step(self) -> list[ScannedMail] | None:
        """Read one block; the mails that surely end in it, None if there is nothing more to read.

        Call it again after None to read what was appended meanwhile.

        Raises:
            NotAnMboxError: the file does not begin as an mbox.
            OSError: it cannot be read.
        """
        try:
            with self._lock:
                block = b"" if self._closing else self._file.read(BLOCK_BYTES)
                if not block:
                    return None
                self._buffer += block
                return self._cut(at_end=False) if self._begin(at_end=False) else []
        finally:
            if self._closing:
                self.close()

    def finish(self) -> list[ScannedMail]:
        """The mails left, given that the file ends here. The scanner is of no more use then.

        Raises:
            NotAnMboxError: the file does not begin as an mbox.
        """
        if not self._begin(at_end=True):
            return []
        mails = self._cut(at_end=True)
        end = len(self._buffer)
        if self._buffer.endswith(b"\n\r\n"):
            end -= 2
        elif self._buffer.endswith(b"\n\n"):
            end -= 1
        return [*mails, self._mail(end, len(self._buffer), last=True)]

    def close(self) -> None:
        """Close the file, now or when the running step ends. Idempotent."""
        self._closing = True
        if self._lock.acquire(blocking=False):
            try:
                self._file.close()
            finally:
                self._lock.release()

    def _begin(self, *, at_end: bool) -> bool:
        """Whether the first separator line is at the buffer's start; skips blank lines before."""
        if self._begun:
            return True
        blank = len(self._buffer) - len(self._buffer.lstrip(b"\r\n"))
        del self._buffer[:blank]
        self._base += blank
        self._start = self._base
        if len(self._buffer) < len(b"From ") and not at_end:
            return False
        if self._buffer and not self._buffer.startswith(b"From "):
            raise NotAnMboxError
        self._begun = bool(self._buffer)
        return self._begun

    def _cut(self, *, at_end: bool) -> list[ScannedMail]:
        mails: list[ScannedMail] = []
        buffer = self._buffer
        # Without the blank at its end: CPython finds a word that ends in a rare byte twice as fast.
        while (newline := buffer.find(b"\nFrom", self._search)) >= 0:
            if not at_end and len(buffer) - newline < _LOOKAHEAD_BYTES:
                break
            self._search = newline + 1
            end = self._blank_line_before(newline)
            if end is not None and self._is_separator(newline + 1):
                mails.append(self._mail(end, newline + 1, last=False))
                self._start = self._base + newline + 1
                self._head = None
        else:
            # The last bytes may be the first of a separator that the next block goes on with.
            self._search = max(self._search, len(buffer) - len(b"\nFrom") + 1)
        self._forget()
        return mails

    def _blank_line_before(self, newline: int) -> int | None:
        """Where the text before the blank line ends whose line feed is at `newline`, if it is."""
        first = self._start - self._base
        stop = newline - 1 if self._buffer[newline - 1 : newline] == b"\r" else newline
        if stop - 1 < first or self._buffer[stop - 1 : stop] != b"\n":
            return None
        return stop

    def _is_separator(self, position: int) -> bool:
        line_end = self._buffer.find(b"\n", position, position + _MAX_SEPARATOR_BYTES)
        if line_end < 0:
            line_end = min(len(self._buffer), position + _MAX_SEPARATOR_BYTES)
        line = bytes(self._buffer[position : line_end + 1])
        if _DATED.match(line):
            return True
        following = bytes(self._buffer[line_end + 1 : line_end + 1 + _MAX_FIELD_NAME_BYTES])
        return bool(_BARE.fullmatch(line) and _FIELD.match(following))

    def _mail(self, end: int, following: int, *, last: bool) -> ScannedMail:
        """The mail from `_start` to `end`; both arguments are positions in the buffer."""
        begin = max(self._start - self._base, 0)
        content_start = self._content_start(begin)
        content = self._head or self._content(content_start, self._base + end)
        return ScannedMail(
            start=self._start,
            end=self._base + end,
            following=self._base + following,
            raw=_unquoted(content),
            size=self._base + end - content_start,
            tail=bytes(self._buffer[max(begin, following - _WINDOW_BYTES) : following]),
            last=last,
        )

    def _content_start(self, begin: int) -> int:
        """The offset in the file after the separator line at `begin` of the buffer."""
        if self._head is not None:
            return self._head_start
        line_end = self._buffer.find(b"\n", begin)
        return self._base + (line_end + 1 if line_end >= 0 else len(self._buffer))

    def _content(self, start: int, end: int) -> bytes:
        if end - start > self._max_mail_bytes:
            end = start + HEAD_BYTES
        with memoryview(self._buffer) as view:
            return bytes(view[start - self._base : end - self._base])

    def _forget(self) -> None:
        """Drop what was cut, and of a mail above the limit all but its head."""
        begin = self._start - self._base
        if begin > 0:
            self._drop(begin)
        if self._head is None and len(self._buffer) > self._max_mail_bytes + _MAX_SEPARATOR_BYTES:
            self._head_start = self._content_start(0)
            self._head = self._content(self._head_start, self._base + len(self._buffer))
        if self._head is not None:
            # What decides about a separator still ahead, and what recognises the place, stays.
            self._drop(min(len(self._buffer) - _WINDOW_BYTES, self._search - len(b"\n\r\n")))

    def _drop(self, count: int) -> None:
        count = max(count, 0)
        del self._buffer[:count]
        self._base += count
        self._search = max(self._search - count, 0)


def _unquoted(content: bytes) -> bytes:
    if b">From" not in content:
        return content
    # The line feed leads the pattern, and not a `^`, because literals are found fast.
    return _QUOTED.sub(rb"\n\1", b"\n" + content)[1:]
