"""Telling a person that a mailbox is not read, and that it is again.

    healthy --refused, or silent for 15 minutes--> an episode is opened, an alert told
    in an episode --the first contact--> the return told, the episode closed

An episode is a durable document, and its beginning is part of the alerts' ids: a restart within it
tells nothing again, another trouble of the same day does. A mailbox that comes and goes all day is
told of a few times, then once an hour at most.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import Field, ValidationError

from careerops.domain.errors import Outage
from careerops.domain.identity import account_key, digest
from careerops.domain.model import Model, UtcTime
from careerops.domain.notification import NOTIFICATION_TYPE, Notification, NotificationKind
from careerops.domain.taxonomy import Urgency
from careerops.domain.topics import NOTIFICATIONS
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.clock import Clock
from careerops.ports.documents import Documents
from careerops.ports.eventlog import EventLog
from careerops.ports.ledger import Entry, Ledger
from careerops.ports.mailbox import MailboxState
from careerops.services.envelopes import event_record
from careerops.services.mailbox_state import HEALTHY, MailboxWatch
from careerops.services.notify import EVERYONE

SILENCE_S: Final = 900.0
"""So long a mailbox may be without contact before anybody is told."""
_OFTEN: Final = 3
_OFTEN_S: Final = 3600.0
_OFTEN_WITHIN: Final = timedelta(days=1)
_REMEMBERED: Final = 32
_PREFIX: Final = "mailbox-alert/"
_REFUSED, _SILENT, _BACK = "refused", "silent", "back"

TellAlert = Callable[[Notification], Awaitable[None]]
"""Plans a notification durably; planning it again under its id changes nothing."""


class Episode(Model):
    """What is known of a mailbox's troubles; the document.

    Attributes:
        began: when the one began that a person was told of and that is not over (UTC), or None.
        told: what was told of it.
        earlier: when those before began, the last ones.
    """

    began: UtcTime | None = None
    told: tuple[str, ...] = ()
    earlier: tuple[UtcTime, ...] = Field(default=(), max_length=_REMEMBERED)


@dataclass(frozen=True, slots=True)
class AlertByLedger:
    """Plans an alert for every channel of its account, and for the operator's own.

    Attributes:
        ledger: where it is planned.
        channels: account (or `EVERYONE`) -> names of channels.
        clock: of the process.
        on_planned: called when something was.
    """

    ledger: Ledger
    channels: Mapping[str, Sequence[str]]
    clock: Clock
    on_planned: Callable[[], None]

    async def __call__(self, alert: Notification) -> None:
        """See `TellAlert`."""
        now = self.clock.now()
        payload = alert.model_dump_json().encode()
        own = self.channels.get(alert.account, ())
        entries = [
            Entry(alert.notification_id, channel, alert.account, "", payload, now)
            for channel in dict.fromkeys((*own, *self.channels.get(EVERYONE, ())))
        ]
        if entries and await self.ledger.plan(entries, now):
            self.on_planned()


@dataclass(frozen=True, slots=True)
class AlertByTopic:
    """Leaves an alert to the notify service of another process, which knows the channels.

    Attributes:
        log: where it is published.
        clock: of the process.
    """

    log: EventLog
    clock: Clock

    async def __call__(self, alert: Notification) -> None:
        """See `TellAlert`."""
        record = event_record(
            alert,
            topic=NOTIFICATIONS,
            key=account_key(alert.account),
            event_id=alert.notification_id,
            event_type=NOTIFICATION_TYPE,
            source="ingest",
            time=self.clock.now(),
        )
        await self.log.publish([record])


class MailboxAlerts:
    """Looks at mailboxes and tells what has to be told."""

    def __init__(
        self,
        watches: Sequence[MailboxWatch],
        documents: Documents,
        clock: Clock,
        tell: TellAlert,
    ) -> None:
        """Watch `watches`; what was told is kept in `documents`."""
        self._watches = watches
        self._documents = documents
        self._clock = clock
        self._tell = tell
        self._known: dict[str, Episode] = {}
        self._logger = get_logger("ingest")

    @property
    def pending(self) -> bool:
        """Whether something is to be told that was not yet, or is not known yet."""
        return any(
            watch.active and (watch.source not in self._known or self._due(watch))
            for watch in self._watches
        )

    async def look(self) -> None:
        """Tell what is due. What a store that is out keeps from being told is due again."""
        active = [watch for watch in self._watches if watch.active]
        await self._all(self._recall, [w for w in active if w.source not in self._known])
        known = [watch for watch in active if watch.source in self._known]
        await self._all(self._say, [watch for watch in known if self._due(watch)])

    async def _all(
        self, act: Callable[[MailboxWatch], Awaitable[None]], watches: Sequence[MailboxWatch]
    ) -> None:
        async def patiently(watch: MailboxWatch) -> None:
            with suppress(Outage):  # of the store: the next look does it
                await act(watch)

        if watches:
            await asyncio.gather(*map(patiently, watches))

    async def _recall(self, watch: MailboxWatch) -> None:
        """Look up what earlier processes told."""
        self._known[watch.source] = await self._documents.change(
            _key(watch), lambda document: (document, _read(document))
        )

    def _due(self, watch: MailboxWatch) -> str:
        """What is to be told of a mailbox now, '' for nothing."""
        known = self._known[watch.source]
        is_open = known.began is not None
        if watch.state in HEALTHY:
            return _BACK if is_open else ""
        if not self._is_rare(known) and watch.silent_s < _OFTEN_S:
            return ""
        if watch.state is MailboxState.REFUSED:
            return "" if is_open and _REFUSED in known.told else _REFUSED
        return _SILENT if watch.silent_s >= SILENCE_S and not (is_open and known.told) else ""

    async def _say(self, watch: MailboxWatch) -> None:
        kind = self._due(watch)
        if kind == _BACK:
            await self._back(watch)
        else:
            await self._lost(watch, kind)

    def _is_rare(self, known: Episode) -> bool:
        """Whether this mailbox was not told of often lately, or is being told of already."""
        since = self._clock.now() - _OFTEN_WITHIN
        return known.began is not None or sum(at >= since for at in known.earlier) < _OFTEN

    async def _lost(self, watch: MailboxWatch, kind: str) -> None:
        """Open an episode, or go on with the one that is open, then tell."""
        now = self._clock.now()
        key = _key(watch)
        episode = await self._documents.change(key, partial(_opened, now=now))
        if kind not in episode.told:
            await self._tell(self._notification(watch, kind, episode.began or now))
            self._log(watch, kind)
        self._known[watch.source] = await self._documents.change(key, partial(_told, kind=kind))

    async def _back(self, watch: MailboxWatch) -> None:
        """Tell, then close the episode: what is told can be told again under its id."""
        began = self._known[watch.source].began
        if began is not None:
            await self._tell(self._notification(watch, _BACK, began))
            self._log(watch, _BACK)
        self._known[watch.source] = await self._documents.change(_key(watch), _closed)

    def _log(self, watch: MailboxWatch, kind: str) -> None:
        self._logger.info(
            LogEvent.MAILBOX_ALERT, account=watch.account, source=watch.name, status=kind
        )

    def _notification(self, watch: MailboxWatch, kind: str, began: datetime) -> Notification:
        return Notification(
            notification_id=digest("alert", "mailbox", watch.source, began.isoformat(), kind),
            account=watch.account,
            kind=NotificationKind.ALERT,
            urgency=Urgency.HIGH,
            text=_text(watch, kind),
        )


def _text(watch: MailboxWatch, kind: str) -> str:
    """What a person has to know: what is wrong, what it means, what to do."""
    box = f"your mailbox {watch.name} (account {watch.account})"
    if kind == _BACK:
        return f"CareerOps reads {box} again, and what came meanwhile. Nothing is to be done."
    if kind == _REFUSED:
        what = f"CareerOps cannot read {box}: {watch.reason}."
    else:
        what = f"CareerOps has not reached {box} for {round(watch.silent_s / 60)} minutes"
        what += f": {watch.reason}." if watch.reason else "."
    until = "New mail is not seen meanwhile; it is tried again by itself."
    return f"{what}\n{until} See: careerops status"


def _key(watch: MailboxWatch) -> str:
    return _PREFIX + digest("mailbox", watch.source)


def _read(document: bytes | None) -> Episode:
    """The document; one that cannot be read is none: at worst something is told again."""
    try:
        return Episode() if document is None else Episode.model_validate_json(document)
    except ValidationError:
        return Episode()


def _opened(document: bytes | None, *, now: datetime) -> tuple[bytes, Episode]:
    before = _read(document)
    if before.began is not None:
        return before.model_dump_json().encode(), before
    episode = Episode(began=now, earlier=before.earlier)
    return episode.model_dump_json().encode(), episode


def _told(document: bytes | None, *, kind: str) -> tuple[bytes, Episode]:
    before = _read(document)
    episode = before.model_copy(update={"told": tuple(dict.fromkeys((*before.told, kind)))})
    return episode.model_dump_json().encode(), episode


def _closed(document: bytes | None) -> tuple[bytes, Episode]:
    before = _read(document)
    earlier = (*before.earlier, *([before.began] if before.began else []))[-_REMEMBERED:]
    episode = Episode(earlier=earlier)
    return episode.model_dump_json().encode(), episode
