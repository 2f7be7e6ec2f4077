"""Times out of text: right or missing, never wrong."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.mail.dates_deadline import deadline_of
from careerops.mail.dates_text import Reading, moments, one_moment
from careerops.mail.dates_words import zone_named
from support.rules import RECEIVED


def at(day: int, hour: int, minute: int = 0, month: int = 11, year: int = 2026) -> datetime:
    """An instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


INSTANTS = [
    ("en", "Tuesday, 24 November 2026 at 2:00 PM CET", at(24, 13)),
    ("en", "Thursday, November 26th, 10am EST", at(26, 15)),
    ("en", "2026-11-26 14:00 UTC", at(26, 14)),
    ("en", "January 5 at 11:00 UTC+5:30", at(5, 5, 30, month=1, year=2027)),
    ("en", "on 25 Nov 9:30am Europe/Berlin", at(25, 8, 30)),
    ("en", "tomorrow at 3pm GMT", at(24, 15)),
    ("en", "today at 3pm GMT", at(23, 15)),
    ("en", "on Wednesday at 10:00 UTC", at(25, 10)),
    ("en", "13/12/2026 at 15:00 UTC", at(13, 15, month=12)),
    ("en", "12/13/2026 at 15:00 UTC", at(13, 15, month=12)),
    ("en", "2:00 - 3:00 PM PST on December 3", at(3, 22, month=12)),
    ("de", "am Donnerstag, den 26. November 2026 um 14:30 Uhr (MEZ)", at(26, 13, 30)),
    ("de", "am 26.11.2026, 14 Uhr deutscher Zeit", at(26, 13)),
    ("es", "el jueves 26 de noviembre a las 15:00 (hora de Madrid)", at(26, 14)),
    ("fr", "le jeudi 26 novembre à 14h30, heure de Paris", at(26, 13, 30)),
    ("hi", "26 नवंबर 2026 को दोपहर 3 बजे (IST)", at(26, 9, 30)),
    ("hi", "२६ नवंबर को सुबह 11 बजे IST", at(26, 5, 30)),
    ("en", "December 1, 9 a.m. Pacific Time", at(1, 17, month=12)),
    ("en", "10:30am - Monday, 30 November 2026 (Central European Time - Berlin)", at(30, 9, 30)),
]


@pytest.mark.parametrize(("language", "text", "start"), INSTANTS)
def test_a_full_time_is_an_instant(language: str, text: str, start: datetime) -> None:
    """Date, time and zone in each language's way of writing."""
    moment = one_moment(text, Reading(RECEIVED, language, india=language == "hi"))
    assert moment is not None
    assert moment.start() == start


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "03/04/2027 at 10:00 UTC"),
        ("en", "Wednesday 26 November at 10:00 UTC"),
        ("en", "24 Nov 10:00 or 25 Nov 11:00 UTC"),
        ("en", "24 Nov 10:00 UTC, 14:00 UTC"),
        ("en", "at 2:00 on 26 Nov UTC"),
        ("en", "31 November at 10:00 UTC"),
        ("en", "24 November 2024 at 10:00 UTC"),
        ("en", "on Monday at 10:00 UTC"),
        ("en", "next Tuesday at 10:00 UTC"),
        ("en", "call 555-1234 at 10:00"),
        ("fr", "mar 24 à 10:00"),
        ("hi", "26 नवंबर को रात 2 बजे"),
        ("en", ""),
    ],
)
def test_an_unclear_time_is_none(language: str, text: str) -> None:
    """Ambiguous order, wrong weekday, a choice, twelve-hour clocks, impossible and past days."""
    assert one_moment(text, Reading(RECEIVED, language)) is None


def test_without_a_zone_there_is_no_instant_but_the_configured_zone_makes_one() -> None:
    """The clock time is kept either way."""
    text = "26 November 2026 at 14:00"
    bare = one_moment(text, Reading(RECEIVED, "en"))
    zoned = one_moment(text, Reading(RECEIVED, "en", ZoneInfo("Europe/Berlin")))
    assert bare is not None
    assert zoned is not None
    assert (bare.day, bare.at, bare.start()) == (date(2026, 11, 26), time(14), None)
    assert (zoned.start(), zoned.zone_name) == (at(26, 13), "Europe/Berlin")


