"""Whether a mail bears its label, or a single passage does that is foreign to the rest.

Whoever can put a paragraph into a newsletter, a comment or the title of a meeting can put a promise
into it, and the local classifier believes it as the model does. What stands around it says other
things. So where the two agree, the local classifier is asked once more about the mail without what
convinced it: if it then clearly sees something else, the label is a stray one.

What is left of an honest invitation may be no more than the way to an office, and what is left of
an honest rejection an advertisement for the newsletter. How clear it has to be is measured: of 124
labelled promises (invitations, offers, tests) that the rules read right, one is taken for stray.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Final

from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.taxonomy import EventType
from careerops.mail.spoken import spoken_segments

PROMISES: Final = frozenset({EventType.OFFER, EventType.INTERVIEW, EventType.ASSESSMENT})
"""What a person acts on, and so what attackers promise."""
CLEAR: Final = 0.6
"""How sure the local classifier has to be of something else, without a paragraph, line or title."""
CLEAR_IN_ONE_PARAGRAPH: Final = 0.75
"""The same without one sentence: more than finding nothing, it must have found something else."""
BEYOND_DOUBT: Final = 0.89
"""The same for labels that promise nothing, and for a rest that is a receipt: an invitation thanks
for the application, too."""
_FEW_WORDS: Final = 10
"""What has fewer is a greeting and a name, and says nothing about the mail."""
_FEW_WORDS_IN_ONE_PARAGRAPH: Final = 20
_WORD: Final = re.compile(r"\w+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Rest:
    """A mail without the passage that convinced the local classifier.

    Attributes:
        mail: what is left.
        label: the label in question.
        clear_from: the probability from which another label is a clear one.
    """

    mail: RawEmail
    label: EventType
    clear_from: float

    def contradicts(self, opinion: Classification | None) -> bool:
        """Whether the local classifier's `opinion` of it makes the label a stray one."""
        if opinion is None or opinion.event_type is self.label:
            return False
        if self.label not in PROMISES and opinion.event_type.is_career:
            return False  # a rejection thanks for the application, a receipt names the next steps
        is_receipt = opinion.event_type is EventType.APPLIED
        return opinion.confidence >= (BEYOND_DOUBT if is_receipt else self.clear_from)


async def is_stray(
    mail: RawEmail,
    label: EventType,
    second: Classification | None,
    ask: Callable[[RawEmail], Awaitable[Classification | None]],
) -> bool:
    """Whether `label`, which is also the local classifier's in `second`, hangs on one passage.

    `ask` gives the local classifier's opinion of another mail, None if it has none.
    """
    for rest in rests_of(mail, label, second):
        if rest.contradicts(await ask(rest.mail)):
            return True
    return False


def rests_of(mail: RawEmail, label: EventType, second: Classification | None) -> Iterator[Rest]:
    """What to ask the local classifier about, at most two questions.

    None where it gave another label, or where hardly anything is left.
    """
    if second is None or second.event_type is not label or not label.is_career:
        return
    if label is EventType.INTERVIEW and any(event.summary for event in mail.calendar):
        yield Rest(mail.model_copy(update={"calendar": ()}), label, CLEAR)
    if second.evidence:
        yield from _without(mail, label, second.evidence)


def _without(mail: RawEmail, label: EventType, proof: str) -> Iterator[Rest]:
    """The mail without the smallest part around `proof` that leaves enough: paragraph, line, it."""
    said = _BLANK_LINES.sub("\n\n", "\n\n".join(spoken_segments(mail)))
    subject = "" if proof in mail.subject else mail.subject
    for text, least, clear in (
        (_parts_without(said, "\n\n", proof), _FEW_WORDS, CLEAR),
        (_parts_without(said, "\n", proof), _FEW_WORDS, CLEAR),
        (said.replace(proof, " "), _FEW_WORDS_IN_ONE_PARAGRAPH, CLEAR_IN_ONE_PARAGRAPH),
    ):
        if len(_WORD.findall(text)) >= least:
            rest = {"subject": subject, "body_text": text, "marks": ()}
            clear_from = clear if label in PROMISES else BEYOND_DOUBT
            yield Rest(mail.model_copy(update=rest), label, clear_from)
            return


def _parts_without(text: str, between: str, proof: str) -> str:
    return between.join(part for part in text.split(between) if proof not in part)
