"""What processes say of themselves: small files in a folder beside the database.

Not in the database: there a commit waits for the disk, and an idle process would wake it all day.
A file is made whole, under another name at first, and then written over in place and never made
shorter: a new file each time would cost several times what is in it. Whoever reads finds the old
words, the new ones, or for a moment nothing that can be read.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from careerops.adapters.sqlite.threads import DatabaseThread
from careerops.domain.errors import Outage
from careerops.ports.reports import MAX_REPORT_BYTES, MAX_REPORTS, Report

_KIND: Final = re.compile(r"[a-z-]{1,40}")
_HEAD_BYTES: Final = 1024
_OPEN_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700


class SqliteReports:
    """`Reports` beside an SQLite file."""

    def __init__(
        self,
        path: Path,
        reader: DatabaseThread,
        now: Callable[[], datetime],
        is_gone: Callable[[str], bool],
    ) -> None:
        """Use the folder `<path>-reports`; `is_gone` says of an owner that it surely has ended."""
        self._folder = path.with_name(f"{path.name}-reports")
        self._reader = reader
        self._now = now
        self._is_gone = is_gone
        self._ours: set[Path] = set()

    @property
    def lives_s(self) -> float:
        """How long a report is to be left for: that its process is gone is seen otherwise."""
        return 10_800.0

    async def leave(self, kind: str, owner: str, value: bytes, lives_s: float) -> None:
        """Replace what `owner` said of `kind`; 0 seconds or too many bytes take it back.

        Raises:
            Outage: the file cannot be written (scope `log`).
        """
        place = self._folder / f"{_checked(kind)}.{hashlib.sha256(owner.encode()).hexdigest()[:16]}"
        until = self._now().timestamp() + lives_s
        head = {"owner": owner, "until": until, "length": len(value)}
        text = json.dumps(head).encode() + b"\n" + value

        def work(_: object) -> None:
            try:
                if lives_s <= 0 or len(value) > MAX_REPORT_BYTES:
                    place.unlink(missing_ok=True)
                else:
                    self._write(place, text)
            except OSError as error:
                raise Outage(
                    f"the folder {self._folder} cannot be written ({error.strerror})", scope="log"
                ) from None

        self._ours.add(place)
        await self._reader.run(work)

    async def read(self, kind: str) -> Sequence[Report]:
        """Those that have not expired and whose process lives. Files of others are passed over."""
        pattern, now_s = f"{_checked(kind)}.*", self._now().timestamp()
        return await self._reader.run(lambda _: list(self._read(pattern, now_s))[:MAX_REPORTS])

    def take_back(self) -> None:
        """Remove what this store left, and the folder if it is empty. Blocks for moments."""
        with suppress(OSError):
            for place in self._ours:
                place.unlink(missing_ok=True)
            if self._ours:
                self._folder.rmdir()
        self._ours.clear()

    def _write(self, place: Path, text: bytes) -> None:
        with suppress(FileNotFoundError), place.open("r+b") as file:
            file.write(text.ljust(os.fstat(file.fileno()).st_size))
            return
        self._folder.mkdir(mode=_FOLDER_MODE, exist_ok=True)
        # A name of its own, which `read` does not look for: two processes never share one.
        draft = place.with_name(f"draft-{place.name}")
        draft.touch(mode=_OPEN_MODE)
        draft.write_bytes(text)
        draft.replace(place)

    def _read(self, pattern: str, now_s: float) -> Iterator[Report]:
        try:
            places = sorted(self._folder.glob(pattern))
        except OSError:
            return
        for place in places[: 4 * MAX_REPORTS]:
            try:
                with place.open("rb") as file:
                    text = file.read(_HEAD_BYTES + MAX_REPORT_BYTES)
                head, _, value = text.partition(b"\n")
                said = json.loads(head)
                owner, until = str(said["owner"]), float(said["until"])
                value = value[: int(said["length"])]
            except (OSError, ValueError, TypeError, KeyError, RecursionError):
                continue  # gone meanwhile, or nothing of ours
            if until > now_s and not self._is_gone(owner):
                yield Report(owner, value)
            else:
                with suppress(OSError):
                    place.unlink()


def _checked(kind: str) -> str:
    if not _KIND.fullmatch(kind):
        raise ValueError("a kind of report is 1 to 40 of a-z and -")
    return kind
