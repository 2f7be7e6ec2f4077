"""The text of a notification: the important first, bounded, and nothing that is markup."""

import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.domain.career import Interview
from careerops.domain.email import Link, Sender
from careerops.domain.notification import Briefing, NotificationKind
from careerops.domain.plain import plain_line, without_contacts, without_urls
from careerops.domain.render import render_text, render_title
from careerops.domain.taxonomy import EventType
from support.adapters import RECEIVED, event, hostile, notification

ANY_TEXT = st.text(max_size=300)


def harmless(text: str) -> bool:
    """No control or direction characters but newlines, no angle brackets."""
    odd = [char for char in text if unicodedata.category(char) in {"Cc", "Cf"}]
    return not (set(odd) - set("\n\u200c\u200d")) and "<" not in text and ">" not in text


def test_a_notification_tells_what_whose_when_where_and_why_in_this_order() -> None:
    """The whole text, as a person reads it."""
    assert render_text(notification()).splitlines() == [
        "Interview: Bluefin Energy, Data Engineer",
        "When: Thu 5 Mar 2026, 14:00-14:45 (Europe/Berlin)",
        "Where: Video call",
        "Join: [meet.example.org] https://meet.example.org/abc",
        "Bluefin Energy invites you to a call.",
        "Why: “we would like to invite you to an interview on 5 March 2026 at 14:00 CET.”",
        "From: Maja Lund (bluefin-energy.example)",
        "Link: [bluefin-energy.example] https://bluefin-energy.example/me",
        "About: Bluefin Energy builds tidal power stations.",
        "Prepare: Prepare three questions",
        "Sources: bluefin-energy.example",
    ]


def test_warnings_stand_right_below_the_title() -> None:
    """Who reads two lines reads the warning."""
    text = render_text(notification(event=event(warnings=("It asks for money.",), review=True)))
    assert text.splitlines()[1:3] == [
        "⚠ Careful: It asks for money.",
        "Please check: this may not be what it seems.",
    ]


def test_a_degraded_answer_is_marked() -> None:
    """What only the fallback read says so."""
    text = render_text(notification(event=event(degraded="openai: invalid_answer", review=True)))
    assert "Please check: only a simple method could read this mail." in text
    assert "invalid_answer" not in text


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("America/New_York", "Thu 5 Mar 2026, 08:00-08:45 (America/New_York)"),
        ("", "Thu 5 Mar 2026, 14:00-14:45 (Europe/Berlin)"),
        ("No/Such", "Thu 5 Mar 2026, 14:00-14:45 (Europe/Berlin)"),
        ("../etc", "Thu 5 Mar 2026, 14:00-14:45 (Europe/Berlin)"),
    ],
)
def test_times_are_shown_in_the_persons_zone(zone: str, shown: str) -> None:
    """Else in the sender's, and the zone is always said."""
    assert f"When: {shown}" in render_text(notification(), zone=zone)


def test_a_time_without_any_zone_is_shown_in_utc() -> None:
    """Never without a zone."""
    interview = Interview(start=RECEIVED, end=RECEIVED + timedelta(days=1))
    text = render_text(notification(event=event(interview=interview)))
    assert "When: Mon 2 Mar 2026, 09:00 to 3 Mar (UTC)" in text


def test_a_deadline_is_told() -> None:
    """An assessment has until when."""
    asked = event(event_type=EventType.ASSESSMENT, interview=None, deadline=RECEIVED)
    assert "Deadline: Mon 2 Mar 2026, 09:00 (UTC)" in render_text(notification(event=asked))


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"kind": NotificationKind.REMINDER}, "Reminder: Interview: Bluefin Energy, Data Engineer"),
        (
            {"kind": NotificationKind.WITHDRAW},
            "Withdrawn, please disregard: Interview: Bluefin Energy, Data Engineer",
        ),
        ({"kind": NotificationKind.ALERT, "event": None}, "CareerOps needs your attention"),
        ({"kind": NotificationKind.DIGEST, "event": None}, "CareerOps digest"),
        ({"event": event(role="", company="")}, "Interview: Maja Lund"),
        ({"event": event(company="", role="", sender=Sender())}, "Interview: unknown sender"),
        (
            {"event": event(interview=Interview(cancelled=True), role="")},
            "Interview cancelled: Bluefin Energy",
        ),
    ],
)
def test_the_title_says_what_and_whose(fields: dict, title: str) -> None:
    """Each kind has its own."""
    assert render_title(notification(**fields)) == title


def test_an_alert_is_its_text() -> None:
    """Line by line, cleaned."""
    alert = notification(kind=NotificationKind.ALERT, event=None, text="Key\x07 refused.\n\nRun x.")
    assert render_text(alert) == "Key refused.\nRun x."


def test_an_alert_without_text_is_its_title() -> None:
    """Nothing is ever sent empty."""
    alert = notification(kind=NotificationKind.ALERT, event=None, text=" \n ")
    assert render_text(alert) == "CareerOps needs your attention"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://evil.example/" + "a" * 300,
        "https://evil.example/ x",
        "https://evil.example/\x1b[1m",
        "https://evil.example/\u202egpj",
    ],
)
def test_a_link_that_could_mislead_is_named_by_its_domain_alone(url: str) -> None:
    """It can still be found in the mail."""
    links = (Link(domain="evil.example", url=url),)
    text = render_text(notification(event=event(links=links, interview=None)))
    assert "Link: [evil.example] in the mail" in text


