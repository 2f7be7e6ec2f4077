"""Verdicts, for a person: what was understood, correcting it, telling it again."""

from collections.abc import Sequence
from dataclasses import dataclass

from careerops.domain.career import CAREER_EVENT_TYPE, CareerEvent
from careerops.domain.errors import CareerOpsError
from careerops.domain.identity import notification_id
from careerops.domain.notification import Notification, NotificationKind
from careerops.domain.taxonomy import URGENCY, EventType
from careerops.domain.topics import CLASSIFIED
from careerops.domain.verdicts import Record, Verdict, VerdictKey, VerdictStatus
from careerops.ops.tracing import new_traceparent
from careerops.ports.clock import Clock
from careerops.ports.corrections import Correction, CorrectionStore
from careerops.ports.eventlog import EventLog
from careerops.ports.ledger import DeliveryStatus, EntryState, Ledger
from careerops.ports.verdicts import VerdictQuery, VerdictStore
from careerops.services import classify, research
from careerops.services.envelopes import event_record
from careerops.services.research import notification_record, worth_until

_MAX_REVISIONS = 50


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """What is known about one mail: the latest classification, its verdict, and its sends."""

    event: CareerEvent
    verdict: Verdict
    sends: tuple[EntryState, ...] = ()


class Events:
    """Career events as a person sees and corrects them."""

    def __init__(
        self,
        log: EventLog,
        verdicts: VerdictStore,
        ledger: Ledger,
        corrections: CorrectionStore,
        clock: Clock,
    ) -> None:
        """Read `verdicts` and `ledger`; write corrections and notifications."""
        self._log = log
        self._verdicts = verdicts
        self._ledger = ledger
        self._corrections = corrections
        self._clock = clock

    async def recent(
        self, *, label: EventType | None = None, account: str = "", limit: int = 100
    ) -> list[KnownEvent]:
        """The latest revision of events, newest mail first; all types unless `label` is given."""
        query = VerdictQuery(
            stage=classify.STAGE,
            label=label.value if label else "",
            account=account,
            limit=limit * 2,  # revisions of one event come one after the other
        )
        found = [verdict for verdict in await self._verdicts.find(query) if verdict.detail]
        later = await self._verdicts.get([_next(verdict.key) for verdict in found])
        latest = [verdict for verdict in found if _next(verdict.key) not in later][:limit]
        sends = await self._sends_of([verdict.key.event_id for verdict in latest])
        return [self._known(verdict, sends) for verdict in latest]

    async def show(self, name: str) -> KnownEvent:
        """The event whose id begins with `name`.

        Raises:
            CareerOpsError: there is none, or more than one.
        """
        query = VerdictQuery(stage=classify.STAGE, event_id_prefix=name, limit=_MAX_REVISIONS)
        found = [verdict for verdict in await self._verdicts.find(query) if verdict.detail]
        ids = {verdict.key.event_id for verdict in found}
        if not name or not ids:
            raise CareerOpsError(f"no event {name!r}: see careerops events list")
        if len(ids) > 1:
            raise CareerOpsError(f"{name!r} names {len(ids)} events: give more of the id")
        latest = max(found, key=lambda verdict: verdict.key.revision)
        return self._known(latest, await self._sends_of([latest.key.event_id]))

    async def relabel(self, name: str, label: EventType) -> KnownEvent:
        """Record that `label` is right: a new revision by a person, kept as truth.

        What is not told yet is not told as it was: an OTHER is not told at all, anything else as
        corrected. What was told stays as it is; `resend` tells it again.
        """
        known = await self.show(name)
        now = self._clock.now()
        revision = known.event.revision + 1
        event = known.event.model_copy(
            update={
                "event_type": label,
                "revision": revision,
                "confidence": 1.0,
                "provider": "person",
                "model": "",
                "prompt_version": "",
                "review": False,
                "degraded": None,
            }
        )
        await self._corrections.add(
            Correction(
                event_id=event.event_id,
                account=event.account,
                was=known.event.event_type,
                label=label,
                revision=revision,
                at=now,
            )
        )
        verdict = Verdict(
            key=VerdictKey(event.event_id, classify.STAGE, revision),
            status=VerdictStatus.KEPT if label.is_career else VerdictStatus.OTHER,
            decided_at=now,
            account=event.account,
            label=label.value,
            received_at=event.received_at,
            detail=event.model_dump_json().encode(),
        )
        (stands,) = await self._verdicts.put([verdict])
        if await self._withdrawn(known.sends) and label.is_career:
            await self.resend(event.event_id)
        return KnownEvent(event, stands, known.sends)

    async def _withdrawn(self, sends: Sequence[EntryState]) -> bool:
        """Whether something of `sends` was still to be told, and is not any more."""
        now = self._clock.now()
        planned = [state for state in sends if state.status is DeliveryStatus.PLANNED]
        dropped = [await self._ledger.drop(*state.entry.identity, now) for state in planned]
        return any(dropped)

    async def resend(self, name: str) -> str:
        """Tell an event again on purpose; returns the id of the new notification or ''.

        What was told before is told as it was; what never was (history) goes through research
        first.

        Raises:
            CareerOpsError: there is no such event, or it is OTHER.
        """
        known = await self.show(name)
        event = known.event
        if not event.event_type.is_career:
            raise CareerOpsError(
                "an OTHER is not told: relabel it first with careerops events relabel"
            )
        now = self._clock.now()
        before = await self._written_before(known)
        if before is None:
            await self._log.publish([self._career_record(event)])
            return ""
        times = int(now.timestamp() * 1e6)  # another id each time, also before the next run
        again = before.model_copy(
            update={
                "notification_id": notification_id(
                    event.event_id, event.revision, NotificationKind.TELL, times
                ),
                "event": event,
                "urgency": URGENCY[event.event_type],
                "not_before": None,
                "worth_until": worth_until(event, now),
            }
        )
        await self._log.publish([notification_record(again, now, new_traceparent(), "cli")])
        return again.notification_id

    async def _written_before(self, known: KnownEvent) -> Notification | None:
        """The notification that was written about an event, told or not; None if there is none."""
        for state in known.sends:
            return Notification.model_validate_json(state.entry.payload)
        event = known.event
        keys = [VerdictKey(event.event_id, research.STAGE, r) for r in range(event.revision + 1)]
        found = await self._verdicts.get(keys)
        for key in reversed(keys):
            if key in found and found[key].outputs:
                return Notification.model_validate_json(found[key].outputs[0].value)
        return None

    def _career_record(self, event: CareerEvent) -> Record:
        return event_record(
            event,
            topic=CLASSIFIED,
            key=event.thread_key,
            event_id=event.event_id,
            event_type=CAREER_EVENT_TYPE,
            source="cli",
            time=self._clock.now(),
            revision=event.revision,
            traceparent=new_traceparent(),
        )

    async def _sends_of(self, event_ids: Sequence[str]) -> dict[str, list[EntryState]]:
        if len(event_ids) == 1:
            states = await self._ledger.entries(event_ids[0])
        else:
            states = await self._ledger.entries(limit=max(1000, 4 * len(event_ids)))
        sends: dict[str, list[EntryState]] = {}
        for state in states:
            sends.setdefault(state.entry.event_id, []).append(state)
        return sends

    @staticmethod
    def _known(verdict: Verdict, sends: dict[str, list[EntryState]]) -> KnownEvent:
        event = CareerEvent.model_validate_json(verdict.detail)
        return KnownEvent(event, verdict, tuple(sends.get(event.event_id, ())))


def _next(key: VerdictKey) -> VerdictKey:
    return key._replace(revision=key.revision + 1)
