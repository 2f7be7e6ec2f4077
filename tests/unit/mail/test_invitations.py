"""Invitations: zones, reschedules, meeting links."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from careerops.domain.email import CalendarEvent
from careerops.mail.calendar import read_calendars
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest

NOW = datetime(2026, 1, 2, tzinfo=UTC)
START = "DTSTART:20240610T080000Z"
AT = datetime(2024, 6, 10, 8, tzinfo=UTC)


def ics(*lines: str, method: str = "REQUEST", around: tuple[str, ...] = ()) -> str:
    """An .ics of one event."""
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            f"METHOD:{method}",
            *around,
            "BEGIN:VEVENT",
            "UID:u1",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )


def read(*lines: str, method: str = "REQUEST", around: tuple[str, ...] = ()) -> CalendarEvent:
    """The one event of an .ics."""
    (event,) = read_calendars([ics(*lines, method=method, around=around)], None, NOW).events
    return event


def test_an_invitation_is_read_whole() -> None:
    """What a person has to know of it."""
    event = read(
        "DTSTART;TZID=Europe/Berlin:20240610T100000",
        "DTEND;TZID=Europe/Berlin:20240610T104500",
        "SUMMARY:Interview\\, round 2",
        "LOCATION:Room 5\\nBerlin",
        "SEQUENCE:3",
        "ORGANIZER;CN=HR:mailto:HR@Example.com",
        "URL:https://example.com/i/1",
    )
    assert event == CalendarEvent(
        uid="u1",
        sequence=3,
        method="REQUEST",
        summary="Interview, round 2",
        start=AT,
        end=AT + timedelta(minutes=45),
        zone="Europe/Berlin",
        location="Room 5 Berlin",
        organizer_domain="example.com",
        url="https://example.com/i/1",
    )


BERLIN = (
    "BEGIN:VTIMEZONE",
    "TZID:{}",
    "BEGIN:STANDARD",
    "DTSTART:16011028T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010325T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)


def berlin(tzid: str) -> tuple[str, ...]:
    """Berlin as a VTIMEZONE of another name."""
    return tuple(line.format(tzid) for line in BERLIN)


@pytest.mark.parametrize(
    ("start", "around", "zone"),
    [
        ("DTSTART:20240610T080000Z", (), "UTC"),
        ("DTSTART;TZID=Europe/Berlin:20240610T100000", (), "Europe/Berlin"),
        ('DTSTART;TZID="Europe/Berlin":20240610T100000', (), "Europe/Berlin"),
        ("DTSTART;TZID=W. Europe Standard Time:20240610T100000", (), "Europe/Berlin"),
        ("DTSTART;TZID=India Standard Time:20240610T133000", (), "Asia/Kolkata"),
        (
            "DTSTART;TZID=America/Argentina/Buenos_Aires:20240610T050000",
            (),
            "America/Argentina/Buenos_Aires",
        ),
        ("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20240610T100000", (), "Europe/Berlin"),
        ("DTSTART;TZID=Custom:20240610T100000", berlin("Custom"), ""),
        (
            "DTSTART;TZID=Custom:20240610T100000",
            ("BEGIN:VTIMEZONE", "TZID:Custom", "X-LIC-LOCATION:Europe/Berlin", "END:VTIMEZONE"),
            "Europe/Berlin",
        ),
        (
            "DTSTART;TZID=(UTC+01:00) Amsterdam, Berlin:20240610T100000",
            berlin("(UTC+01:00) Amsterdam, Berlin"),
            "",
        ),
        ("DTSTART:20240610T100000", ("X-WR-TIMEZONE:Europe/Berlin",), "Europe/Berlin"),
        ("DTSTART:20240610T100000", berlin("Custom"), ""),
        ("DTSTART:20240610T080000", (), ""),
        ("DTSTART;TZID=Nowhere/Land:20240610T080000", (), ""),
    ],
)
def test_a_start_is_found_in_utc_whatever_names_its_zone(
    start: str, around: tuple[str, ...], zone: str
) -> None:
    """IANA, Windows, the file's own description, or none."""
    event = read(start, around=around)
    assert (event.start, event.zone) == (AT, zone)


@pytest.mark.parametrize(
    ("local", "hour"),
    [
        ("20240115T100000", 9),
        ("20240330T100000", 9),
        ("20240401T100000", 8),
        ("20241026T100000", 8),
        ("20241028T100000", 9),
    ],
)
def test_a_described_zone_changes_when_it_says(local: str, hour: int) -> None:
    """Last Sundays of March and October."""
    start = read(f"DTSTART;TZID=Custom:{local}", around=berlin("Custom")).start
    assert start is not None
    assert start.hour == hour


def test_a_floating_time_is_at_the_senders_offset() -> None:
    """Their Date header tells where they are."""
    raw = (
        "Date: Mon, 3 Jun 2024 10:00:00 +0530\r\nContent-Type: text/calendar\r\n\r\n"
        + ics("DTSTART:20240610T133000", "DESCRIPTION:Bring your papers.")
    ).encode()
    email = parse_mail(
        ParseRequest(raw=raw, account="me", source="eml", locator="1", fallback_time=NOW)
    ).email
    assert email.calendar[0].start == AT
    assert email.body_text == "Bring your papers."


def test_a_whole_day_is_one() -> None:
    """From midnight to midnight where the calendar is."""
    zone = timezone(timedelta(hours=2))
    text = ics("DTSTART;VALUE=DATE:20240610", "DTEND;VALUE=DATE:20240611")
    (event,) = read_calendars([text], AT.astimezone(zone), NOW).events
    assert event.all_day
    assert (event.start, event.end) == (AT - timedelta(hours=10), AT + timedelta(hours=14))


