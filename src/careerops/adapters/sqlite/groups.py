"""Groups: who is the member, how far it is, what is settled. Functions of a connection."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from careerops.adapters.sqlite.records import bounds
from careerops.domain.errors import AlreadyRunning, Fenced
from careerops.ops.owner import describe, is_gone

# Long, so that prolonging it wakes no disk: who shares the file learns otherwise, and at once, that
# a process has ended (see `life`). Only one that is stopped and lives is waited for so long.
LEASE_S: Final = 900.0
LEASE_US: Final = int(LEASE_S * 1e6)


@dataclass(frozen=True, slots=True)
class Member:
    """The right to read a topic for a group, under one epoch.

    Attributes:
        group_id: the group's row.
        epoch: ours; another in the row means that another member took over.
        position: where to read from.
        suspects_below: records below it were delivered before the last unclean stop (0: it was
            clean); what was never delivered cannot have killed anybody.
        settled_ahead: offsets above `position` that are settled already.
        deaths: by offset, how many processes died at it.
    """

    topic: str
    group: str
    group_id: int
    epoch: int
    position: int
    suspects_below: int
    settled_ahead: frozenset[int]
    deaths: dict[int, int]


def join(
    connection: sqlite3.Connection,
    place: tuple[str, str],
    owner: str,
    now_us: int,
    is_gone: Callable[[str], bool] = is_gone,
) -> Member:
    """Take the lease of `place`, a topic and a group, for `owner`.

    Raises:
        AlreadyRunning: another living member holds it.
    """
    topic, group = place
    start, _ = bounds(connection, topic)
    expires_us = now_us + LEASE_US
    row = connection.execute(
        "SELECT id, position, epoch, owner, expires_us, delivered FROM groups"
        " WHERE topic = ? AND name = ?",
        (topic, group),
    ).fetchone()
    if row is None:
        cursor = connection.execute(
            "INSERT INTO groups (topic, name, position, epoch, owner, expires_us)"
            " VALUES (?, ?, ?, 1, ?, ?)",
            (topic, group, start, owner, expires_us),
        )
        return Member(topic, group, int(cursor.lastrowid or 0), 1, start, 0, frozenset(), {})
    group_id, position, epoch, holder, held_until_us, delivered = row
    if is_alive(holder, held_until_us, now_us, is_gone):
        raise AlreadyRunning(
            f"{describe(holder)} already reads {topic} for {group}: stop it first"
            f" (where it does not answer any more, kill it or wait {LEASE_S:.0f} s)"
        )
    if holder:
        _count_deaths(connection, group_id)
    position = max(position, start)
    connection.execute(
        "UPDATE groups SET epoch = ?, owner = ?, expires_us = ?, position = ? WHERE id = ?",
        (epoch + 1, owner, expires_us, position, group_id),
    )
    return Member(
        topic,
        group,
        group_id,
        epoch + 1,
        position,
        delivered if holder else 0,
        _settled_ahead(connection, group_id),
        _deaths(connection, group_id),
    )


def is_alive(
    owner: str, expires_us: int, now_us: int, is_gone: Callable[[str], bool] = is_gone
) -> bool:
    """Whether a lease row names a member that must be taken for alive."""
    return bool(owner) and expires_us > now_us and not is_gone(owner)


def _count_deaths(connection: sqlite3.Connection, group_id: int) -> None:
    connection.execute(
        "UPDATE attempts SET deaths = deaths + 1, running = 0 WHERE group_id = ? AND running = 1",
        (group_id,),
    )


def _settled_ahead(connection: sqlite3.Connection, group_id: int) -> frozenset[int]:
    rows = connection.execute("SELECT offset FROM settled_ahead WHERE group_id = ?", (group_id,))
    return frozenset(offset for (offset,) in rows)


def _deaths(connection: sqlite3.Connection, group_id: int) -> dict[int, int]:
    return dict(
        connection.execute(
            "SELECT offset, deaths FROM attempts WHERE group_id = ? AND deaths > 0", (group_id,)
        )
    )


def renew(
    connection: sqlite3.Connection, members: Iterable[tuple[int, int]], expires_us: int
) -> list[bool]:
    """Prolong the leases of (group id, epoch); False for each that is another's by now."""
    return [
        connection.execute(
            "UPDATE groups SET expires_us = ? WHERE id = ? AND epoch = ?",
            (expires_us, group_id, epoch),
        ).rowcount
        == 1
        for group_id, epoch in members
    ]


def leave(connection: sqlite3.Connection, group_id: int, epoch: int) -> None:
    """Give the lease back; what was being tried counts as no death. Nothing if it is another's."""
    cursor = connection.execute(
        "UPDATE groups SET owner = '', epoch = epoch + 1, expires_us = 0, delivered = 0"
        " WHERE id = ? AND epoch = ?",
        (group_id, epoch),
    )
    if cursor.rowcount:
        connection.execute("DELETE FROM attempts WHERE group_id = ? AND deaths = 0", (group_id,))
        connection.execute("UPDATE attempts SET running = 0 WHERE group_id = ?", (group_id,))


