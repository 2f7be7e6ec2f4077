"""Notify: from a notification to entries in the ledger, one a channel of its account.

The handler only plans; a sender (see `sender`) owns each channel's entries from there on.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from careerops.domain.career import CareerEvent
from careerops.domain.model import Model
from careerops.domain.notification import NOTIFICATION_TYPE, Notification
from careerops.domain.taxonomy import URGENCY
from careerops.domain.verdicts import VerdictKey, VerdictStatus
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.clock import Clock
from careerops.ports.ledger import Entry, Ledger
from careerops.ports.verdicts import Decided
from careerops.stream.message import Decision, Message, decode

STAGE = "notify"
_CLASSIFY = "classify"
EVERYONE = "*"
"""Stands for accounts without a channel of their own: told by the files of the operator."""


def _as_named_now(value: object) -> object:
    """`resend` is what `once` was called while there was no limit to it."""
    return "once" if value == "resend" else value


class NotifySettings(Model):
    """`[notify]`.

    Attributes:
        concurrency: handlers at work at once.
        on_unknown: what to do about a send of which nobody knows whether it happened: begin it
            `once` more a minute later (it may be told twice), or `hold` it at once for a person to
            decide (it may not be told).
        max_sends_per_hour: notifications a channel sends to an account within an hour; what is
            beyond comes together in one message. Files and terminals of this machine have no limit.
    """

    model_config = Model.model_config | {"extra": "forbid"}

    concurrency: int = Field(default=16, ge=1, le=1000)
    on_unknown: Annotated[Literal["once", "hold"], BeforeValidator(_as_named_now)] = "once"
    max_sends_per_hour: int = Field(default=60, ge=2, le=10_000)


class NotifyHandler:
    """The handler of `notifications`."""

    stage = STAGE
    accepts = NOTIFICATION_TYPE

    def __init__(
        self,
        channels: Mapping[str, Sequence[str]],
        ledger: Ledger,
        clock: Clock,
        on_planned: Callable[[], None],
        verdicts: Decided | None = None,
    ) -> None:
        """Plan for `channels`: account (or `EVERYONE`) -> channel names; then call `on_planned`.

        With `verdicts`, what a person has corrected meanwhile is told as corrected.
        """
        self._verdicts = verdicts
        self._channels = channels
        self._ledger = ledger
        self._clock = clock
        self._on_planned = on_planned
        self._logger = get_logger(STAGE)

    def scopes(self, message: Message) -> frozenset[str]:
        """None: channels that are down hold entries in the ledger, not messages here."""
        del message
        return frozenset()

    async def handle(self, message: Message) -> Decision:
        """Write the ledger; known entries stay as they are, so repeating is harmless."""
        notification = decode(message, Notification)
        now = self._clock.now()
        payload = message.value
        if (corrected := await self._corrected(notification)) is not None:
            if not corrected.event_type.is_career:
                self._logger.info(LogEvent.NOTIFICATION_DROPPED, reason="corrected")
                return Decision(status=VerdictStatus.DROPPED, account=notification.account)
            urgency = URGENCY[corrected.event_type]
            update = {"event": corrected, "urgency": urgency}
            notification = notification.model_copy(update=update)
            payload = notification.model_dump_json().encode()
        event = notification.event
        entries = [
            Entry(
                notification_id=notification.notification_id,
                channel=channel,
                account=notification.account,
                event_id=event.event_id if event else "",
                payload=payload,
                due=notification.not_before,
                worth_until=notification.worth_until,
                type=message.envelope.type,
            )
            for channel in self._channels_of(notification.account)
        ]
        if not entries:
            self._logger.warning(LogEvent.NOTIFICATION_DROPPED, reason="no_channel")
            return Decision(status=VerdictStatus.DROPPED, account=notification.account)
        planned = await self._ledger.plan(entries, now)
        if planned:
            self._logger.info(LogEvent.NOTIFICATION_PLANNED, count=planned)
            self._on_planned()
        return Decision(account=notification.account)

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """None: without a plan there is nothing to decide."""
        del message, error
        return None

    async def _corrected(self, notification: Notification) -> CareerEvent | None:
        """What a person said of its event after it was classified, None if they said nothing."""
        event = notification.event
        if self._verdicts is None or event is None:
            return None
        latest: CareerEvent | None = None
        key = VerdictKey(event.event_id, _CLASSIFY, event.revision + 1)
        while found := (await self._verdicts.get([key])).get(key):
            if found.detail:
                latest = CareerEvent.model_validate_json(found.detail)
            key = key._replace(revision=key.revision + 1)
        return latest

    def _channels_of(self, account: str) -> Sequence[str]:
        """The account's own channels, or those for accounts that have none."""
        return self._channels.get(account) or self._channels.get(EVERYONE, ())
