"""Times at the edges of the calendar: no date of a mail ends what reads, plans or tells it."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from careerops.adapters.classifier.rules import RulesClassifier, RulesOptions
from careerops.adapters.researcher.mail import MailOptions, MailResearcher
from careerops.domain.career import CareerEvent
from careerops.domain.email import RawEmail
from careerops.domain.model import UtcTime
from careerops.domain.notification import Notification
from careerops.domain.render import render_text
from careerops.domain.times import EARLIEST, LATEST, in_zone, instant, is_receipt, later
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest
from careerops.services.research import worth_until
from support.adapters import context, event
from support.anything import EDGES

NOW = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
FAR_EAST, FAR_WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))
STAMPS = (
    "00010101T000000", "00010101T003000Z", "00010101", "99991231T235959", "99991231T233000Z",
    "99991231", "00000000T000000Z", "999991231T000000Z", "-0010101T000000Z", "P1D", "",
    "20261215T103000", "20261215T103000Z", "20261215", "20261215T113000Z",
)  # fmt: skip
PARAMETERS = (
    "", ";TZID=Asia/Kolkata", ";TZID=America/New_York", ";TZID=Pacific/Kiritimati", ";TZID=Own",
    ";VALUE=DATE", ";VALUE=PERIOD",
)  # fmt: skip
DURATIONS = (
    "", "P1D", "-P1D", "P99999999999D", "-P999999W", "PT999999999H", "PT", "-PT5M",
    "P10675199DT2H48M5S",
)  # fmt: skip
DATES = (
    "Mon, 30 Nov 2026 10:00:00 +0000", "Fri, 31 Dec 9999 23:59:59 -1400", "1 Jan 1 0:0 +0000",
    "Mon, 1 Jan 0001 00:00:00 +1400", "Mon, 30 Nov 2026 10:00:00 +9999", "nonsense",
    "Mon, 30 Nov 99999 10:00:00 +0000", "31 Dec 99 23:59:59 PST",
    "Thu, 30 Nov 2026 10:00:00 +99999999999999999999",
)  # fmt: skip
DAYS = ("31 December 9999", "1 January 0001", "9999-12-31", "31.12.2026", "tomorrow", "on Monday")
SPANS = ("999 weeks", "999 days", "999 working days", "one day")
ZONES_SAID = ("CET", "UTC+14", "UTC-14", "UTC+99", "")
OWN_ZONE = (
    "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:{start}\nTZOFFSETFROM:+0100\n"
    "TZOFFSETTO:{offset}\nRRULE:FREQ=YEARLY;BYMONTH={month};BYDAY={day}\nEND:STANDARD\n"
    "END:VTIMEZONE\n"
)


def of(*values: str) -> st.SearchStrategy[str]:
    """One of them."""
    return st.sampled_from(values)


zones = st.builds(
    OWN_ZONE.format,
    start=of("00010101T000000", "99991201T000000", "99990101T000000", "19701025T030000"),
    offset=of("+0100", "+9999", "-2359", "-1400"),
    month=of("1", "12", "13", "0"),
    day=of("-1SU", "5SU", "9SU", "-9SU", "SU"),
)
properties = st.builds(
    "DTSTART{}:{}\nDTEND{}:{}\nDURATION:{}\n".format,
    of(*PARAMETERS), of(*STAMPS), of(*PARAMETERS), of(*STAMPS), of(*DURATIONS),
)  # fmt: skip
invitations = st.builds(
    "BEGIN:VCALENDAR\nMETHOD:REQUEST\n{}BEGIN:VEVENT\nUID:1\n{}SUMMARY:Interview\nEND:VEVENT\n"
    "END:VCALENDAR\n".format,
    st.just("") | zones,
    properties,
)
sayings = st.builds(
    (
        "We would like to invite you to an interview for the position of Data Engineer on {} at "
        "10:00 {}. Please complete the online coding challenge within {}, by {} 23:59 {}."
    ).format,
    of(*DAYS), of(*ZONES_SAID), of(*SPANS), of(*DAYS), of(*ZONES_SAID),
)  # fmt: skip


def letter(text: str, ics: str, sent: str = DATES[0], received: str = DATES[0]) -> bytes:
    """A mail with an invitation."""
    return (
        "From: Acme <jobs@acme.example>\nTo: me@x.example\nSubject: Interview with Acme\n"
        f"Date: {sent}\nReceived: from mx; {received}\nMessage-ID: <1@acme.example>\n"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{text}\n"
        f"--b\nContent-Type: text/calendar; method=REQUEST\n\n{ics}--b--\n"
    ).encode()


def read(raw: bytes, received_at: datetime | None = None) -> RawEmail:
    """What the parser makes of it."""
    return parse_mail(
        ParseRequest(
            raw=raw, account="me", source="imap", locator="", fallback_time=NOW,
            received_at=received_at,
        )
    ).email  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(
    text=sayings,
    ics=invitations,
    dates=st.tuples(of(*DATES), of(*DATES)),
    extremes=st.tuples(*(st.none() | st.sampled_from(EDGES) for _ in range(2))),
    zone=of("", "Pacific/Kiritimati", "America/New_York"),
)
async def test_any_dates_are_read_classified_researched_planned_and_shown(
    text: str, ics: str, dates: tuple[str, str], extremes: tuple[datetime | None, ...], zone: str
) -> None:
    """In headers, invitations, texts and by the mailbox; also of an event that says year 1."""
    stamped, extreme = extremes
    mail = read(letter(text, ics, *dates), stamped)
    assert is_receipt(mail.received_at)
    assert RawEmail.model_validate_json(mail.model_dump_json()) == mail
    for each in mail.calendar:
        assert each.end is None or (each.start is not None and each.start <= each.end)
        assert each.start is None or abs(each.start - mail.received_at) < timedelta(days=1831)
    if extreme is not None:
        mail = mail.model_copy(update={"received_at": extreme})
    answer = await RulesClassifier(RulesOptions(zone=zone), context()).classify(mail)
    told = CareerEvent(
        **dict(answer), event_id="e", original_email_id="o", received_at=mail.received_at
    )
    assert worth_until(told, NOW) - NOW <= timedelta(days=366)
    briefing = await MailResearcher(MailOptions(), context()).research(told)
    notification = Notification(notification_id="n", event=told, briefing=briefing)
    assert render_text(notification, zone=zone)


@pytest.mark.parametrize(
    ("lines", "start", "end"),
    [
        ("DTSTART:99991231T233000Z\n", None, None),
        ("DTSTART;TZID=Asia/Kolkata:99991231T120000\nDTEND:99991231T235900Z\n", None, None),
        ("DTSTART:00010101T003000Z\n", None, None),
        ("DTSTART:22061215T103000Z\n", None, None),
        ("DTSTART:20261215T103000Z\nDTEND:99991231T235900Z\n", 10, None),
        ("DTSTART:20261215T103000Z\nDTEND:20261215T093000Z\n", 10, None),
        ("DTSTART:20261215T103000Z\nDURATION:-PT45M\n", 10, None),
        ("DTSTART:20261215T103000Z\nDURATION:P99999999999D\n", 10, None),
        ("DTSTART:20261215T103000Z\nDURATION:PT45M\n", 10, 11),
        ("DTSTART:20261215T103000Z\nDTEND:20261215T113000Z\n", 10, 11),
    ],
)
def test_a_time_that_cannot_be_meant_is_left_out(
    lines: str, start: int | None, end: int | None
) -> None:
    """The invitation stays: a missing time is looked up, a wrong one is believed."""
    ics = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{lines}SUMMARY:Talk\nEND:VEVENT\nEND:VCALENDAR\n"
    (event_,) = read(letter("Hello", ics), NOW).calendar
    assert event_.summary == "Talk"
    assert (event_.start and event_.start.hour) == start
    assert (event_.end and event_.end.hour) == end


def test_an_old_invitation_of_an_old_mail_keeps_its_time() -> None:
    """It is the time of the mail that counts, not today's."""
    lines = "DTSTART:20041215T103000Z\nSUMMARY:Talk\n"
    ics = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{lines}END:VEVENT\nEND:VCALENDAR\n"
    (event_,) = read(letter("Hello", ics), NOW.replace(year=2004)).calendar
    assert event_.start == datetime(2004, 12, 15, 10, 30, tzinfo=UTC)


