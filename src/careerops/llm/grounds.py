"""What a mail says visibly, to hold a model's names and times against.

A name that a model was told in a hidden or quoted part, or made up, does not stand there.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from careerops.domain.email import RawEmail
from careerops.llm.answer import SaidTime
from careerops.mail.folding import fold
from careerops.mail.spoken import spoken_segments

_WORD: Final = re.compile(r"\w+")
_NUMBER: Final = re.compile(r"\d{1,4}")
_SOON: Final = timedelta(days=8)
"""A day so near may be said in words: tomorrow, on Friday."""
_HALF_DAY: Final = 12
_LAST_MINUTE: Final = (23, 59)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said in a mail, folded.

    Attributes:
        text: subject, spoken text, sender, hosts of links, invitations.
        numbers: the numbers of subject and spoken text.
        received_at: when it was said.
    """

    text: str
    numbers: frozenset[int]
    received_at: datetime

    @classmethod
    def of(cls, mail: RawEmail) -> Self:
        """What `mail` says."""
        spoken = "\n".join((mail.subject, *spoken_segments(mail)))
        around = (
            mail.sender.name,
            mail.sender.domain,
            *(_host(link.url) for link in mail.links),
            *(f"{event.summary} {event.location}" for event in mail.calendar),
        )
        numbers = frozenset(int(found) for found in _NUMBER.findall(spoken))
        return cls(fold("\n".join((spoken, *around))), numbers, mail.received_at)

    def has_words(self, name: str) -> bool:
        """Whether every word of `name` stands in it, as a word or in a longer one."""
        words = _WORD.findall(fold(name))
        return bool(words) and all(word in self.text for word in words)

    def has_time(self, time: SaidTime | None) -> bool:
        """Whether the numbers of `time` stand in it: day, hour (of either clock) and minute.

        The day may be missing where it is one of the next, and the hour at a day's ends.
        """
        if time is None:
            return False
        local = time.local
        near = (time.utc or local.replace(tzinfo=UTC)) - self.received_at
        if local.day not in self.numbers and not -_SOON < near < _SOON:
            return False
        if (local.hour, local.minute) in {(0, 0), _LAST_MINUTE}:
            return True
        hours = {local.hour, local.hour % _HALF_DAY or _HALF_DAY}
        return not hours.isdisjoint(self.numbers) and (
            not local.minute or local.minute in self.numbers
        )


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0][:260]
