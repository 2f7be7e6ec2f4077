"""`Notification`: what to tell a person, the value of `notifications`."""

from enum import StrEnum

from careerops.domain.career import CareerEvent
from careerops.domain.model import Model, UtcTime
from careerops.domain.taxonomy import Urgency

NOTIFICATION_TYPE = "careerops.notification.v1"


class NotificationKind(StrEnum):
    """Why a notification is sent."""

    TELL = "tell"
    REMINDER = "reminder"
    DIGEST = "digest"
    WITHDRAW = "withdraw"
    ALERT = "alert"


class Briefing(Model):
    """What is known about the company. `sources` are URLs or names of where it was read."""

    summary: str = ""
    funding: str = ""
    recent_news: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    preparation: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    degraded: str | None = None


class Notification(Model):
    """One thing to tell one account. `worth_until`: after this (UTC) it is not sent any more."""

    notification_id: str
    account: str = "me"
    kind: NotificationKind = NotificationKind.TELL
    event: CareerEvent | None = None
    briefing: Briefing = Briefing()
    urgency: Urgency = Urgency.NORMAL
    text: str = ""
    not_before: UtcTime | None = None
    worth_until: UtcTime | None = None
    supersedes: str | None = None
