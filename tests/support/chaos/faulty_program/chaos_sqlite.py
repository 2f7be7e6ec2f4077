"""Fault points and breakages of the log on SQLite.

Its `settle` is one transaction, so `after_produce` is a moment inside it: the outputs are written,
the input is not settled, nothing is committed.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import chaos_points

from careerops.adapters.sqlite import groups, leases, schema, settling, verdicts
from careerops.adapters.sqlite.codec import to_us
from careerops.adapters.sqlite.cursors import SqliteCursors
from careerops.adapters.sqlite.eventlog import SqliteLog
from careerops.adapters.sqlite.subscription import SqliteSubscription
from careerops.domain.topics import CLASSIFIED, DEAD_LETTERS
from careerops.ports.eventlog import Settlement


def install() -> None:
    """Plant the points and the spy, and shorten the leases if told to."""
    publish = settling._publish

    def published(connection: Any, steps: Sequence[Any]) -> None:
        publish(connection, steps)
        if any(step.outputs for step in steps):
            chaos_points.passing(chaos_points.AFTER_PRODUCE)

    settling._publish = published
    chaos_points.spy_on(SqliteSubscription, SqliteLog)
    chaos_points.around(
        SqliteLog, "settle", before=chaos_points.BEFORE_COMMIT, after=chaos_points.AFTER_COMMIT
    )
    chaos_points.around(SqliteCursors, "commit", before=chaos_points.BEFORE_CURSOR)
    if "CHAOS_LEASE_S" in os.environ:
        _shorten(float(os.environ["CHAOS_LEASE_S"]))


def _shorten(lease_s: float) -> None:
    """The same code with shorter leases; a third of one is when it is prolonged, as before."""
    groups.LEASE_S, groups.LEASE_US = lease_s, int(lease_s * 1e6)
    leases.RENEW_S = lease_s / 3


def _broken_settle(broken: Callable[[Any, Any, Sequence[Settlement]], Any]) -> Callable[[], None]:
    """Plants a `settle` that is given the honest one, with its fault points."""

    def plant() -> None:
        honest = SqliteLog.settle

        async def settle(self: SqliteLog, settlements: Sequence[Settlement]) -> None:
            await broken(self, honest, settlements)

        SqliteLog.settle = settle

    return plant


async def _commit_before_settle(
    log: SqliteLog, honest: Any, settlements: Sequence[Settlement]
) -> None:
    """The input is done before anything was decided or said about it."""
    await honest(log, [Settlement(each.delivery) for each in settlements])
    chaos_points.passing(chaos_points.IN_BETWEEN)
    plan = settling.plan(settlements, to_us(datetime.now(UTC)))

    def decide(connection: Any) -> None:
        verdicts.insert(connection, [step.verdict for step in plan.steps if step.verdict])

    await log._writer.run(decide)
    await log.publish([output for each in settlements for output in each.outputs])


async def _dead_letter_after_settle(
    log: SqliteLog, honest: Any, settlements: Sequence[Settlement]
) -> None:
    """The input is done before its dead letter is kept."""
    outputs = [output for each in settlements for output in each.outputs]
    rest = [
        replace(each, outputs=tuple(o for o in each.outputs if o.topic != DEAD_LETTERS))
        for each in settlements
    ]
    await honest(log, rest)
    letters = [output for output in outputs if output.topic == DEAD_LETTERS]
    if letters:
        chaos_points.passing(chaos_points.IN_BETWEEN)
    await log.publish(letters)


async def _verdict_after_output(
    log: SqliteLog, honest: Any, settlements: Sequence[Settlement]
) -> None:
    """What was decided is said before it is known for good."""
    outputs = [output for each in settlements for output in each.outputs]
    await log.publish(outputs)
    if any(output.topic == CLASSIFIED for output in outputs):
        chaos_points.passing(chaos_points.IN_BETWEEN)
    await honest(log, [replace(each, outputs=()) for each in settlements])


def _watermark_by_one() -> None:
    """The position is one further than what is settled.

    A point is passed once that is durable, and what was passed over is a record.
    """
    honest, settle = groups.mark_settled, SqliteLog.settle
    passed_over: list[bool] = []

    def mark_settled(connection: Any, place: Any, fresh: set[int]) -> None:
        honest(connection, place, fresh)
        moved = connection.execute(
            "UPDATE groups SET position = position + 1 WHERE id = ? AND position > ?"
            " RETURNING topic, position",
            (place.group_id, place.position),
        ).fetchone()
        if moved is not None:
            topic, position = moved
            table, last = schema.table_of(topic), (position - 1,)
            found = connection.execute(f"SELECT 1 FROM {table} WHERE offset = ?", last)  # noqa: S608  # our own names
            passed_over.append(found.fetchone() is not None)

    async def settled(self: SqliteLog, settlements: Sequence[Settlement]) -> None:
        passed_over.clear()
        await settle(self, settlements)
        if any(passed_over):
            chaos_points.passing(chaos_points.IN_BETWEEN)

    groups.mark_settled, SqliteLog.settle = mark_settled, settled


chaos_points.BREAKAGES |= {
    "commit_before_settle": _broken_settle(_commit_before_settle),
    "dead_letter_after_settle": _broken_settle(_dead_letter_after_settle),
    "verdict_after_output": _broken_settle(_verdict_after_output),
    "watermark_by_one": _watermark_by_one,
}
