"""How far an mbox file was read, and whether it is still the file that was read."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from careerops.adapters.mailbox.mbox_scanner import ScannedMail

# Thunderbird overwrites these in place when a mail is read or marked; nothing moves.
_FLAGS = re.compile(rb"^X-Mozilla-(?:Status2?|Keys):[^\n]*", re.MULTILINE)
_MAX_WINDOW_BYTES = 4096


@dataclass(frozen=True, slots=True)
class MboxPosition:
    """A place in an mbox file.

    Attributes:
        offset: where to read on: the start of a separator line.
        told: where the mail at `offset` ended when it was yielded, 0 if it was not. The last
            mail of a file may be growing: it is looked at again, and skipped if it did not.
        at: the end of the bytes that the fingerprint is of.
        window: how many bytes the fingerprint is of.
        fingerprint: hash of the bytes [at - window, at).
        size: bytes of the file when it was read.
    """

    offset: int = 0
    told: int = 0
    at: int = 0
    window: int = 0
    fingerprint: str = ""
    size: int = 0

    @classmethod
    def after(cls, mail: ScannedMail, file_bytes: int) -> Self:
        """The position after `mail`."""
        return cls(
            offset=mail.start if mail.last else mail.following,
            told=mail.end if mail.last else 0,
            at=mail.following,
            window=len(mail.tail),
            fingerprint=_fingerprint(mail.tail),
            size=max(file_bytes, mail.following),
        )

    @classmethod
    def parse(cls, cursor: str | None) -> Self:
        """The position of a cursor; the file's start if it is None or not one of ours."""
        try:
            fields = json.loads(cursor or "{}")
            numbers = {name: int(fields[name]) for name in ("offset", "told", "at", "window")}
            fine = min(numbers.values()) >= 0 and numbers["window"] <= _MAX_WINDOW_BYTES
            if not fine or numbers["at"] < numbers["window"]:
                return cls()
            return cls(**numbers, fingerprint=str(fields["fingerprint"]), size=int(fields["size"]))
        except (ValueError, KeyError, TypeError):
            return cls()

    def cursor(self) -> str:
        """The position as JSON; `parse` reads it."""
        return (
            f'{{"offset":{self.offset},"told":{self.told},"at":{self.at},"window":{self.window},'
            f'"fingerprint":"{self.fingerprint}","size":{self.size}}}'
        )

    def verified(self, path: Path, file_bytes: int) -> Self:
        """This position if `path` still is the file it speaks of, else the file's start.

        A file that was rewritten, compacted, rotated or cut off is another one: reading it from
        the start repeats mails, which is harmless, where reading on would miss some.
        """
        if not self.window:
            return self
        if file_bytes < self.size:
            return type(self)()
        with path.open("rb", buffering=0) as file:
            file.seek(self.at - self.window)
            same = _fingerprint(file.read(self.window)) == self.fingerprint
        return self if same else type(self)()


def _fingerprint(window: bytes) -> str:
    if b"X-Mozilla-" in window:
        window = _FLAGS.sub(b"", window)
    return hashlib.blake2b(window, digest_size=12).hexdigest()