@pytest.mark.parametrize(
    ("end", "minutes"),
    [
        ("DURATION:PT1H30M", 90),
        ("DTEND:20240610T090000Z", 60),
        ("DTEND:20240610T070000Z", None),
        ("DURATION:P9999D", None),
        ("DURATION:-PT1H", None),
        ("X-NONE:1", None),
        ("DTEND:later", None),
    ],
)
def test_an_end_is_after_the_start_or_unknown(end: str, minutes: int | None) -> None:
    """By time or by duration."""
    assert read(START, end).end == (AT + timedelta(minutes=minutes) if minutes else None)


@pytest.mark.parametrize(
    ("method", "status", "cancelled"),
    [
        ("REQUEST", "CONFIRMED", False),
        ("CANCEL", "CONFIRMED", True),
        ("REQUEST", "CANCELLED", True),
        ("REPLY", "CONFIRMED", False),
        ("COUNTER", "TENTATIVE", False),
    ],
)
def test_a_cancellation_is_known(method: str, status: str, cancelled: bool) -> None:
    """By method or by status."""
    event = read(START, f"STATUS:{status}", method=method)
    assert (event.method, event.cancelled) == (method, cancelled)


def test_a_reschedule_keeps_the_uid_and_raises_the_sequence() -> None:
    """Which is how later stages know that it replaces."""
    events = read_calendars(
        [ics(START, "SEQUENCE:0"), ics("DTSTART:20240611T080000Z", "SEQUENCE:1")], None, NOW
    ).events
    assert [(event.uid, event.sequence) for event in events] == [("u1", 0), ("u1", 1)]


def test_the_same_invitation_twice_in_a_mail_is_one() -> None:
    """As alternative and as attachment."""
    assert len(read_calendars([ics(START), ics(START)], None, NOW).events) == 1


@pytest.mark.parametrize(
    ("lines", "url"),
    [
        (
            ("DESCRIPTION:Join: https://us02web.zoom.us/j/1?pwd=x. Thanks",),
            "https://us02web.zoom.us/j/1?pwd=x",
        ),
        (
            ("DESCRIPTION:<https://teams.microsoft.com/l/meetup-join/1>",),
            "https://teams.microsoft.com/l/meetup-join/1",
        ),
        (("LOCATION:https://meet.google.com/abc",), "https://meet.google.com/abc"),
        (
            ("X-GOOGLE-CONFERENCE:https://meet.google.com/x", "URL:https://example.com"),
            "https://meet.google.com/x",
        ),
        (
            ("URL:https://example.com/i", "DESCRIPTION:https://other.example"),
            "https://example.com/i",
        ),
        (("DESCRIPTION:see https://zoom.us.evil.example/j/1",), ""),
        (("URL:javascript:alert(1)",), ""),
    ],
)
def test_where_to_join_is_found(lines: tuple[str, ...], url: str) -> None:
    """A meeting's link goes before any other."""
    assert read(START, *lines).url == url


def test_lines_are_unfolded_and_defects_passed_over() -> None:
    """One bad property does not cost the event."""
    event = read(
        START, "SUMMARY:Inter\r\n view", "SEQUENCE:many", "no colon here", ";:;:", "ATTENDEE:x"
    )
    assert (event.summary, event.sequence, event.start) == ("Interview", 0, AT)


def test_alarms_within_an_event_are_not_it() -> None:
    """An alarm has a summary and a duration of its own."""
    event = read(
        START, "BEGIN:VALARM", "SUMMARY:Alarm", "DURATION:PT5M", "END:VALARM", "SUMMARY:Talk"
    )
    assert (event.summary, event.end) == ("Talk", None)


def test_what_is_no_calendar_has_no_events() -> None:
    """Anything may be labelled text/calendar."""
    texts = ["", "hello", "BEGIN:VCALENDAR", "END:VEVENT\nBEGIN:"]
    assert read_calendars(texts, None, NOW).events == ()


def test_one_mail_leaves_nothing_for_the_next() -> None:
    """A zone that one mail describes is unknown in another."""
    read("DTSTART;TZID=Custom:20240610T100000", around=berlin("Custom"))
    assert read("DTSTART;TZID=Custom:20240610T080000").start == AT


@pytest.mark.parametrize(
    "header", ["text/calendar", "application/ics", "application/octet-stream; name=a.ICS"]
)
def test_every_label_of_an_ics_is_known(header: str) -> None:
    """As an attachment too."""
    disposition = "Content-Disposition: attachment; filename=a.ics"
    raw = f"Content-Type: {header}\n{disposition}\n\n{ics(START)}".encode()
    email = parse_mail(
        ParseRequest(raw=raw, account="me", source="eml", locator="1", fallback_time=NOW)
    ).email
    assert [event.uid for event in email.calendar] == ["u1"]
    assert [one.name for one in email.attachments] == ["a.ics"]


@pytest.mark.parametrize("year", ["0001", "1601"])
def test_a_zone_that_holds_since_ever_is_a_zone(year: str) -> None:
    """Microsoft's programs write the first year there is, or the first their clocks know."""
    summer = (
        f"BEGIN:DAYLIGHT\nDTSTART:{year}0325T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n"
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nEND:DAYLIGHT"
    )
    winter = (
        f"BEGIN:STANDARD\nDTSTART:{year}1028T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD"
    )
    zone = f"BEGIN:VTIMEZONE\nTZID:Office\n{summer}\n{winter}\nEND:VTIMEZONE"
    event = read("DTSTART;TZID=Office:20240610T100000", around=tuple(zone.split("\n")))
    assert event.start == AT
