"""What stands in the log and how far each group is."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from careerops.adapters.sqlite import groups, records
from careerops.adapters.sqlite.codec import maybe_time
from careerops.adapters.sqlite.wakeups import data_version
from careerops.ops.owner import describe
from careerops.ports.eventlog import GroupInfo, TopicInfo

_Holder = tuple[str, int]
"""Who holds a group's lease, and until when."""


class Overview:
    """The topics, read again only where somebody has committed since: it is asked every second.

    Attributes:
        version: of the file, as it was when it was looked at last.
    """

    def __init__(self, names: Sequence[str], is_gone: Callable[[str], bool]) -> None:
        """Nothing is known yet."""
        self._names = tuple(names)
        self._is_gone = is_gone
        self.version: int | None = None
        self._known: tuple[tuple[TopicInfo, tuple[_Holder, ...]], ...] = ()

    def topics(self, connection: sqlite3.Connection, now_us: int) -> tuple[TopicInfo, ...]:
        """All topics, as of one moment; always by the same connection, which writes nothing."""
        version = data_version(connection)
        if version != self.version:
            connection.execute("BEGIN")
            try:
                self._known = tuple(_topic(connection, name) for name in self._names)
            finally:
                connection.execute("COMMIT")
            self.version = version
        members: dict[_Holder, str] = {}
        for holder in {holder for _, holders in self._known for holder in holders}:
            alive = groups.is_alive(*holder, now_us, self._is_gone)
            members[holder] = describe(holder[0]) if alive else ""
        return tuple(_with_members(info, holders, members) for info, holders in self._known)


def _with_members(
    info: TopicInfo, holders: Sequence[_Holder], members: dict[_Holder, str]
) -> TopicInfo:
    pairs = zip(info.groups, holders, strict=True)
    return replace(
        info, groups=tuple(replace(group, member=members[holder]) for group, holder in pairs)
    )


def _topic(connection: sqlite3.Connection, topic: str) -> tuple[TopicInfo, tuple[_Holder, ...]]:
    start, end = records.bounds(connection, topic)
    rows = connection.execute(
        "SELECT id, name, position, owner, expires_us FROM groups WHERE topic = ? ORDER BY name",
        (topic,),
    ).fetchall()
    found = tuple(_group(connection, topic, row, (start, end)) for row in rows)
    return TopicInfo(topic, 0, start, end, found), tuple((row[3], row[4]) for row in rows)


def _group(
    connection: sqlite3.Connection, topic: str, row: tuple[Any, ...], at: tuple[int, int]
) -> GroupInfo:
    group_id, name, position, *_ = row
    start, end = at
    (ahead,) = connection.execute(
        "SELECT count(*) FROM settled_ahead WHERE group_id = ?", (group_id,)
    ).fetchone()
    return GroupInfo(
        group=name,
        topic=topic,
        partition=0,
        position=position,
        lag=max(0, end - max(position, start) - ahead),
        settled_ahead=ahead,
        member="",
        oldest_unsettled=maybe_time(records.time_at(connection, topic, position)),
    )