def test_the_domain_before_a_link_is_the_one_that_is_visited() -> None:
    """Credentials in front of the host do not pass for one."""
    interview = Interview(link="https://bank.example@evil.example:8080/x")
    text = render_text(notification(event=event(interview=interview)))
    assert "Join: [evil.example] https://bank.example@evil.example:8080/x" in text


def test_hostile_text_is_harmless() -> None:
    """No header, escape sequence, direction mark or tag survives."""
    text = render_text(hostile(), max_chars=4000)
    assert harmless(text)
    assert "alert(1)" in text
    assert not [line for line in text.splitlines() if line.startswith(("Bcc", "X-"))]


def test_what_does_not_fit_is_left_out_from_the_end() -> None:
    """Title, time and place outlive the briefing."""
    briefing = Briefing(summary="s" * 240, recent_news=("n" * 100,) * 3, funding="f" * 100)
    text = render_text(notification(briefing=briefing), max_chars=500)
    assert len(text) <= 500
    assert text.endswith("\n…")
    assert "When: " in text
    assert "Funding" not in text


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, st.integers(100, 2000))
def test_any_text_is_rendered_bounded_and_harmless(
    company: str, summary: str, evidence: str, other: str, max_chars: int
) -> None:
    """Whatever a stranger wrote."""
    odd = event(
        company=company[:120],
        summary=summary,
        evidence=evidence,
        warnings=(other,),
        links=(Link(domain=other, url=summary),),
    )
    text = render_text(
        notification(event=odd, briefing=Briefing(summary=other, people=(summary,))),
        max_chars=max_chars,
    )
    assert 0 < len(text) <= max_chars
    assert harmless(text)


@given(ANY_TEXT, st.integers(1, 200))
def test_a_plain_line_is_one_bounded_line_and_stays_itself(text: str, limit: int) -> None:
    """Cleaning twice changes nothing."""
    line = plain_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert plain_line(line, limit) == line


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("see https://evil.example/x now", "see  now"),
        ("see WWW.evil.example/x", "see "),
        ("write mailto:a@evil.example", "write "),
        ("javascript:alert(1) ok", " ok"),
        ("ratio 3:4 at 14:00", "ratio 3:4 at 14:00"),
    ],
)
def test_urls_are_taken_out(text: str, left: str) -> None:
    """Whatever could be followed."""
    assert without_urls(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Call +49 30 5550-1234 now", "Call * now"),
        ("(555) 010-2030 or 00 49 30 555012", "* or *"),
        ("फ़ोन +११ ९८७६५ ४३२", "फ़ोन *"),
        ("1-800-EVIL-NOW", "*"),
        ("mail boss@evil.example!", "mail *!"),
        ("https://x.example/y and www.x.example", "* and *"),
        ("see evil.example/pay?x=1 today", "see evil today"),
        ("jobs.evil.co.uk, evil\u3002com, Booking.com", "jobs, evil, Booking"),
        ("on 2026-03-05 at 14:00, 05.03.2026 14:00 - 15:30", None),
        ("2026-03-05T14:00:00+01:00", None),
        ("the years 2026/2027, salary 60,000 - 70,000 EUR", None),
        ("JR104422, room 4.12.003, 80-100%", None),
        ("Node.js and ASP.NET (m/f/d)", None),
        ("e.g. at 3 p.m. in the U.S. The end.In time", None),
        ("+2026-03-05", "*"),
    ],
)
def test_what_leads_to_a_stranger_is_left_out(text: str, left: str | None) -> None:
    """Numbers to call, addresses, hosts; never dates, times and amounts."""
    assert without_contacts(text, "*") == (text if left is None else left)


def test_no_text_of_a_mail_can_be_followed_or_called() -> None:
    """In whatever field it stands; the domain of the sender is told, because it must be judged."""
    nasty = "Pay at evil.example/x, https://evil.example, pay@evil.example, +1 900 555 0100 now"
    bad = event(
        company=nasty[:100],
        role=nasty[:100],
        summary=nasty,
        evidence=nasty,
        warnings=(nasty,),
        sender=Sender(name=nasty, address="x@sender.example", domain="sender.example"),
        links=(Link(domain="evil.example", url=""),),
        interview=Interview(start=RECEIVED, place=nasty),
    )
    briefing = Briefing(people=(nasty,))
    text = render_text(notification(event=bad, briefing=briefing), max_chars=4000)
    assert text.count("evil.example") == 1
    assert "Link: [evil.example] in the mail" in text
    assert "900" not in text
    assert "@" not in text
    assert "From: Pay at evil \u2026 \u2026, \u2026 now (sender.example)" in text


@pytest.mark.parametrize("place", ["+1 900 555 0100", "https://evil.example/x"])
def test_a_place_that_is_none_is_not_told(place: str) -> None:
    """A number is no place."""
    asked = event(interview=Interview(start=RECEIVED, place=place))
    assert "Where" not in render_text(notification(event=asked))


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, True),
        ({"review": True, "degraded": "openai: invalid_answer"}, True),
        ({"review": True}, False),
        ({"review": True, "degraded": "budget", "warnings": ("scam_suspected",)}, False),
    ],
)
def test_of_a_doubtful_mail_no_link_can_be_followed(fields: dict, shown: bool) -> None:
    """Its domain is told, and where to look for it."""
    text = render_text(notification(event=event(**fields)))
    assert ("https://" in text) is shown
    assert ("Join: [meet.example.org] in the mail" in text) is not shown
    assert ("Link: [bluefin-energy.example] in the mail" in text) is not shown
