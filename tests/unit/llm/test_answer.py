"""A model's answer: a closed schema, texts made harmless, evidence that stands in the mail."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.domain.email import MarkKind
from careerops.domain.taxonomy import EventType
from careerops.llm.answer import ANSWER_SCHEMA, Answer, CheckedAnswer, check_answer
from careerops.llm.errors import Defect, InvalidAnswer
from careerops.llm.quote import find_quote
from support.adapters import EVIDENCE, mail, marked

GOOD: dict[str, Any] = {
    "event_type": "INTERVIEW",
    "company": "Bluefin Energy",
    "role": "Data Engineer",
    "confidence": 0.9,
    "summary": "A call on Thursday.",
    "evidence": EVIDENCE,
    "interview": {"start": "2026-03-05T14:00:00+01:00", "end": "", "place": "Zoom"},
    "deadline": "",
}


def checked(**changes: Any) -> CheckedAnswer:
    """`GOOD` with changes, checked against the mail."""
    return check_answer(json.dumps(GOOD | changes), mail())


def defect_of(text: str, *, truncated: bool = False) -> Defect:
    """What is wrong with an answer."""
    with pytest.raises(InvalidAnswer) as caught:
        check_answer(text, mail(), truncated=truncated)
    assert str(caught.value) == caught.value.defect.value
    return caught.value.defect


def fault_of(text: str) -> InvalidAnswer | None:
    """What is wrong with an answer, None if nothing is."""
    try:
        check_answer(text, mail())
    except InvalidAnswer as error:
        return error
    return None


def test_a_good_answer_is_taken_over() -> None:
    """With the time in UTC."""
    answer = checked()
    assert (answer.event_type, answer.company, answer.confidence) == (
        EventType.INTERVIEW,
        "Bluefin Energy",
        0.9,
    )
    assert answer.start is not None
    assert answer.start.utc == datetime(2026, 3, 5, 13, 0, tzinfo=UTC)
    assert (answer.end, answer.deadline, answer.place) == (None, None, "Zoom")
    assert answer.quote is not None
    assert answer.quote.spoken


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}\n```", "  {}\n"])
def test_a_fence_around_the_json_is_no_fault(fence: str) -> None:
    """Models like them."""
    assert check_answer(fence.replace("{}", json.dumps(GOOD)), mail()).confidence == 0.9


@pytest.mark.parametrize("text", ["", "I think it is an interview.", '{"event_type": ', "[" * 5000])
def test_what_is_not_json_is_found(text: str) -> None:
    """Prose, half an object, and nesting that would end the parser."""
    assert defect_of(text) is Defect.NOT_JSON


@pytest.mark.parametrize(
    "changes",
    [
        {"event_type": "MEETING"},
        {"event_type": None},
        {"confidence": 1.2},
        {"confidence": -0.1},
        {"confidence": 1000000000000000},
        {"confidence": "0.9"},
        {"confidence": True},
        {"confidence": float("nan")},
        {"confidence": float("inf")},
        {"summary": 5},
        {"original_email_id": "x"},
        {"interview": {"start": "", "link": "https://evil.example"}},
        {"interview": "tomorrow"},
        {"warnings": []},
    ],
)
def test_what_is_not_of_the_schema_is_found(changes: dict[str, Any]) -> None:
    """Bounds that a server's own schema check lets through, and fields that nobody asked for."""
    assert defect_of(json.dumps(GOOD | changes)) is Defect.NOT_SCHEMA


@pytest.mark.parametrize("text", ["[]", "null", '"OFFER"', "3"])
def test_json_that_is_no_object_is_not_of_the_schema(text: str) -> None:
    """Another kind of fault than no JSON."""
    assert defect_of(text) is Defect.NOT_SCHEMA


def test_an_answer_that_was_cut_off_is_found_even_where_it_is_whole() -> None:
    """The server says so."""
    assert defect_of(json.dumps(GOOD), truncated=True) is Defect.CUT_OFF
    assert defect_of(json.dumps(GOOD | {"summary": "x" * 30_000})) is Defect.CUT_OFF


