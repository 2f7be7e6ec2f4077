"""What the members of groups had in hand, for a log that keeps no such thing itself.

An attempt carries the token it was made under, so one under another token than the place's is that
of a holder that did not end cleanly. Whatever is said under a token holds the place's row: nobody
takes the place in between.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from careerops.adapters.postgres.sessions import Sessions
from careerops.ports.custody import Custody, Place

_GIVEN: Final = "unnest(%b::text[], %b::text[], %b::bigint[])"
_AT: Final = f"(reader, topic, partition) IN (SELECT * FROM {_GIVEN})"  # noqa: S608  # constants only
_TAKE: Final = f"""
INSERT INTO careerops.custody (reader, topic, partition, token, delivered, suspects_below)
SELECT place.*, %s, 0, 0 FROM {_GIVEN} AS place (reader, topic, partition)
ORDER BY reader COLLATE "C", topic COLLATE "C", partition
ON CONFLICT (reader, topic, partition) DO UPDATE
SET suspects_below = CASE custody.token WHEN '' THEN 0 ELSE custody.delivered END,
  token = excluded.token
WHERE custody.token <> excluded.token
"""  # noqa: S608  # constants only
_COUNT_DEATHS: Final = f"""
UPDATE careerops.custody_attempts SET deaths = deaths + 1, token = ''
WHERE token NOT IN ('', %s) AND place_id IN (SELECT id FROM careerops.custody WHERE {_AT})
"""  # noqa: S608  # constants only
_LEARN: Final = f"""
SELECT reader, topic, partition, suspects_below, record, deaths FROM careerops.custody
LEFT JOIN careerops.custody_attempts ON place_id = id AND deaths > 0 WHERE {_AT}
"""  # noqa: S608  # constants only
_DELIVER: Final = """
UPDATE careerops.custody SET delivered = mark
FROM unnest(%b::text[], %b::text[], %b::bigint[], %b::bigint[]) AS given (r, t, p, mark)
WHERE reader = r AND topic = t AND partition = p AND token = %s AND delivered < mark
"""
_ATTEMPT: Final = """
INSERT INTO careerops.custody_attempts (place_id, record, token, deaths)
SELECT id, %s, token, 0 FROM (
  SELECT id, token FROM careerops.custody
  WHERE reader = %s AND topic = %s AND partition = %s AND token = %s FOR SHARE
) AS held
ON CONFLICT (place_id, record) DO UPDATE SET token = excluded.token
"""
_REST: Final = """
WITH held AS (
  SELECT id FROM careerops.custody
  WHERE reader = %s AND topic = %s AND partition = %s AND token = %s FOR SHARE
)
UPDATE careerops.custody_attempts SET token = '' FROM held
WHERE place_id = held.id AND record = %s AND careerops.custody_attempts.token = %s
"""
_FORGET: Final = """
WITH given AS (
  SELECT * FROM unnest(%b::text[], %b::text[], %b::bigint[], %b::bigint[])
  AS given (reader, topic, partition, record)
), held AS (
  SELECT id, reader, topic, partition FROM careerops.custody
  WHERE token = %s AND (reader, topic, partition) IN (SELECT reader, topic, partition FROM given)
  FOR SHARE
)
DELETE FROM careerops.custody_attempts AS attempt USING held JOIN given
USING (reader, topic, partition)
WHERE attempt.place_id = held.id AND attempt.record = given.record
"""
_GIVE_BACK: Final = f"""
WITH held AS (
  UPDATE careerops.custody SET token = '', delivered = 0 WHERE token = %s AND {_AT} RETURNING id
), nothing AS (
  DELETE FROM careerops.custody_attempts USING held WHERE place_id = held.id AND deaths = 0
)
UPDATE careerops.custody_attempts SET token = '' FROM held WHERE place_id = held.id AND deaths > 0
"""  # noqa: S608  # constants only


class PostgresCustody:
    """`CustodyStore` on PostgreSQL."""

    def __init__(self, sessions: Sessions) -> None:
        """Share the database's connections."""
        self._sessions = sessions.scoped("log")

    async def take(self, places: Sequence[Place], token: str) -> dict[Place, Custody]:
        """Hold `places` under `token` from now on, and learn how the holder before ended.

        Raises:
            Outage: the server cannot be used now (scope `log`), as for every method here.
        """
        if not places:
            return {}
        named = _columns(set(places))
        rows = await self._sessions.together(
            [
                (_TAKE, (token, *named)),
                (_COUNT_DEATHS, (token, *named)),
                (_LEARN, named),
            ]
        )
        suspects: dict[Place, int] = {}
        deaths: dict[Place, dict[int, int]] = {place: {} for place in places}
        for *name, below, record, number in rows:
            place = Place(*name)
            suspects[place] = below
            if record is not None:
                deaths[place][record] = number
        return {place: Custody(suspects[place], deaths[place]) for place in places}

    async def deliver(self, token: str, below: Mapping[Place, int]) -> None:
        """Everything below these offsets may be handed over from now on; marks never go back."""
        if below:
            marks = [(*place, mark) for place, mark in below.items()]
            await self._sessions.changed(_DELIVER, (*_columns(marks), token))

    async def attempt(self, token: str, place: Place, offset: int) -> None:
        """The record at `offset` is about to run alone."""
        await self._sessions.changed(_ATTEMPT, (offset, *place, token))

    async def rest(self, token: str, place: Place, offset: int) -> None:
        """The record at `offset` does not run now, and is not settled."""
        await self._sessions.changed(_REST, (*place, token, offset, token))

    async def forget(self, token: str, offsets: Mapping[Place, Sequence[int]]) -> None:
        """These records are settled: their attempts and deaths mean nothing any more."""
        records = [(*place, record) for place, settled in offsets.items() for record in settled]
        if records:
            await self._sessions.changed(_FORGET, (*_columns(records), token))

    async def give_back(self, token: str, places: Sequence[Place]) -> None:
        """A clean end: the next holder has no suspects, and what was being tried is no death."""
        if places:
            await self._sessions.changed(_GIVE_BACK, (token, *_columns(places)))


def _columns(rows: Sequence[tuple[Any, ...]] | set[Place]) -> tuple[list[Any], ...]:
    """One array a column: any number of rows is one statement's values."""
    return tuple(list(column) for column in zip(*rows, strict=True))