def test_small_words_of_other_languages_are_no_zones() -> None:
    """French "est" and "et" and German "ist" behind a time name no zone."""
    french = one_moment("le 26 novembre à 14h30 est prévu", Reading(RECEIVED, "fr"))
    german = one_moment("26. November 14:30 Uhr ist", Reading(RECEIVED, "de"))
    assert french is not None
    assert german is not None
    assert french.zone is None
    assert german.zone is None


def test_a_range_has_an_end() -> None:
    """From and to, the first half day inferred from the second."""
    reading = Reading(RECEIVED, "en")
    afternoon = one_moment("26 November 2:00 - 3:30 PM UTC", reading)
    noon = one_moment("26 November 11:00 - 1:00 pm UTC", reading)
    assert afternoon is not None
    assert noon is not None
    assert (afternoon.start(), afternoon.end()) == (at(26, 14), at(26, 15, 30))
    assert (noon.start(), noon.end()) == (at(26, 11), at(26, 13))


def test_ist_is_indian_only_with_a_sign_of_india() -> None:
    """Elsewhere it may be Irish or Israeli."""
    assert zone_named("ist") is None
    assert str(zone_named("ist", india=True)) == "Asia/Kolkata"
    assert zone_named("europe/nowhere") is None
    assert zone_named("nonsense") is None


DEADLINES = [
    ("en", "Please complete within 5 days.", RECEIVED + timedelta(days=5)),
    ("en", "You have 72 hours to finish", RECEIVED + timedelta(hours=72)),
    ("en", "within five business days", at(30, 10)),
    ("en", "You have one week to submit", RECEIVED + timedelta(days=7)),
    ("en", "Deadline: Friday, 27 November 2026 17:00 CET", at(27, 16)),
    ("en", "due by December 1, 2026", at(1, 23, 59, month=12)),
    ("en", "Test closes on | 30 Nov 2026, 11:59 PM UTC", at(30, 23, 59)),
    ("de", "bis zum 30. November 2026", at(30, 23, 59)),
    ("de", "innerhalb von 7 Tagen", RECEIVED + timedelta(days=7)),
    ("es", "antes del 30 de noviembre", at(30, 23, 59)),
    ("es", "un plazo de 5 días", RECEIVED + timedelta(days=5)),
    ("fr", "avant le 30 novembre à 18h", at(30, 18)),
    ("fr", "sous 72 heures", RECEIVED + timedelta(hours=72)),
    ("hi", "3 दिनों के भीतर", RECEIVED + timedelta(days=3)),
    ("hi", "30 नवंबर तक पूरा करें", at(30, 23, 59)),
    ("en", "We will get back to you within 5 days.", None),
    ("en", "within 5 days, or within 7 days", None),
    ("en", "Your call is on 30 November", None),
    ("en", "within 900 days", None),
    ("en", "soon", None),
]


@pytest.mark.parametrize(("language", "text", "due"), DEADLINES)
def test_a_deadline_is_read(language: str, text: str, due: datetime | None) -> None:
    """Dates behind "by", spans behind "within"; the other side's time is none of ours."""
    assert deadline_of(text, Reading(RECEIVED, language)) == due


@given(st.text(alphabet="0123456789:.-/apm uhr,novmeberstcgz+", max_size=200))
def test_any_text_of_times_is_read_without_error(text: str) -> None:
    """Every day found lies in the window; instants are in UTC."""
    for moment in moments(text, Reading(RECEIVED, "en")):
        assert -3 <= (moment.day - RECEIVED.date()).days <= 331
        start = moment.start()
        assert start is None or start.tzinfo is UTC
    deadline_of(text, Reading(RECEIVED, "en"))
