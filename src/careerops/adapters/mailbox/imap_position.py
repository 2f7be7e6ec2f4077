"""How far each folder was read: the cursor of an IMAP mailbox."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Self

from careerops.adapters.mailbox.imap_client import FolderState


@dataclass(frozen=True, slots=True)
class FolderPosition:
    """A place in a folder. UIDs ascend with arrival while `validity` stays (RFC 3501, 2.3.1.1).

    The first sync tells recent mails first and history afterwards, so there are two places in
    what stood in the folder when it began (UIDs up to `start`), and one in what came later.

    Attributes:
        validity: UIDVALIDITY of the folder when it was read; another means other UIDs.
        since: mails that arrived before this (seconds since 1970, UTC) are history.
        live: of the mails that came after the first sync began, those up to this UID were told.
        start: the last UID at the beginning of the first sync, 0 once that is over.
        recent: of the first sync's recent mails, those up to this UID were told.
        past: of all the first sync's mails, those up to this UID were told.
    """

    validity: int
    since: int
    live: int
    start: int
    recent: int = 0
    past: int = 0

    @classmethod
    def beginning(cls, state: FolderState, last_uid: int, since: int) -> Self:
        """Nothing is read yet of a folder whose last mail has `last_uid`."""
        return cls(validity=state.uid_validity, since=since, live=last_uid, start=last_uid)

    def without_history(self) -> Self:
        """The first sync is over."""
        return replace(self, start=0, recent=0, past=0)


def parse_cursor(cursor: str | None) -> dict[str, FolderPosition]:
    """Folder -> position; folders whose entry cannot be read are missing: they begin anew."""
    try:
        folders = json.loads(cursor or "{}").get("folders", {})
        return {
            name: position
            for name, entry in folders.items()
            if (position := _position(entry)) is not None
        }
    except (ValueError, AttributeError):
        return {}


def make_cursor(positions: Mapping[str, FolderPosition]) -> str:
    """The positions as JSON; `parse_cursor` reads it."""
    entries = {name: asdict(position) for name, position in positions.items()}
    return json.dumps({"folders": entries}, separators=(",", ":"))


def _position(entry: object) -> FolderPosition | None:
    if not isinstance(entry, Mapping):
        return None
    names: Iterable[str] = (field.name for field in fields(FolderPosition))
    numbers = {name: entry.get(name) for name in names}
    if not all(type(value) is int and value >= 0 for value in numbers.values()):
        return None
    return FolderPosition(**{name: int(value or 0) for name, value in numbers.items()})