@pytest.mark.parametrize(
    "evidence", ["", "   ", "You got the job!", "you to", "we would like to invite you to a party"]
)
def test_evidence_that_is_no_passage_of_the_mail_is_found(evidence: str) -> None:
    """Made up, missing, or too short to prove anything."""
    assert defect_of(json.dumps(GOOD | {"evidence": evidence})) is Defect.NOT_A_QUOTE


def test_other_needs_no_evidence_but_may_not_make_it_up() -> None:
    """What is not told needs no proof."""
    assert checked(event_type="OTHER", evidence="").quote is None
    made_up = GOOD | {"event_type": "OTHER", "evidence": "buy our wonderful course"}
    assert defect_of(json.dumps(made_up)) is Defect.NOT_A_QUOTE


@pytest.mark.parametrize(
    "evidence",
    [
        "we would  like\nto invite you",
        "WE WOULD LIKE to invite you",
        "  we would like to invite you ",
    ],
)
def test_evidence_is_quoted_again_from_our_text(evidence: str) -> None:
    """White space and case do not count, and what is kept is the mail's."""
    quote = checked(evidence=evidence).quote
    assert quote is not None
    assert quote.text == "we would like to invite you"


def test_quotation_marks_dashes_and_composition_do_not_count() -> None:
    """A person sees no difference."""
    letter = mail("Caf\u00e9 M\u00fcller \u2013 it\u2019s \u201cyour\u201d offer")
    quote = find_quote(letter, 'Cafe\u0301 Mu\u0308ller - it\'s "your" offer')
    assert quote is not None
    assert quote.text == letter.body_text


def test_a_passage_of_the_subject_is_said_now() -> None:
    """The subject is visible."""
    quote = find_quote(mail(subject="Invitation to  an interview"), "invitation to an interview")
    assert quote is not None
    assert (quote.text, quote.spoken) == ("Invitation to  an interview", True)


@pytest.mark.parametrize(
    ("kind", "spoken"),
    [(MarkKind.QUOTED, False), (MarkKind.HIDDEN, False), (MarkKind.SIGNATURE, True)],
)
def test_a_passage_in_a_quoted_or_hidden_part_is_not_said_now(
    kind: MarkKind, *, spoken: bool
) -> None:
    """It is found, and known for what it is."""
    letter = marked("Hello. We offer you the job. Bye.", "We offer you the job", kind)
    quote = find_quote(letter, "offer you the job")
    assert quote is not None
    assert quote.spoken is spoken


def test_a_passage_that_reaches_into_a_hidden_part_is_not_said_now() -> None:
    """Half hidden is hidden."""
    letter = marked("We offer you the job. Bye.", "the job", MarkKind.HIDDEN)
    quote = find_quote(letter, "We offer you the job")
    assert quote is not None
    assert not quote.spoken


def test_of_several_places_the_one_that_is_said_now_counts() -> None:
    """A reply that repeats what it quotes."""
    letter = marked("> We offer you the job\nWe offer you the job", "> We offer you the job",
                    MarkKind.QUOTED)  # fmt: skip
    quote = find_quote(letter, "We offer you the job")
    assert quote is not None
    assert quote.spoken


@pytest.mark.parametrize(
    "body",
    [
        'They told us: "we offer you the job today". Bye.',
        "They told us: \u201cwe offer you the job today\u201d. Bye.",
        "Man sagte: \u201ewe offer you the job today\u201c. Bye.",
        "On a dit: \u00ab we offer you the job today \u00bb. Bye.",
        '{"evidence": "we offer you the job today"}',
    ],
)
def test_a_passage_between_quotation_marks_is_mentioned_and_not_said(body: str) -> None:
    """Also in the subject; where it is said elsewhere too, that counts."""
    for letter in (mail(body), mail("Hello", subject=body)):
        quote = find_quote(letter, "we offer you the job")
        assert quote is not None
        assert not quote.spoken
    again = find_quote(mail(f"{body}\n\nYes, we offer you the job."), "we offer you the job")
    assert again is not None
    assert again.spoken


@pytest.mark.parametrize(
    "body",
    [
        'We offer you the job of "Data Engineer" today.',
        'The 27" screen is yours. We offer you the job.',
        "\u201cHello\u201d, we offer you the job, \u201cyours\u201d",
        'Her "first" day\n\nWe offer you the job.\n\nHis "last" day',
    ],
)
def test_quotation_marks_elsewhere_in_the_paragraph_do_not_count(body: str) -> None:
    """What stands between them is what is mentioned."""
    quote = find_quote(mail(body), "we offer you the job")
    assert quote is not None
    assert quote.spoken


