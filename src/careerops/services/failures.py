"""What a channel's failure becomes: a dead letter, and a word on the other channels."""

from collections.abc import Callable, Mapping, Sequence

from careerops.domain.envelope import Envelope
from careerops.domain.identity import account_key, digest
from careerops.domain.notification import NOTIFICATION_TYPE, Notification, NotificationKind
from careerops.domain.taxonomy import Urgency
from careerops.domain.topics import NOTIFICATIONS
from careerops.domain.verdicts import Record
from careerops.ports.clock import Clock
from careerops.ports.eventlog import EventLog
from careerops.ports.ledger import DeliveryStatus, Entry, EntryState, Ledger
from careerops.services.notify import EVERYONE
from careerops.stream.deadletter import PREFIX

_UNDELIVERED = {
    DeliveryStatus.FAILED: "could not send a notification by {channel}",
    DeliveryStatus.UNKNOWN: "does not know whether a notification by {channel} arrived",
}


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

    async def failed(self, state: EntryState, letter: Record) -> None:
        """Publish the engine's dead letter of an entry; a replay plans the entry again."""
        entry = state.entry
        envelope = Envelope(
            entry.notification_id, NOTIFICATION_TYPE, "careerops/notify", self._clock.now()
        )
        about = {
            "stage": "notify",
            "topic": NOTIFICATIONS,
            "attempts": str(state.attempts),
            "channel": entry.channel,
        }
        kept = tuple(
            (name, value)
            for name, value in letter.headers
            if name.startswith(PREFIX) and name.removeprefix(PREFIX) not in about
        )
        added = tuple((f"{PREFIX}{name}", text.encode()) for name, text in about.items())
        headers = (*envelope.headers(), *kept, *added)
        key = account_key(entry.account)
        await self._log.publish([Record(letter.topic, key, letter.value, headers)])

    async def undelivered(self, state: EntryState, status: DeliveryStatus) -> None:
        """Tell the account by its other channels that something did not arrive.

        One alert a day and channel, whatever happens to it: who gets it looks at the rest. Of an
        alert nothing is told: its other channels have it as well.
        """
        entry = state.entry
        if not entry.event_id:
            return
        what = _UNDELIVERED[status].format(channel=entry.channel)
        text = f"CareerOps {what}: see careerops notifications list."
        await self._alert(entry.account, entry.channel, text)

    async def down(self, channel: str, why: str) -> None:
        """Tell the accounts of a channel that is down by their other channels.

        Channels of `EVERYONE` carry every account's alerts, as they carry its notifications.
        """
        text = f"CareerOps cannot send by {channel}: {why}. Run careerops doctor."
        for account, channels in self._channels.items():
            if channel in channels:
                await self._alert(account, channel, text)

    async def _alert(self, account: str, channel: str, text: str) -> None:
        now = self._clock.now()
        alert = Notification(
            notification_id=digest("alert", "channel", channel, account, now.date().isoformat()),
            account=account,
            kind=NotificationKind.ALERT,
            urgency=Urgency.HIGH,
            text=text,
        )
        payload = alert.model_dump_json().encode()
        others = (*self._channels.get(account, ()), *self._channels.get(EVERYONE, ()))
        entries = [
            Entry(alert.notification_id, other, account, "", payload, None)
            for other in dict.fromkeys(others)
            if other != channel
        ]
        if entries and await self._ledger.plan(entries, now):
            self._on_planned()
