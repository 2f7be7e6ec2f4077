"""What the members of groups had in hand, for a log that keeps no such thing itself."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

from careerops.adapters.sqlite.threads import WriterThread
from careerops.ports.custody import Custody, Place

_PLACE: Final = "reader = ? AND topic = ? AND partition = ?"
_HELD: Final = f"(SELECT id FROM custody WHERE {_PLACE} AND token = ?)"  # noqa: S608  # constants only


class SqliteCustody:
    """`CustodyStore` on SQLite."""

    def __init__(self, writer: WriterThread) -> None:
        """Share the database's writer: everything said here is a write."""
        self._writer = writer

    async def take(self, places: Sequence[Place], token: str) -> dict[Place, Custody]:
        """Hold `places` under `token` from now on, and learn how the holder before ended.

        Raises:
            Outage: the file cannot be written now (scope `log`), as for every method here.
        """
        wanted = tuple(places)

        def op(connection: sqlite3.Connection) -> dict[Place, Custody]:
            return {place: _take(connection, place, token) for place in wanted}

        return await self._writer.run(op) if wanted else {}

    async def deliver(self, token: str, below: Mapping[Place, int]) -> None:
        """Everything below these offsets may be handed over from now on; marks never go back."""
        rows = [(mark, *place, token) for place, mark in below.items()]
        await self._each(
            f"UPDATE custody SET delivered = max(delivered, ?) WHERE {_PLACE} AND token = ?",  # noqa: S608  # constants only
            rows,
        )

    async def attempt(self, token: str, place: Place, offset: int) -> None:
        """The record at `offset` is about to run alone."""
        await self._each(
            "INSERT INTO custody_attempts (place_id, offset, running, deaths)"
            " SELECT id, ?, 1, 0 FROM custody"
            " WHERE reader = ? AND topic = ? AND partition = ? AND token = ?"
            " ON CONFLICT (place_id, offset) DO UPDATE SET running = 1",
            [(offset, *place, token)],
        )

    async def rest(self, token: str, place: Place, offset: int) -> None:
        """The record at `offset` does not run now, and is not settled."""
        await self._each(
            f"UPDATE custody_attempts SET running = 0 WHERE offset = ? AND place_id = {_HELD}",  # noqa: S608  # constants only
            [(offset, *place, token)],
        )

    async def forget(self, token: str, offsets: Mapping[Place, Sequence[int]]) -> None:
        """These records are settled: their attempts and deaths mean nothing any more."""
        await self._each(
            f"DELETE FROM custody_attempts WHERE offset = ? AND place_id = {_HELD}",  # noqa: S608  # constants only
            [(offset, *place, token) for place, settled in offsets.items() for offset in settled],
        )

    async def give_back(self, token: str, places: Sequence[Place]) -> None:
        """A clean end: the next holder has no suspects, and what was being tried is no death."""
        rows = [(*place, token) for place in places]

        def op(connection: sqlite3.Connection) -> None:
            connection.executemany(
                f"DELETE FROM custody_attempts WHERE deaths = 0 AND place_id = {_HELD}",  # noqa: S608  # constants only
                rows,
            )
            connection.executemany(
                f"UPDATE custody_attempts SET running = 0 WHERE place_id = {_HELD}",  # noqa: S608  # constants only
                rows,
            )
            connection.executemany(
                f"UPDATE custody SET token = '', delivered = 0 WHERE {_PLACE} AND token = ?",  # noqa: S608  # constants only
                rows,
            )

        if rows:
            await self._writer.run(op)

    async def _each(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        def op(connection: sqlite3.Connection) -> None:
            connection.executemany(statement, rows)

        if rows:
            await self._writer.run(op)


def _take(connection: sqlite3.Connection, place: Place, token: str) -> Custody:
    row = connection.execute(
        f"SELECT id, token, delivered, suspects_below FROM custody WHERE {_PLACE}",  # noqa: S608  # constants only
        place,
    ).fetchone()
    if row is None:
        connection.execute(
            "INSERT INTO custody (reader, topic, partition, token, delivered, suspects_below)"
            " VALUES (?, ?, ?, ?, 0, 0)",
            (*place, token),
        )
        return Custody()
    place_id, holder, delivered, suspects_below = row
    if holder != token:
        suspects_below = delivered if holder else 0
        connection.execute(
            "UPDATE custody SET token = ?, suspects_below = ? WHERE id = ?",
            (token, suspects_below, place_id),
        )
        connection.execute(
            "UPDATE custody_attempts SET deaths = deaths + 1, running = 0"
            " WHERE place_id = ? AND running",
            (place_id,),
        )
    deaths = connection.execute(
        "SELECT offset, deaths FROM custody_attempts WHERE place_id = ? AND deaths", (place_id,)
    )
    return Custody(suspects_below, dict(deaths.fetchall()))
