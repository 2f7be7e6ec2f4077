"""When a model's label stands unmarked, and whose links and times are told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from careerops.domain.career import Classification, Interview
from careerops.domain.email import AuthResults, CalendarEvent, MarkKind, RawEmail, Sender
from careerops.domain.taxonomy import EventType
from careerops.llm.answer import CheckedAnswer, check_answer
from careerops.llm.trust import (
    deadline_of,
    interview_of,
    is_authentic,
    is_supported,
    needs_review,
    warnings_of,
)
from support.adapters import EVIDENCE, INVITATION, RECEIVED, mail, marked

ATS = Sender(
    name="Bluefin Energy", address="x@us.greenhouse-mail.io", domain="us.greenhouse-mail.io"
)
ALIGNED = AuthResults(dmarc="pass", domain="greenhouse-mail.io")
MEETING = CalendarEvent(
    start=RECEIVED + timedelta(days=3), zone="Europe/Berlin", uid="u1", url="https://meet.example.org/1"
)  # fmt: skip


def answer(letter: RawEmail, event_type: str = "INTERVIEW", **changes: Any) -> CheckedAnswer:
    """A model's answer about `letter`, checked."""
    given = {
        "event_type": event_type,
        "company": "",
        "role": "",
        "confidence": 0.99,
        "summary": "",
        "evidence": EVIDENCE,
        "interview": None,
        "deadline": "",
    }
    return check_answer(json.dumps(given | changes), letter)


def opinion(event_type: EventType, confidence: float = 0.9, **fields: Any) -> Classification:
    """What the local classifier says."""
    return Classification(event_type=event_type, confidence=confidence, **fields)


SAME = opinion(EventType.INTERVIEW)
OTHERWISE = opinion(EventType.OTHER)


def test_a_label_that_is_proven_and_not_contradicted_stands_unmarked() -> None:
    """The common case."""
    assert not needs_review(mail(), answer(mail()), SAME)


def test_a_weak_local_guess_is_no_contradiction() -> None:
    """Below one half it is a guess."""
    letter = mail()
    assert not needs_review(letter, answer(letter), opinion(EventType.OTHER, 0.49))
    assert needs_review(letter, answer(letter), opinion(EventType.OTHER, 0.5))


@pytest.mark.parametrize("kind", [MarkKind.HIDDEN, MarkKind.QUOTED])
def test_a_proof_in_a_hidden_or_quoted_part_is_reviewed_whoever_supports_it(kind: MarkKind) -> None:
    """Even with an invitation, an authentic sender and the local classifier's consent."""
    letter = marked(INVITATION, EVIDENCE, kind, sender=ATS, auth=ALIGNED, calendar=(MEETING,))
    assert needs_review(letter, answer(letter), SAME)
    assert "The proof stands in a quoted or hidden part of the mail." in warnings_of(
        letter, answer(letter), SAME
    )


def test_a_contradicted_label_is_reviewed() -> None:
    """Such as one that the mail talked the model into."""
    assert needs_review(mail(), answer(mail()), OTHERWISE)


def test_a_contradicted_other_is_reviewed_too() -> None:
    """A mail that talks a model out of an interview leaves a trace."""
    assert needs_review(mail(), answer(mail(), "OTHER", evidence=""), SAME)


def test_an_invitation_supports_an_interview_and_nothing_else() -> None:
    """A meeting is no offer."""
    letter = mail(calendar=(MEETING,))
    assert not needs_review(letter, answer(letter), OTHERWISE)
    assert needs_review(letter, answer(letter, "OFFER"), OTHERWISE)
    assert not is_supported(mail(calendar=(CalendarEvent(uid="u"),)), EventType.INTERVIEW)


def test_an_authentic_applicant_tracking_system_supports_career_labels_but_not_other() -> None:
    """It writes to applicants."""
    letter = mail(sender=ATS, auth=ALIGNED)
    supported = {kind for kind in EventType if is_supported(letter, kind)}
    assert supported == set(EventType) - {EventType.OTHER}


@pytest.mark.parametrize(
    "auth",
    [
        AuthResults(),
        AuthResults(dmarc="fail", domain="greenhouse-mail.io"),
        AuthResults(dmarc="none", spf="pass", dkim="pass", domain="greenhouse-mail.io"),
        AuthResults(dmarc="pass", domain="evil.example"),
        AuthResults(dmarc="pass", domain=""),
    ],
)
def test_without_aligned_dmarc_anybody_may_call_themselves_so(auth: AuthResults) -> None:
    """A display name and a From domain are free to choose."""
    assert not is_authentic(mail(sender=ATS, auth=auth))
    assert needs_review(mail(sender=ATS, auth=auth), answer(mail()), OTHERWISE)


