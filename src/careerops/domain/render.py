"""A `Notification` as the text that a person reads on the phone. Pure: no clock, no I/O.

The important comes first: what and whose, warnings, when and where, why we think so; what is
known about the company last, and it is what is left out when the text would be too long. Nothing
of it can be taken for markup. Every link is shown with its domain in front, and of an event that a
person should look at first the domain alone. Elsewhere nothing stands that could be followed,
written to or called: what a mail says is not what we say.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from careerops.domain.career import CareerEvent, Interview
from careerops.domain.email import Link
from careerops.domain.notification import Briefing, Notification, NotificationKind
from careerops.domain.plain import ELLIPSIS, plain_line, without_contacts
from careerops.domain.taxonomy import EventType
from careerops.domain.times import in_zone

MAX_TEXT_CHARS: Final = 1000
MAX_TITLE_CHARS: Final = 120
_FIELD_CHARS: Final = 240
_URL_CHARS: Final = 200
_LINKS: Final = 2
_ITEMS: Final = 3

_NAMES: Final = {
    EventType.APPLIED: "Application received",
    EventType.ASSESSMENT: "Assessment",
    EventType.INTERVIEW: "Interview",
    EventType.OFFER: "Offer",
    EventType.REJECTION: "Rejection",
    EventType.OTHER: "Mail",
}
_WARNINGS: Final = {
    "scam_suspected": "this has the marks of a scam",
    "free_mail_sender": "it comes from a free mail address, not from a company",
    "sender_unauthenticated": "the sender's domain did not authenticate this mail",
    "link_domain_mismatch": "its links lead to another domain than the sender's",
    "prompt_injection": "it contains text that tries to steer programs",
    "rejection_with_invitation": "it rejects for one position and invites for another",
}
"""What classifiers warn of, in words; a warning that is not listed is shown as it is."""
_KINDS: Final = {
    NotificationKind.REMINDER: "Reminder: ",
    NotificationKind.WITHDRAW: "Withdrawn, please disregard: ",
}
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def render_title(notification: Notification) -> str:
    """What happened and whose it is, in one line of at most 120 characters."""
    event = notification.event
    if event is None:
        if notification.kind is NotificationKind.ALERT:
            return "CareerOps needs your attention"
        return f"CareerOps {notification.kind.value}"
    name = _NAMES[event.event_type]
    if event.interview is not None and event.interview.cancelled:
        name = "Interview cancelled"
    company = (
        _told(event.company, MAX_TITLE_CHARS)
        or _told(event.sender.name, MAX_TITLE_CHARS)
        or event.sender.domain
        or "unknown sender"
    )
    role = _told(event.role, MAX_TITLE_CHARS)
    title = f"{_KINDS.get(notification.kind, '')}{name}: {company}"
    return plain_line(f"{title}, {role}" if role else title, MAX_TITLE_CHARS)


def render_text(
    notification: Notification, *, max_chars: int = MAX_TEXT_CHARS, zone: str = ""
) -> str:
    """The whole message, at most `max_chars` characters (100 or more), lines joined by newlines.

    Args:
        notification: what to tell.
        max_chars: lines that would exceed it are left out, from the least important on.
        zone: IANA zone in which times are shown; '' or an unknown one = the sender's, else UTC.
    """
    if notification.event is None:
        lines = [plain_line(line, max_chars) for line in notification.text.splitlines()]
        return _fit([line for line in lines if line] or [render_title(notification)], max_chars)
    return _fit(list(_lines(notification, notification.event, zone)), max_chars)


def _fit(lines: list[str], max_chars: int) -> str:
    text = lines[0][:max_chars]
    for line in lines[1:]:
        if len(text) + 1 + len(line) > max_chars:
            return text + "\n" + ELLIPSIS if len(text) + 2 <= max_chars else text
        text += "\n" + line
    return text


def _lines(notification: Notification, event: CareerEvent, zone: str) -> Iterator[str]:
    yield render_title(notification)
    for warning in event.warnings[:_ITEMS]:
        yield "⚠ Careful: " + _told(_WARNINGS.get(warning, warning), _FIELD_CHARS)
    yield from _doubts(event)
    if event.interview is not None:
        yield from _interview(event.interview, zone, doubtful=_is_doubtful(event))
    if event.deadline is not None:
        yield "Deadline: " + when(event.deadline, None, _zone(zone, ""))
    yield from _why(event)
    yield from _links(event)
    yield from _briefing(notification.briefing)


def _told(text: str, max_chars: int) -> str:
    """Foreign text as a line that leads nowhere."""
    return plain_line(without_contacts(plain_line(text, 2 * max_chars), ELLIPSIS), max_chars)


def _is_doubtful(event: CareerEvent) -> bool:
    """Whether something speaks against the mail, and not only against how it was read."""
    return event.review and (event.degraded is None or bool(event.warnings))


def _doubts(event: CareerEvent) -> Iterator[str]:
    if event.degraded is not None:
        yield "Please check: only a simple method could read this mail."
    elif event.review:
        yield "Please check: this may not be what it seems."


def _why(event: CareerEvent) -> Iterator[str]:
    if event.summary:
        yield _told(event.summary, _FIELD_CHARS)
    if event.evidence:
        yield f"Why: “{_told(event.evidence, _FIELD_CHARS)}”"
    sender = _told(event.sender.name, 60)
    domain = plain_line(event.sender.domain, 80)
    if sender or domain:
        yield f"From: {sender} ({domain})" if sender and domain else f"From: {sender or domain}"


def _interview(interview: Interview, zone: str, *, doubtful: bool) -> Iterator[str]:
    if interview.start is not None:
        yield "When: " + when(interview.start, interview.end, _zone(zone, interview.zone))
    place = _told(interview.place, 160)
    if place and place != ELLIPSIS:
        yield "Where: " + place
    if interview.link:
        url = "" if doubtful else interview.link
        yield "Join: " + _link(Link(domain=_host(interview.link), url=url))


def _links(event: CareerEvent) -> Iterator[str]:
    joined = event.interview.link if event.interview is not None else ""
    others = [link for link in event.links if not joined or link.url != joined]
    doubtful = _is_doubtful(event)
    for link in others[:_LINKS]:
        yield "Link: " + _link(Link(domain=link.domain, url="") if doubtful else link)


def _link(link: Link) -> str:
    """The domain first: it is what a person has to look at before following the link.

    A link without a URL leads to nobody known, and is to be looked up.
    """
    domain = plain_line(link.domain, 80) or "unknown"
    url = plain_line(link.url, len(link.url) + 1)
    safe = url == link.url and url.startswith(("https://", "http://")) and " " not in url
    return f"[{domain}] {url}" if safe and len(url) <= _URL_CHARS else f"[{domain}] in the mail"


def _host(url: str) -> str:
    authority = url.partition("://")[2].split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]
    return authority.rpartition("@")[2].split(":", 1)[0].lower()


def _briefing(briefing: Briefing) -> Iterator[str]:
    if briefing.summary:
        yield "About: " + plain_line(briefing.summary, _FIELD_CHARS)
    if briefing.preparation:
        yield "Prepare: " + _items(briefing.preparation)
    if briefing.people:
        yield "People: " + _told(_items(briefing.people), _FIELD_CHARS)
    if briefing.recent_news:
        yield "News: " + _items(briefing.recent_news)
    if briefing.funding:
        yield "Funding: " + plain_line(briefing.funding, 120)
    if briefing.sources:
        yield "Sources: " + plain_line(", ".join(map(_source, briefing.sources[:_ITEMS])), 160)


def _items(values: tuple[str, ...]) -> str:
    return "; ".join(plain_line(value, 100) for value in values[:_ITEMS])


def _source(source: str) -> str:
    return _host(source) if "://" in source else source


def _zone(*names: str) -> tzinfo:
    """The first of `names` that is a zone, else UTC."""
    for name in names:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return UTC


def when(start: datetime, end: datetime | None, zone: tzinfo) -> str:
    """`Thu 3 Dec 2026, 14:00-14:45 (Europe/Berlin)`: weekday and zone are always said.

    In UTC where the clocks of `zone` cannot show one of the two (see `times`).
    """
    if in_zone(start, zone).tzinfo is not zone or in_zone(end or start, zone).tzinfo is not zone:
        zone = UTC
    local = in_zone(start, zone)
    day = f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    text = f"{day}, {local:%H:%M}"
    if end is not None and end > start:
        until = in_zone(end, zone)
        same_day = until.date() == local.date()
        text += f"-{until:%H:%M}" if same_day else f" to {until.day} {_MONTHS[until.month - 1]}"
    return f"{text} ({zone})"
