"""A classifier of rules: no model, no network, the same answer every time.

The way of a mail: visible sentences (`rules_text`), phrases in them (`rules_phrases` with the
words of `rules_lexicon*`), a decision by points (`rules_decide`), then company, role, times and
warnings (`rules_details`, `careerops.mail`).
"""

import re
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from careerops.adapters.classifier.rules_decide import Decision, decide
from careerops.adapters.classifier.rules_details import (
    interview_of,
    short,
    summary_of,
    suspicion_of,
    the_invitation,
)
from careerops.adapters.classifier.rules_language import languages_of
from careerops.adapters.classifier.rules_lexicon import LEXICON_VERSION, search
from careerops.adapters.classifier.rules_sender import circumstances_of
from careerops.adapters.classifier.rules_text import Sentence, sentences
from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.taxonomy import EventType
from careerops.mail.company import company_of, role_of
from careerops.mail.dates_deadline import deadline_of
from careerops.mail.dates_text import Reading
from careerops.mail.spoken import spoken_segments
from careerops.ops.context import PartContext

_MAX_SUBJECT_CHARS = 1000
_REPLY = re.compile(r"^\s*(?:(?:re|aw|fwd?|wg|tr|rv|enc|antw)\s*:\s*)+", re.IGNORECASE)
_INDIA = re.compile(
    r"(?i)\bindia\b|\+91|₹|bengaluru|bangalore|mumbai|hyderabad|pune\b|gurgaon|noida"
)


class RulesOptions(BaseModel):
    """Options of the rules.

    Attributes:
        review_below: a career event less sure than this is marked for review.
        zone: IANA zone taken for interview times in mails that name none; '' = such times are
            told as written and set no reminder, because a missing time is better than a wrong one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    review_below: float = Field(default=0.65, ge=0.0, le=1.0)
    zone: str = ""

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            if value:
                ZoneInfo(value)
        except (KeyError, OSError, ValueError):
            raise ValueError(
                "no such time zone; write an IANA name such as Europe/Berlin"
            ) from None
        return value


class RulesClassifier:
    """`Classifier` by rules for English, German, Spanish, French and Hindi.

    Portuguese, Italian and Dutch are understood in their basics. Never raises for a mail.
    """

    Options = RulesOptions

    def __init__(self, options: RulesOptions, context: PartContext) -> None:
        """Nothing is read or compiled before the first mail needs it."""
        del context
        self._options = options
        self._zone = ZoneInfo(options.zone) if options.zone else None

    @property
    def name(self) -> str:
        """`rules`."""
        return "rules"

    async def classify(self, mail: RawEmail) -> Classification:
        """The meaning of `mail`; takes a few milliseconds and never waits."""
        subject = mail.subject[:_MAX_SUBJECT_CHARS]
        said = sentences(_REPLY.sub("", subject), spoken_segments(mail))
        invitation = _invitation_sentences(mail)
        everything = [*said, *invitation] if said else []  # no career event without a quote
        languages = languages_of(word for sentence in everything for word in sentence.words.split())
        decision = decide(everything, search(everything, languages), circumstances_of(mail))
        return self._answer(mail, said, decision, next(iter(languages), ""))

    async def close(self) -> None:
        """Nothing is held open."""

    def _answer(
        self, mail: RawEmail, said: list[Sentence], decision: Decision, language: str
    ) -> Classification:
        kind = decision.event_type
        reading = self._reading(mail, said, language)
        company, role = _about(mail) if kind.is_career else ("", "")
        interview = moment = deadline = None
        if kind is EventType.INTERVIEW:
            interview, moment = interview_of(mail, said, decision, reading)
        if kind is EventType.ASSESSMENT:
            deadline = deadline_of("\n".join((mail.subject, *spoken_segments(mail))), reading)
        suspicion = suspicion_of(mail, decision, company)
        unsure = kind.is_career and decision.confidence < self._options.review_below
        return Classification(
            event_type=kind,
            company=company,
            role=role,
            confidence=decision.confidence,
            summary=summary_of(decision, company, role, interview, moment),
            evidence=_evidence(said, decision),
            interview=interview,
            deadline=deadline,
            warnings=tuple(suspicion.warnings),
            language=language,
            provider=self.name,
            model=LEXICON_VERSION,
            review=unsure or suspicion.review or decision.conflict,
        )

    def _reading(self, mail: RawEmail, said: list[Sentence], language: str) -> Reading:
        text = " ".join(sentence.text for sentence in said[:80])
        india = language == "hi" or mail.sender.domain.endswith(".in") or bool(_INDIA.search(text))
        return Reading(mail.received_at, language, self._zone, india=india)


def _about(mail: RawEmail) -> tuple[str, str]:
    return short(company_of(mail).name, role_of(mail))


def _invitation_sentences(mail: RawEmail) -> list[Sentence]:
    """What the attached invitation calls itself: it decides, but is no quotable evidence."""
    event = the_invitation(mail)
    return sentences(event.summary[:300], ()) if event else []


def _evidence(said: list[Sentence], decision: Decision) -> str:
    """The sentence that decided; the first one where the attached invitation did."""
    reason = decision.reason
    if reason is not None and reason.index < len(said):
        return said[reason.index].text
    return said[0].text if said and decision.event_type.is_career else ""