@pytest.mark.parametrize(
    ("domain", "kind", "supported"),
    [
        ("hackerrank.com", EventType.ASSESSMENT, True),
        ("hackerrank.com", EventType.OFFER, False),
        ("calendly.com", EventType.INTERVIEW, True),
        ("linkedin.com", EventType.INTERVIEW, False),
        ("bluefin-energy.example", EventType.INTERVIEW, False),
    ],
)
def test_each_vendor_supports_what_it_is_there_for(
    domain: str, kind: EventType, *, supported: bool
) -> None:
    """Job boards and companies support nothing."""
    letter = mail(
        sender=Sender(address=f"a@{domain}", domain=domain),
        auth=AuthResults(dmarc="pass", domain=domain),
    )
    assert is_supported(letter, kind) is supported


def test_without_a_second_opinion_only_an_independent_signal_counts() -> None:
    """Nobody's silence is consent."""
    assert needs_review(mail(), answer(mail()), None)
    assert not needs_review(mail(calendar=(MEETING,)), answer(mail()), None)


def test_what_our_parser_finds_suspicious_is_reviewed_even_where_labels_agree() -> None:
    """A scam is an offer too, by its words."""
    wary = opinion(EventType.INTERVIEW, review=True, warnings=("It asks for money.",))
    letter = mail(calendar=(MEETING,))
    assert needs_review(letter, answer(letter), wary)
    assert warnings_of(letter, answer(letter), wary) == ("It asks for money.",)


def test_times_of_the_invitation_go_before_the_models() -> None:
    """A file that is made to be read by machines is read right."""
    letter = mail(calendar=(MEETING,))
    models = {"start": "2026-03-09T08:00Z", "end": "", "place": "R1"}
    found = interview_of(letter, answer(letter, interview=models), None)
    assert found is not None
    assert (found.start, found.uid, found.place) == (MEETING.start, "u1", "R1")
    assert found.link == "https://meet.example.org/1"


def test_our_parsers_interview_goes_before_the_models() -> None:
    """Its link is the only one there is."""
    ours = Interview(start=RECEIVED, link="https://meet.example.org/2", place="Room 9")
    second = opinion(EventType.INTERVIEW, interview=ours)
    letter = mail()
    models = {"start": "2026-03-09T08:00Z", "end": "", "place": "Elsewhere"}
    assert interview_of(letter, answer(letter, interview=models), second) == ours


def test_the_models_time_is_taken_where_nothing_else_knows_one() -> None:
    """With an end only if it is later, and never with a link."""
    letter = mail()
    times = {"start": "2026-03-05T14:00+01:00", "end": "2026-03-05T13:00+01:00", "place": "Zoom"}
    found = interview_of(letter, answer(letter, interview=times), SAME)
    assert found == Interview(start=datetime(2026, 3, 5, 13, tzinfo=UTC), place="Zoom")


def test_only_an_interview_has_an_interview() -> None:
    """And one without any fact is none."""
    letter = mail(calendar=(MEETING,))
    assert interview_of(letter, answer(letter, "OFFER"), SAME) is None
    assert interview_of(mail(), answer(mail()), None) is None


def test_a_time_without_a_zone_becomes_a_warning_and_no_time() -> None:
    """Unless somebody else knows the time."""
    letter = mail()
    said = answer(letter, interview={"start": "2026-03-05T14:00", "end": "", "place": ""})
    (warning,) = warnings_of(letter, said, SAME)
    assert "2026-03-05 14:00 without a time zone" in warning
    assert interview_of(letter, said, SAME) is None
    known = opinion(EventType.INTERVIEW, interview=Interview(start=RECEIVED))
    assert warnings_of(letter, said, known) == ()
    assert warnings_of(mail(calendar=(MEETING,)), said, SAME) == ()


def test_a_deadline_is_ours_or_the_models_where_it_said_the_zone() -> None:
    """Else none."""
    letter = mail()
    ours = opinion(EventType.ASSESSMENT, deadline=RECEIVED)
    said = answer(letter, deadline="2026-03-06T12:00Z")
    assert deadline_of(said, ours) == RECEIVED
    assert deadline_of(said, SAME) == datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert deadline_of(answer(letter, deadline="2026-03-06T12:00"), None) is None
