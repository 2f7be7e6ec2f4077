"""Clocks and delays of the program, and breakages of how it bears an outside that stays wrong."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import chaos_points

from careerops.adapters.notifier import whatsapp
from careerops.domain.errors import ConfigurationError, OutcomeUnknown
from careerops.ops.clock import SystemClock
from careerops.services import ingest, outbox, send, sender
from careerops.services.outbox import Outbox
from careerops.stream import scopes
from careerops.stream.dispatcher import Dispatcher


def install() -> None:
    """Shorten the wait before a repeated send, and move the clock, where told to."""
    if "CHAOS_REPEAT_S" in os.environ:
        sender._RETRY = replace(sender._RETRY, repeat_after_s=float(os.environ["CHAOS_REPEAT_S"]))
    if "CHAOS_AHEAD_S" in os.environ:
        _ahead(timedelta(seconds=float(os.environ["CHAOS_AHEAD_S"])))


def _ahead(by: timedelta) -> None:
    honest = SystemClock.now

    def now(self: SystemClock) -> datetime:
        return honest(self) + by

    SystemClock.now = now


# ---- breakages ----


def _repeat_for_ever() -> None:
    """A send of unknown outcome is begun again at once, and nobody counts how often.

    A process does the same with what one that ended has left behind.
    """
    send._TWICE = sender._TWICE = 1 << 30
    sender._RETRY = replace(sender._RETRY, repeat_after_s=0.05)
    honest = Dispatcher._outcome_unknown

    def outcome_unknown(self: Dispatcher, lane: Any, error: OutcomeUnknown) -> None:
        lane.head.unknown = 0
        self._doubts.clear()
        honest(self, lane, error)

    Dispatcher._outcome_unknown = outcome_unknown


def _believe_any_answer() -> None:
    """A 200 is as good as the id of a message."""
    whatsapp._accepted = lambda _: True


def _call_it_told() -> None:
    """What may not have been told ends like what was."""
    honest = Outbox._ended_badly

    async def ended_badly(self: Outbox, hand: Any, status: Any, verdict: Any) -> None:
        if status is send.DeliveryStatus.UNKNOWN:
            await self._sent(hand, verdict)
        else:
            await honest(self, hand, status, verdict)

    Outbox._ended_badly = ended_badly


def _poison_first() -> None:
    """Who has failed most tries first what is out, and nobody tries beside the probe."""

    def patience(lane: Any) -> tuple[int, int]:
        return (-lane.head.outages, lane.head.intake)

    def never(*_: Any) -> bool:
        return False

    scopes._patience = patience
    scopes.OutageBoard.try_at_once = never


def _attempts_stay() -> None:
    """What has been tried counts as being tried until it is settled."""

    async def rest(*_: Any) -> None:
        return None

    for owner, name in _rests():
        setattr(owner, name, rest)


def _rests() -> list[tuple[Any, str]]:
    from careerops.adapters.sqlite.subscription import SqliteSubscription  # noqa: PLC0415  # imported where it is used

    found: list[tuple[Any, str]] = [(SqliteSubscription, "rest")]
    if os.environ.get("CHAOS_LANE") == "kafka":
        from careerops.adapters.kafka.subscription import KafkaSubscription  # noqa: PLC0415  # needs the client

        found.append((KafkaSubscription, "rest"))
    return found


def _trust_own_clock() -> None:
    """Who holds what, and until when, is a matter of each process's own clock.

    It looks often, so that somebody is at work whenever it does.
    """
    from careerops.adapters.postgres.sessions import Sessions  # noqa: PLC0415  # needs the client

    honest = Sessions.rows
    own = f"(clock_timestamp() + interval '{os.environ.get('CHAOS_AHEAD_S', '0')} s')"

    async def rows(self: Sessions, statement: str, *values: Any) -> Any:
        return await honest(self, statement.replace("clock_timestamp()", own), *values)

    Sessions.rows = rows
    outbox._RECOVER_EVERY_S = 0.5


def _refusal_ends_all() -> None:
    """A login that is refused is held to be a mistake in the configuration of everybody."""
    for reader in (each for each in vars(ingest).values() if hasattr(each, "_is_fatal")):
        reader._is_fatal = lambda _, error, **__: isinstance(error, ConfigurationError)


_OWN: dict[str, Callable[[], None]] = {
    "repeat_for_ever": _repeat_for_ever,
    "believe_any_answer": _believe_any_answer,
    "call_it_told": _call_it_told,
    "poison_first": _poison_first,
    "attempts_stay": _attempts_stay,
    "trust_own_clock": _trust_own_clock,
    "refusal_ends_all": _refusal_ends_all,
}
chaos_points.BREAKAGES |= _OWN
