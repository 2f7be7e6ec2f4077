"""What one source has done since the start, for whoever looks on."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class SourceProgress:
    """What one source has done since the start.

    Attributes:
        published, duplicates, dead: mails by how they ended.
        read_bytes: bytes of mail read.
        caught_up: times it was read to its end with all of it committed.
        scope: the outage it waits for, '' if none; `down_since` (UTC) is when it began.
        refused: why it will not go on until a person mends something, '' while it may.
        finished: it was read to its end and is not followed.
    """

    published: int = 0
    duplicates: int = 0
    dead: int = 0
    read_bytes: int = 0
    caught_up: int = 0
    scope: str = ""
    down_since: datetime | None = None
    refused: str = ""
    finished: bool = False

    @property
    def mails(self) -> int:
        """Mails dealt with."""
        return self.published + self.duplicates + self.dead
