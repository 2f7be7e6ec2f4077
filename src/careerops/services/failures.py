"""What a channel's failure becomes: a dead letter, and a word on the other channels."""

from collections.abc import Callable, Mapping, Sequence

from careerops.domain.envelope import Envelope
from careerops.domain.errors import Permanent
from careerops.domain.identity import account_key, digest
from careerops.domain.notification import NOTIFICATION_TYPE, Notification, NotificationKind
from careerops.domain.taxonomy import Urgency
from careerops.domain.topics import NOTIFICATIONS
from careerops.domain.verdicts import Record
from careerops.ports.clock import Clock
from careerops.ports.eventlog import EventLog, LogRecord
from careerops.ports.ledger import Entry, EntryState, Ledger
from careerops.services.notify import EVERYONE
from careerops.stream.deadletter import PREFIX, dead_letter


class ChannelFailures:
    """Turns failures of channels into something a person can find."""

    def __init__(
        self,
        log: EventLog,
        ledger: Ledger,
        channels: Mapping[str, Sequence[str]],
        clock: Clock,
        on_planned: Callable[[], None],
    ) -> None:
        """Write to `log` and `ledger`; `channels` maps an account to its channels."""
        self._log = log
        self._ledger = ledger
        self._channels = channels
        self._clock = clock
        self._on_planned = on_planned

    async def failed(self, state: EntryState, error: Permanent) -> None:
        """Dead-letter an entry that its channel refuses for good; a replay plans it again."""
        now = self._clock.now()
        entry = state.entry
        envelope = Envelope(entry.notification_id, NOTIFICATION_TYPE, "careerops/notify", now)
        record = LogRecord(
            topic=NOTIFICATIONS,
            partition=0,
            offset=0,
            key=account_key(entry.account),
            time=now,
            headers=envelope.headers(),
            value=entry.payload,
        )
        letter = dead_letter(
            record,
            stage="notify",
            reason=error.reason,
            attempts=state.attempts,
            at=now,
            error=error,
            explanation=str(error),
        )
        channel = (f"{PREFIX}channel", entry.channel.encode())
        await self._log.publish(
            [Record(letter.topic, letter.key, letter.value, (*letter.headers, channel))]
        )

    async def down(self, channel: str, why: str) -> None:
        """Tell the accounts of a channel that is down by their other channels, once a day.

        Channels of `EVERYONE` carry every account's alerts, as they carry its notifications.
        """
        now = self._clock.now()
        day = now.date().isoformat()
        entries: list[Entry] = []
        for account, channels in self._channels.items():
            if channel not in channels:
                continue
            alert = Notification(
                notification_id=digest("alert", "channel", channel, account, day),
                account=account,
                kind=NotificationKind.ALERT,
                urgency=Urgency.HIGH,
                text=f"CareerOps cannot send by {channel}: {why}. Run careerops doctor.",
            )
            payload = alert.model_dump_json().encode()
            entries += [
                Entry(alert.notification_id, other, account, "", payload, now)
                for other in dict.fromkeys((*channels, *self._channels.get(EVERYONE, ())))
                if other != channel
            ]
        if entries and await self._ledger.plan(entries, now):
            self._on_planned()
