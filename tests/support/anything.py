"""Any notification that the model accepts, at the edges of every field: for hypothesis."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from careerops.domain.career import CareerEvent, Interview
from careerops.domain.email import AuthResults, Link, Sender
from careerops.domain.notification import Briefing, Notification, NotificationKind
from careerops.domain.taxonomy import EventType, Urgency

NASTY = (
    "é =?utf-8?b?/w==?=",
    "=?utf-8?b?DQpDb250ZW50LVR5cGU6dGV4dC9odG1sDQoNCjxhPg==?=",
    "=?utf-8?q?a=0D=0AX-Injected:_yes?=",
    "=?unknown-charset?q?=ff?= =?utf-8?q?unended",
    "\r\nBcc: victim@example.net\r\n\r\n<script>alert(1)</script>",
    "\x1b[31m\u202eabc\x00\u2066\u200b\ufeff",
    'Müller, "Max" <max@example.net>, (a (comment) b',
    "<a href=//e.example>Accept</a><!--",
    "*bold* _it_ ~no~ ```code``` [b](https://e.example) &lt;b&gt;",
    " \t\u00a0\u3000 ",
    "\U000e0041\U0010ffff\ue000",
    "a\u0300" * 200,
    ">>>]]]:;@@,,((",
    "x" * 2000,
    "https://e.example/" + "y" * 300,
)
EDGES = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1, 1, 1, 13, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 2, 9, tzinfo=UTC),
    datetime(9999, 12, 31, 12, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
)
ZONES = (
    "", "UTC", "Europe/Berlin", "Asia/Kolkata", "Pacific/Kiritimati", "America/New_York",
    "Etc/GMT+12", "No/Such", "../../etc/passwd", "\x00", "Europe", "x" * 500, "CON",
)  # fmt: skip

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=80))
times = st.one_of(
    st.sampled_from(EDGES),
    st.datetimes(
        timezones=st.integers(-1439, 1439).map(lambda m: timezone(timedelta(minutes=m)))
    ).filter(lambda at: timedelta(2) < at.replace(tzinfo=UTC) - EDGES[0] < timedelta(3_652_050)),
)
zones = st.one_of(st.sampled_from(ZONES), st.text(max_size=20))


def _within(limit: int) -> st.SearchStrategy[str]:
    return texts.map(lambda text: text[:limit])


def _lists(of: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(of, max_size=4).map(tuple)


senders = st.builds(Sender, name=texts, address=texts, domain=texts)
links = st.builds(Link, domain=texts, url=texts)
interviews = st.builds(
    Interview,
    start=st.none() | times,
    end=st.none() | times,
    zone=zones,
    place=texts,
    link=texts,
    uid=texts,
    sequence=st.integers(-(2**40), 2**40),
    cancelled=st.booleans(),
)
events = st.builds(
    CareerEvent,
    event_type=st.sampled_from(EventType),
    company=_within(120),
    role=_within(160),
    confidence=st.floats(0, 1),
    summary=_within(400),
    evidence=_within(400),
    interview=st.none() | interviews,
    deadline=st.none() | times,
    warnings=_lists(texts),
    language=texts,
    provider=texts,
    review=st.booleans(),
    degraded=st.none() | texts,
    event_id=texts,
    original_email_id=texts,
    received_at=times,
    sender=senders,
    subject=texts,
    auth=st.builds(AuthResults, dmarc=texts, domain=texts),
    links=st.lists(links, max_size=3).map(tuple),
)
briefings = st.builds(
    Briefing,
    summary=texts,
    funding=texts,
    recent_news=_lists(texts),
    people=_lists(texts),
    preparation=_lists(texts),
    sources=_lists(texts),
)
notifications = st.builds(
    Notification,
    notification_id=texts,
    account=st.just("me"),
    kind=st.sampled_from(NotificationKind),
    event=st.none() | events,
    briefing=briefings,
    urgency=st.sampled_from(Urgency),
    text=texts,
    not_before=st.none() | times,
    worth_until=st.none() | times,
    supersedes=st.none() | texts,
)
