"""The answer that a model has to give: a closed schema, checked against the mail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from careerops.domain.career import MAX_COMPANY_CHARS, MAX_ROLE_CHARS, MAX_SUMMARY_CHARS
from careerops.domain.email import RawEmail
from careerops.domain.plain import plain_line, without_contacts
from careerops.domain.taxonomy import EventType
from careerops.llm.errors import Defect, InvalidAnswer
from careerops.llm.quote import MIN_QUOTE_CHARS, Quote, find_quote

MAX_ANSWER_CHARS: Final = 20_000
MAX_PLACE_CHARS: Final = 160
_PAST: Final = timedelta(days=2)
_FUTURE: Final = timedelta(days=731)


def _empty_for_null(value: object) -> object:
    return "" if value is None else value


_Text = Annotated[str, BeforeValidator(_empty_for_null)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class InterviewAnswer(_Closed):
    """When and where, as the model read it; each '' if unknown."""

    start: _Text = ""
    end: _Text = ""
    place: _Text = ""


class Answer(_Closed):
    """What a model answers, before anything of it is believed."""

    event_type: EventType
    company: _Text = ""
    role: _Text = ""
    confidence: float = Field(ge=0.0, le=1.0, strict=True, allow_inf_nan=False)
    summary: _Text = ""
    evidence: _Text = ""
    interview: InterviewAnswer | None = None
    deadline: _Text = ""


@dataclass(frozen=True, slots=True)
class SaidTime:
    """A time a mail names: `utc` if it said the zone, else None; `local` is as it was said."""

    utc: datetime | None
    local: datetime


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """An answer in shape: texts bounded and clean, `quote` found in the mail (None for OTHER)."""

    event_type: EventType
    confidence: float
    company: str
    role: str
    summary: str
    quote: Quote | None
    start: SaidTime | None
    end: SaidTime | None
    place: str
    deadline: SaidTime | None


def _texts(**meanings: str) -> dict[str, Any]:
    return {name: {"type": "string", "description": text} for name, text in meanings.items()}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


ANSWER_SCHEMA: Final[Mapping[str, Any]] = MappingProxyType(
    _object(
        {
            "event_type": {"type": "string", "enum": [kind.value for kind in EventType]},
            **_texts(company="employer or empty", role="position or empty"),
            "confidence": {"type": "number", "description": "probability, 0 to 1"},
            **_texts(summary="one sentence", evidence="verbatim passage of the mail"),
            "interview": _object(
                _texts(start="ISO 8601 or empty", end="ISO 8601 or empty", place="or empty")
            ),
            **_texts(deadline="ISO 8601 or empty"),
        }
    )
)
"""JSON schema of `Answer`, in the subset that all vendors' structured outputs accept.

No unions with null (Gemini refuses them: empty strings instead) and no bounds of numbers (OpenAI's
strict mode ignored or refused them for long): bounds are checked here.
"""


def check_answer(text: str, mail: RawEmail, *, truncated: bool = False) -> CheckedAnswer:
    """`text`, a model's answer about `mail`, checked and cleaned.

    Raises:
        InvalidAnswer: it is cut off, not JSON, not of the schema, or its evidence is no passage
            of the mail.
    """
    answer = _parsed(text, truncated=truncated)
    times = answer.interview or InterviewAnswer()
    return CheckedAnswer(
        event_type=answer.event_type,
        confidence=answer.confidence,
        company=_clean(answer.company, MAX_COMPANY_CHARS),
        role=_clean(answer.role, MAX_ROLE_CHARS),
        summary=_clean(answer.summary, MAX_SUMMARY_CHARS),
        quote=_quote(answer, mail),
        start=_time(times.start, mail),
        end=_time(times.end, mail),
        place=_clean(times.place, MAX_PLACE_CHARS),
        deadline=_time(answer.deadline, mail),
    )


def _parsed(text: str, *, truncated: bool) -> Answer:
    if truncated or len(text) > MAX_ANSWER_CHARS:
        raise InvalidAnswer(Defect.CUT_OFF, "It was cut off. Be much shorter in summary.")
    try:
        value = json.loads(_unfenced(text))
    except (ValueError, RecursionError):
        complaint = "It is not JSON. Write one JSON object and nothing before or after it."
        raise InvalidAnswer(Defect.NOT_JSON, complaint) from None
    try:
        return Answer.model_validate(value)
    except ValidationError as error:
        raise InvalidAnswer(Defect.NOT_SCHEMA, _complaint(error)) from None


def _complaint(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg']}"
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return "It does not follow the schema: " + plain_line("; ".join(faults[:5]), 600)


def _unfenced(text: str) -> str:
    """Without the Markdown fence that models like to put around JSON."""
    inner = text.strip()
    if inner.startswith("```") and inner.endswith("```"):
        return inner[3:-3].removeprefix("json").strip()
    return inner


def _clean(text: str, max_chars: int) -> str:
    return plain_line(without_contacts(plain_line(text, 2 * max_chars)), max_chars)


def _quote(answer: Answer, mail: RawEmail) -> Quote | None:
    if not answer.evidence.strip() and answer.event_type is EventType.OTHER:
        return None
    quote = find_quote(mail, answer.evidence)
    if quote is None:
        complaint = (
            "Its evidence does not stand in the mail. Copy a passage of at least "
            f"{MIN_QUOTE_CHARS} characters exactly, from one place of the subject or the text."
        )
        raise InvalidAnswer(Defect.NOT_A_QUOTE, complaint)
    return quote


def _time(text: str, mail: RawEmail) -> SaidTime | None:
    """The time `text` says; None if it is no ISO 8601 time or far from the mail's own."""
    try:
        said = datetime.fromisoformat(text.strip()[:40])
        utc = said.astimezone(UTC) if said.tzinfo else None
        near = utc or said.replace(tzinfo=UTC)
        if -_PAST < near - mail.received_at < _FUTURE:
            return SaidTime(utc, said)
    except (ValueError, OverflowError):
        return None
    return None