def deliver(connection: sqlite3.Connection, member: Member, below: int) -> None:
    """Record that everything below the offset `below` may be handed over from now on.

    Raises:
        Fenced: the group is another's by now.
    """
    check_epoch(connection, member.group_id, member.epoch)
    connection.execute("UPDATE groups SET delivered = ? WHERE id = ?", (below, member.group_id))


def check_epoch(connection: sqlite3.Connection, group_id: int, epoch: int) -> None:
    """Raises `Fenced` if the group is another's by now."""
    row = connection.execute("SELECT epoch FROM groups WHERE id = ?", (group_id,)).fetchone()
    if row is None or row[0] != epoch:
        raise fenced()


def fenced() -> Fenced:
    """The error of a member whose epoch is over."""
    return Fenced("another process has taken over this group: this one must stop")


def attempt(connection: sqlite3.Connection, group_id: int, epoch: int, offset: int) -> None:
    """Note that `offset` is about to run alone. Raises `Fenced`."""
    check_epoch(connection, group_id, epoch)
    connection.execute(
        "INSERT INTO attempts (group_id, offset, running, deaths) VALUES (?, ?, 1, 0)"
        " ON CONFLICT (group_id, offset) DO UPDATE SET running = 1",
        (group_id, offset),
    )


def rest(connection: sqlite3.Connection, group_id: int, epoch: int, offset: int) -> None:
    """Note that `offset` does not run now, and is not settled. Raises `Fenced`."""
    check_epoch(connection, group_id, epoch)
    connection.execute(
        "UPDATE attempts SET running = 0 WHERE group_id = ? AND offset = ?", (group_id, offset)
    )


def lowest_position(connection: sqlite3.Connection, topic: str, limit: int) -> int:
    """The lowest position of any group of `topic`, at most `limit`."""
    lowest = connection.execute(
        "SELECT min(position) FROM groups WHERE topic = ?", (topic,)
    ).fetchone()[0]
    return limit if lowest is None else min(limit, lowest)


@dataclass(frozen=True, slots=True)
class Progress:
    """A group's place while a settlement is worked on."""

    group_id: int
    position: int


def progress(connection: sqlite3.Connection, topic: str, group: str, epoch: int) -> Progress:
    """The group's row, under `epoch`. Raises `Fenced`."""
    row = connection.execute(
        "SELECT id, position, epoch FROM groups WHERE topic = ? AND name = ?", (topic, group)
    ).fetchone()
    if row is None or row[2] != epoch:
        raise fenced()
    return Progress(row[0], row[1])


def unsettled(connection: sqlite3.Connection, place: Progress, offsets: Sequence[int]) -> set[int]:
    """Those of `offsets` that are not settled yet."""
    fresh = {offset for offset in offsets if offset >= place.position}
    highest = connection.execute(
        "SELECT max(offset) FROM settled_ahead WHERE group_id = ?", (place.group_id,)
    ).fetchone()[0]
    if highest is None:
        return fresh
    return {
        offset
        for offset in fresh
        if offset > highest
        or not connection.execute(
            "SELECT 1 FROM settled_ahead WHERE group_id = ? AND offset = ?",
            (place.group_id, offset),
        ).fetchone()
    }


def mark_settled(connection: sqlite3.Connection, place: Progress, fresh: set[int]) -> None:
    """Mark the unsettled offsets `fresh` settled; the position moves past all that is contiguous.

    Offsets of a topic are dense (rolled back appends give theirs back), and only what lies below
    every position is ever trimmed, so the next unsettled record is at most one further.
    """
    position = place.position
    waiting = sorted(fresh)
    if waiting and waiting[0] == position:
        ahead = _ahead_from(connection, place.group_id, position)
        position, waiting = _advance(position, waiting, ahead)
        connection.execute(
            "DELETE FROM settled_ahead WHERE group_id = ? AND offset < ?",
            (place.group_id, position),
        )
        connection.execute(
            "UPDATE groups SET position = ? WHERE id = ?", (position, place.group_id)
        )
    if waiting:
        connection.executemany(
            "INSERT INTO settled_ahead (group_id, offset) VALUES (?, ?)",
            [(place.group_id, offset) for offset in waiting],
        )
    _forget_attempts(connection, place.group_id, fresh)


def _ahead_from(connection: sqlite3.Connection, group_id: int, position: int) -> Iterator[int]:
    rows = connection.execute(
        "SELECT offset FROM settled_ahead WHERE group_id = ? AND offset > ? ORDER BY offset",
        (group_id, position),
    )
    return (int(row[0]) for row in rows)


def _advance(position: int, waiting: list[int], ahead: Iterator[int]) -> tuple[int, list[int]]:
    """(first offset neither in `waiting` nor in `ahead`, what of `waiting` lies beyond it)."""
    index, settled = 0, next(ahead, None)
    while True:
        if index < len(waiting) and waiting[index] == position:
            index += 1
        elif settled == position:
            settled = next(ahead, None)
        else:
            return position, waiting[index:]
        position += 1


def _forget_attempts(connection: sqlite3.Connection, group_id: int, fresh: set[int]) -> None:
    some = connection.execute("SELECT 1 FROM attempts WHERE group_id = ? LIMIT 1", (group_id,))
    if some.fetchone():
        connection.executemany(
            "DELETE FROM attempts WHERE group_id = ? AND offset = ?",
            [(group_id, offset) for offset in fresh],
        )