def test_an_old_mail_that_was_copied_today_keeps_its_time() -> None:
    """Its Date says when it was sent; one that is no time of a mail says nothing."""
    lines = "DTSTART:20041215T103000Z\nSUMMARY:Talk\n"
    ics = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{lines}END:VEVENT\nEND:VCALENDAR\n"
    for sent, known in (
        ("Wed, 1 Dec 2004 10:00:00 +0100", True),
        (DATES[1], False),
        (DATES[3], False),
    ):
        (event_,) = read(letter("Hello", ics, sent), NOW).calendar
        assert (event_.start is not None) is known


@pytest.mark.parametrize("at", [EDGES[0], EDGES[-1], LATEST, EARLIEST - timedelta(seconds=1)])
def test_a_mailbox_that_names_an_impossible_time_of_receipt_is_not_believed(at: datetime) -> None:
    """The mail's own fields, else now."""
    assert read(letter("Hello", ""), at).received_at == NOW
    assert read(b"Subject: x\n\nHello", at).received_at == NOW


def test_telling_an_interview_of_year_9999_makes_sense_for_a_year() -> None:
    """Else it would wait for ever for a channel that is gone."""
    told = event(interview={"start": NOW, "end": EDGES[-1]})
    assert worth_until(told, NOW) == NOW + timedelta(days=366)
    assert worth_until(event(interview={"start": EDGES[0], "end": EDGES[0]}), NOW) == (
        NOW + timedelta(days=7)
    )


class Timed(BaseModel):
    """A model with a time."""

    at: UtcTime


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00"]
)
def test_a_time_that_utc_cannot_hold_is_an_invalid_value(text: str) -> None:
    """As any other: an error of another kind would end whoever reads the record."""
    with pytest.raises(ValidationError):
        Timed.model_validate({"at": text})


def test_arithmetic_on_times_never_raises() -> None:
    """At the edges it gives what there is, or None."""
    first, last = EDGES[0], EDGES[-1]
    assert in_zone(NOW, ZoneInfo("Asia/Kolkata")).hour == 15
    assert in_zone(first, FAR_WEST) == first
    assert in_zone(first, FAR_WEST).tzinfo is UTC
    assert in_zone(last, FAR_EAST).tzinfo is UTC
    outside = datetime.min.replace(tzinfo=FAR_EAST)
    assert in_zone(outside, FAR_WEST) is outside
    assert later(last, timedelta(days=1)) is None
    assert later(NOW, timedelta(days=1)) == NOW + timedelta(days=1)
    assert instant(date.max, time(23), FAR_WEST) is None
    assert instant(date.min, time(1), FAR_EAST) is None
    assert instant(date(2026, 3, 2), time(10), FAR_EAST) == datetime(2026, 3, 1, 20, tzinfo=UTC)
