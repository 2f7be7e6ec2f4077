"""Research: from a career event to a notification with a briefing.

Research never holds a notification back: all of it together has a budget in seconds, and what
was not found by then is left out; the last researcher, `mail`, needs nothing but the mail.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import Field

from careerops.domain.career import CAREER_EVENT_TYPE, CareerEvent
from careerops.domain.errors import CareerOpsError
from careerops.domain.identity import account_key, notification_id
from careerops.domain.model import Model
from careerops.domain.notification import (
    NOTIFICATION_TYPE,
    Briefing,
    Notification,
    NotificationKind,
)
from careerops.domain.taxonomy import URGENCY
from careerops.domain.topics import NOTIFICATIONS
from careerops.domain.verdicts import Record
from careerops.mail.company_names import company_domain
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.clock import Clock
from careerops.ports.researcher import Researcher
from careerops.services.envelopes import event_record
from careerops.stream.message import Decision, Message, decode

STAGE = "research"
_WORTH_TELLING = timedelta(days=7)
_LONGEST = timedelta(days=366)


class ResearchSettings(Model):
    """`[research]`: handlers at work at once, and seconds all research of an event may take."""

    model_config = Model.model_config | {"extra": "forbid"}

    concurrency: int = Field(default=16, ge=1, le=1000)
    budget_s: float = Field(default=8.0, gt=0, le=60)


class ResearchHandler:
    """The handler of `classified_events`."""

    stage = STAGE
    accepts = CAREER_EVENT_TYPE

    def __init__(
        self,
        researchers: Sequence[Researcher],
        floor: Researcher,
        settings: ResearchSettings,
        clock: Clock,
    ) -> None:
        """Ask `researchers` in order, then `floor`, which works offline."""
        self._researchers = tuple(researchers)
        self._floor = floor
        self._settings = settings
        self._clock = clock
        self._logger = get_logger(STAGE)

    def scopes(self, message: Message) -> frozenset[str]:
        """None: nothing that is down holds a notification back."""
        del message
        return frozenset()

    async def handle(self, message: Message) -> Decision:
        """Brief one event and publish its notification."""
        event = decode(message, CareerEvent)
        briefing = await self._brief(event)
        now = self._clock.now()
        notification = Notification(
            notification_id=notification_id(event.event_id, event.revision, NotificationKind.TELL),
            account=event.account,
            event=event,
            briefing=briefing,
            urgency=URGENCY[event.event_type],
            worth_until=worth_until(event, now),
        )
        record = notification_record(notification, now, message.envelope.traceparent, STAGE)
        return Decision(
            outputs=(record,),
            account=event.account,
            label=event.event_type.value,
            received_at=event.received_at,
        )

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """None: research fails into its floor by itself, so what fails here is the event."""
        del message, error
        return None

    async def _brief(self, event: CareerEvent) -> Briefing:
        found = await self._floor.research(event)
        degraded = None
        try:
            async with asyncio.timeout(self._settings.budget_s):
                for researcher in self._researchers:
                    try:
                        found = merge(await researcher.research(event), found)
                    except CareerOpsError as error:
                        degraded = f"{researcher.name}: {type(error).__name__.lower()}"
                        self._logger.warning(
                            LogEvent.RESEARCH_DEGRADED,
                            provider=researcher.name,
                            error_type=type(error).__name__,
                        )
        except TimeoutError:
            degraded = "research took too long"
            self._logger.warning(LogEvent.RESEARCH_DEGRADED, reason="budget_spent")
        found = without_strangers(found, event)
        return found.model_copy(update={"degraded": degraded}) if degraded else found


def without_strangers(briefing: Briefing, event: CareerEvent) -> Briefing:
    """`briefing` without sources that are domains to which the mail leads, and which nobody knows.

    Naming one as our source would vouch for it.
    """
    strangers = {company_domain(link.domain) for link in event.links if not link.url}
    sources = tuple(source for source in briefing.sources if source not in strangers)
    return briefing.model_copy(update={"sources": sources})


def merge(better: Briefing, floor: Briefing) -> Briefing:
    """`better`, with what it lacks from `floor`; sources of both."""
    filled = {
        name: getattr(better, name) or getattr(floor, name)
        for name in ("summary", "funding", "recent_news", "people", "preparation")
    }
    sources = tuple(dict.fromkeys((*better.sources, *floor.sources)))
    return Briefing(**filled, sources=sources, degraded=better.degraded or floor.degraded)


def worth_until(event: CareerEvent, now: datetime) -> datetime:
    """Until when telling makes sense (UTC): the end of a coming interview, else a week from now.

    A year at most: nothing that waits for a channel waits for ever because a mail says year 9999.
    """
    if event.interview is not None:
        end = event.interview.end or event.interview.start
        if end is not None and end > now:
            return min(end, now + _LONGEST)
    return now + _WORTH_TELLING


def notification_record(
    notification: Notification, now: datetime, traceparent: str, source: str
) -> Record:
    """`notification` as a record, in the order of its account."""
    return event_record(
        notification,
        topic=NOTIFICATIONS,
        key=account_key(notification.account),
        event_id=notification.notification_id,
        event_type=NOTIFICATION_TYPE,
        source=source,
        time=now,
        traceparent=traceparent,
    )
