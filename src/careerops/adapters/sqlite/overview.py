"""What stands in the log and how far each group is. Functions of a connection."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from careerops.adapters.sqlite import groups, records
from careerops.adapters.sqlite.codec import maybe_time
from careerops.ops.owner import describe
from careerops.ports.eventlog import GroupInfo, TopicInfo


def topics(
    connection: sqlite3.Connection, names: Sequence[str], now_us: int
) -> tuple[TopicInfo, ...]:
    """The topics `names`, all as of one moment."""
    connection.execute("BEGIN")
    try:
        return tuple(_topic(connection, name, now_us) for name in names)
    finally:
        connection.execute("COMMIT")


def _topic(connection: sqlite3.Connection, topic: str, now_us: int) -> TopicInfo:
    start, end = records.bounds(connection, topic)
    rows = connection.execute(
        "SELECT id, name, position, owner, expires_us FROM groups WHERE topic = ? ORDER BY name",
        (topic,),
    ).fetchall()
    found = tuple(_group(connection, topic, row, (start, end, now_us)) for row in rows)
    return TopicInfo(topic, 0, start, end, found)


def _group(
    connection: sqlite3.Connection, topic: str, row: tuple[Any, ...], at: tuple[int, int, int]
) -> GroupInfo:
    group_id, name, position, owner, expires_us = row
    start, end, now_us = at
    (ahead,) = connection.execute(
        "SELECT count(*) FROM settled_ahead WHERE group_id = ?", (group_id,)
    ).fetchone()
    alive = groups.is_alive(owner, expires_us, now_us)
    return GroupInfo(
        group=name,
        topic=topic,
        partition=0,
        position=position,
        lag=max(0, end - max(position, start) - ahead),
        settled_ahead=ahead,
        member=describe(owner) if alive else "",
        oldest_unsettled=maybe_time(records.time_at(connection, topic, position)),
    )
