"""What stands of a verdict for good: that it was decided, how, and on which day.

Functions of a connection. The other tables forget after the retention time.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from careerops.adapters.sqlite.codec import from_us
from careerops.domain.identity import short_digest
from careerops.domain.verdicts import Verdict, VerdictKey, VerdictStatus

# Numbers that stand in files: never given to another status.
CODES: Final = {
    VerdictStatus.DONE: 1,
    VerdictStatus.OTHER: 2,
    VerdictStatus.KEPT: 3,
    VerdictStatus.DROPPED: 4,
    VerdictStatus.DEAD: 5,
    VerdictStatus.UNKNOWN: 6,
}
_STATUSES: Final = {code: status for status, code in CODES.items()}
_CODES_A_DAY: Final = 8
_DAY_US: Final = 86_400_000_000
_CHUNK: Final = 500
_DEAD: Final = CODES[VerdictStatus.DEAD]


def short_id(event_id: str, stage: str, revision: int) -> bytes:
    """What the verdict of such a key is known again by."""
    return short_digest(event_id, stage, str(revision))


def find(connection: sqlite3.Connection, keys: Iterable[VerdictKey]) -> dict[VerdictKey, Verdict]:
    """The verdicts that stand for `keys` and are past their retention time."""
    known = "SELECT what FROM verdicts_kept WHERE id = ?"
    rows = ((key, connection.execute(known, (short_id(*key),)).fetchone()) for key in keys)
    return {key: _verdict(key, row[0]) for key, row in rows if row}


def trim_chunk(
    connection: sqlite3.Connection, before_us: int, after_id: int
) -> tuple[int, int | None]:
    """Reduce the verdicts beyond `after_id` that were decided before `before_us`, some at a time.

    Returns:
        how many, and the id to go on after, None at the end. They lie in the order decided, but
        for clocks that were set: where a whole piece is young there is nothing older behind it.
    """
    rows = connection.execute(
        "SELECT id, event_id, stage, revision, status, decided_us FROM verdicts"
        " WHERE id > ? ORDER BY id LIMIT ?",
        (after_id, _CHUNK),
    ).fetchall()
    old = [row for row in rows if row[5] < before_us]
    if not old:
        return 0, None
    connection.executemany(
        "INSERT OR IGNORE INTO verdicts_kept VALUES (?, ?)",
        sorted((short_id(*row[1:4]), _what(*row[4:])) for row in old),
    )
    for stage, status in sorted({(row[2], row[4]) for row in old}):
        count(connection, stage, status, sum((row[2], row[4]) == (stage, status) for row in old))
    ids = [(row[0],) for row in old]
    connection.executemany("DELETE FROM verdict_outputs WHERE verdict_id = ?", ids)
    connection.executemany("DELETE FROM verdicts WHERE id = ?", ids)
    return len(old), rows[-1][0]


def clear_dead(connection: sqlite3.Connection, keys: Sequence[VerdictKey]) -> int:
    """Forget the `dead` ones among `keys`; returns how many there were."""
    cleared = 0
    for key in keys:
        gone = connection.execute(
            "DELETE FROM verdicts_kept WHERE id = ? AND what % ? = ?",
            (short_id(*key), _CODES_A_DAY, _DEAD),
        ).rowcount
        if gone:
            count(connection, key.stage, VerdictStatus.DEAD, -gone)
            cleared += gone
    return cleared


def count(connection: sqlite3.Connection, stage: str, status: str, number: int) -> None:
    """So many more stand of `stage` and `status`."""
    connection.execute(
        "INSERT INTO verdicts_kept_counts VALUES (?, ?, ?)"
        " ON CONFLICT (stage, status) DO UPDATE SET number = number + excluded.number",
        (stage, status, number),
    )


def _what(status: str, decided_us: int) -> int:
    return decided_us // _DAY_US * _CODES_A_DAY + CODES[VerdictStatus(status)]


def _verdict(key: VerdictKey, what: int) -> Verdict:
    day, code = divmod(what, _CODES_A_DAY)
    return Verdict(key, _STATUSES[code], from_us(day * _DAY_US))
