"""Places to read mail from, filled by the tests, one class a kind."""

import os
import time
import zipfile
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from pathlib import Path
from types import MappingProxyType
from typing import Any

from careerops.adapters.mailbox.eml import EmlMailbox
from careerops.adapters.mailbox.maildir import MaildirMailbox
from careerops.adapters.mailbox.mbox import MboxMailbox
from careerops.adapters.mailbox.takeout import TakeoutMailbox
from careerops.ports.mailbox import CaughtUp, FetchedMail, Mailbox
from support.adapters import context

Item = FetchedMail | CaughtUp


def letter(number: int, body: str = "Hello Robin.", size: int = 0) -> bytes:
    """A fictitious mail, different for each number; padded to at least `size` bytes."""
    head = (
        f"From: Maja Lund <maja@bluefin-energy.example>\r\nTo: robin@example.org\r\n"
        f"Subject: Letter {number}\r\nMessage-ID: <{number}@bluefin-energy.example>\r\n\r\n"
    )
    text = f"{head}{body}\r\n".encode()
    lines = max(size - len(text) + 71, 0) // 72
    return text + b"".join(b"%070d\r\n" % line for line in range(lines))


def unix(raw: bytes) -> bytes:
    """A mail with the line ends that files have; what kinds may differ in."""
    return raw.replace(b"\r\n", b"\n")


class Source(ABC):
    """A place of one kind.

    Attributes:
        kind: as in the registry.
    """

    kind: str

    @abstractmethod
    def deliver(self, raw: bytes) -> None:
        """Put one mail into the place, after all before."""

    def deliver_all(self, mails: Iterable[bytes]) -> None:
        """Put mails into the place, in this order."""
        for raw in mails:
            self.deliver(raw)

    @abstractmethod
    def snapshot(self) -> Mapping[str, object]:
        """What must not change by reading: names, bytes, flags, times of change."""

    @abstractmethod
    def mailbox(self, **options: Any) -> Mailbox:
        """The adapter under test, quick to notice changes."""

    @abstractmethod
    def missing(self) -> tuple[Mailbox, str]:
        """An adapter of a place that does not exist, and what its error names."""


class FileSource(Source):
    """A place in the file system."""

    adapter: Any
    own_options: Mapping[str, Any] = MappingProxyType({"poll_s": 0.05})

    def __init__(self, folder: Path) -> None:
        self.place = folder / "mail"
        self.count = 0

    def mailbox(self, **options: Any) -> Mailbox:
        """See `Source`."""
        return self._mailbox(self.place, options)

    def missing(self) -> tuple[Mailbox, str]:
        """See `Source`."""
        place = self.place.with_name("nowhere")
        return self._mailbox(place, {}), str(place)

    def snapshot(self) -> Mapping[str, object]:
        """See `Source`."""
        return {
            str(path): (path.stat().st_mtime_ns, path.is_file() and path.read_bytes())
            for path in [self.place, *sorted(self.place.rglob("*"))]
        }

    def _mailbox(self, place: Path, options: dict[str, Any]) -> Mailbox:
        given = self.adapter.Options.model_validate({"path": place, **self.own_options, **options})
        built: Mailbox = self.adapter(given, context(real_time=True))
        return built


class MboxSource(FileSource):
    """One mbox file (mboxrd, Unix line ends)."""

    kind = "mbox"
    adapter = MboxMailbox

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.place.touch()

    def deliver(self, raw: bytes) -> None:
        """See `Source`."""
        with self.place.open("ab") as file:
            file.write(mbox_entry(raw))


class MaildirSource(FileSource):
    """One Maildir."""

    kind = "maildir"
    adapter = MaildirMailbox

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name in ("new", "cur", "tmp"):
            (self.place / name).mkdir(parents=True)

    def deliver(self, raw: bytes) -> None:
        """See `Source`."""
        self.count += 1
        name = f"{1_790_000_000 + self.count}.M{self.count}P1.host"
        (self.place / "tmp" / name).write_bytes(unix(raw))
        # Every other one has been seen by a mail program.
        target = f"cur/{name}:2,S" if self.count % 2 else f"new/{name}"
        (self.place / "tmp" / name).rename(self.place / target)


class EmlSource(FileSource):
    """A folder of .eml files, some in a subfolder."""

    kind = "eml"
    adapter = EmlMailbox

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (self.place / "sub").mkdir(parents=True)
        (self.place / "readme.txt").write_text("no mail")

    def deliver(self, raw: bytes) -> None:
        """See `Source`."""
        self.count += 1
        folder = self.place if self.count < 3 else self.place / "sub"
        path = folder / f"{self.count:04}.eml"
        path.write_bytes(unix(raw))
        age(path)


class TakeoutSource(FileSource):
    """A .zip archive of .eml files."""

    kind = "takeout"
    adapter = TakeoutMailbox
    own_options: Mapping[str, Any] = MappingProxyType({})

    def deliver(self, raw: bytes) -> None:
        """See `Source`."""
        self.count += 1
        with zipfile.ZipFile(self.place, "a") as archive:
            archive.writestr(f"Takeout/{self.count:04}.eml", unix(raw))


LIVE = (MboxSource, MaildirSource, EmlSource)
ARCHIVES = (TakeoutSource,)


def mbox_entry(raw: bytes) -> bytes:
    """A mail as it stands in an mbox, with its separator and the blank line after it."""
    lines = unix(raw).splitlines(keepends=True)
    quoted = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines]
    return b"From maja@example.com Mon Nov 23 10:00:00 2026\n" + b"".join(quoted) + b"\n"


def age(path: Path) -> None:
    """Let a file's last change be a minute ago: nobody is writing it any more."""
    past = time.time() - 60
    os.utime(path, (past, past))


async def read_all(
    mailbox: Mailbox, cursor: str | None = None, known: frozenset[str] = frozenset()
) -> list[FetchedMail]:
    """Every mail, read once to the end; the last item must be `CaughtUp` and nothing after it."""
    items: list[Item] = []
    async with aclosing(mailbox.fetch(cursor, known, follow=False)) as stream:
        async for item in stream:
            items.append(item)  # noqa: PERF401  # the stream is closed on failure too
    assert [type(item) for item in items[-1:]] == [CaughtUp]
    mails = [item for item in items if isinstance(item, FetchedMail)]
    assert len(mails) == len(items) - 1
    return mails


async def read_until_caught_up(
    stream: AsyncGenerator[Item, None],
) -> tuple[list[FetchedMail], str | None]:
    """The mails up to the next `CaughtUp`, and its cursor."""
    mails: list[FetchedMail] = []
    async for item in stream:
        if isinstance(item, CaughtUp):
            return mails, item.cursor
        mails.append(item)
    raise AssertionError("the stream ended while it was followed")


def open_descriptors() -> set[str]:
    """What this process holds open, sockets and files, by what they are.

    No pipes: a mailbox opens none, and the threads of Kafka's client, of another test of this
    process, open two for each broker that they hear of.
    """
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            what = str(entry.readlink())
        except FileNotFoundError:
            continue
        if not what.startswith("pipe:"):
            found.add(f"{entry.name} {what}")
    return found