def test_a_link_in_a_passage_is_any_link_and_a_rule_is_no_word() -> None:
    """Models are shown neither as it stands in the mail."""
    letter = mail("Take the test at https://x.example/t/1?a=b,\n-----\nplease, by Friday.")
    quote = find_quote(letter, "the test at [link:x.example], please, by Friday.")
    assert quote is not None
    assert quote.text == letter.body_text[5:]
    assert find_quote(letter, "[link:x.example]") is None


def test_company_role_and_summary_are_bounded_and_without_links_and_controls() -> None:
    """They are shown on a phone."""
    answer = checked(
        company="Blue\x1b[31mfin\u202e " + "x" * 300,
        role="<b>Engineer</b> https://evil.example/x",
        summary="Go to https://evil.example/login or www.evil.example now\r\n" + "y" * 900,
        interview={"start": "", "end": "", "place": "https://evil.example/join Room 5"},
    )
    assert answer.company.startswith("Blue [31mfin x")
    assert (len(answer.company), answer.role) == (120, "Engineer")
    assert answer.summary.startswith("Go to or now y")
    assert len(answer.summary) == 400
    assert answer.place == "Room 5"


def test_no_text_of_a_model_can_be_called_or_written_to() -> None:
    """A number that a stranger gives is not ours to tell."""
    answer = checked(
        company="Evil.com",
        role="Engineer, ask boss@evil.example",
        summary="Call +1 (900) 555-0100 or go to evil.example/pay by 2026-03-05 14:00.",
        interview={"start": "", "end": "", "place": "0900 555 0100"},
    )
    assert (answer.company, answer.role, answer.place) == ("Evil", "Engineer, ask", "")
    assert answer.summary == "Call or go to evil by 2026-03-05 14:00."


def test_null_is_an_empty_text() -> None:
    """Servers without structured output answer null for unknown."""
    answer = checked(company=None, interview=None, deadline=None)
    assert (answer.company, answer.start, answer.deadline) == ("", None, None)


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "2026-03-05T25:00",
        "1999-01-01T10:00+00:00",
        "2199-01-01T10:00+00:00",
        "0001-01-01T00:00+14:00",
        "x" * 99,
    ],
)
def test_a_time_that_is_none_or_far_away_is_left_out(text: str) -> None:
    """A missing time is better than a wrong one."""
    assert checked(interview={"start": text, "end": "", "place": ""}).start is None


def test_a_time_without_a_zone_is_kept_as_it_was_said() -> None:
    """Nobody guesses the zone."""
    start = checked(interview={"start": "2026-03-05T14:00", "end": "", "place": ""}).start
    assert start is not None
    assert start.utc is None
    assert start.local.hour == 14


def test_the_json_schema_and_the_model_are_the_same() -> None:
    """What servers are asked to keep to is what we check, and every field is demanded."""
    properties = ANSWER_SCHEMA["properties"]
    assert set(properties) == set(Answer.model_fields) == set(ANSWER_SCHEMA["required"])
    assert ANSWER_SCHEMA["additionalProperties"] is False
    assert properties["interview"]["additionalProperties"] is False
    assert properties["event_type"]["enum"] == [kind.value for kind in EventType]


@given(st.text(max_size=300))
def test_any_text_is_a_good_answer_or_a_named_fault(text: str) -> None:
    """Never another error."""
    fault = fault_of(text)
    assert fault is None or fault.defect in Defect


LEAVES = st.none() | st.booleans() | st.floats() | st.text(max_size=20)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists and objects, with our names among the keys."""
    names = st.sampled_from([*GOOD, "x"])
    return st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=9)


@given(st.recursive(LEAVES, nested, max_leaves=12))
def test_any_json_is_a_good_answer_or_a_named_fault(value: Any) -> None:
    """The complaint that goes back to the model is one bounded line."""
    fault = fault_of(json.dumps(value))
    if fault is not None:
        assert len(fault.complaint) < 800
        assert "\n" not in fault.complaint
