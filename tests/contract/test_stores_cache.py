"""The contract of `Cache`, on every adapter."""

from datetime import UTC, datetime, timedelta

from careerops.adapters.memory.cache import MAX_ENTRIES as MEMORY_ENTRIES
from careerops.adapters.postgres import cache as postgres_cache
from careerops.adapters.sqlite.cache import MAX_ENTRIES, MAX_VALUE_BYTES

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def test_a_value_is_kept_until_it_expires(database) -> None:
    """And no moment longer."""
    await database.cache.put("a", b"\x00\xff", NOW + HOUR)
    assert await database.cache.get("a", NOW) == b"\x00\xff"
    assert await database.cache.get("a", NOW + HOUR) is None
    assert await database.cache.get("b", NOW) is None


async def test_the_last_writer_wins(database) -> None:
    """Value and expiry."""
    await database.cache.put("a", b"1", NOW + HOUR)
    await database.cache.put("a", b"2", NOW + 2 * HOUR)
    assert await database.cache.get("a", NOW + HOUR) == b"2"


async def test_the_cache_is_bounded(database) -> None:
    """What expires first is forgotten first."""
    assert MAX_ENTRIES == MEMORY_ENTRIES == postgres_cache.MAX_ENTRIES
    for number in range(MAX_ENTRIES + 2):
        await database.cache.put(str(number), b"v", NOW + HOUR - timedelta(seconds=number))
    kept = [
        number for number in range(MAX_ENTRIES + 2) if await database.cache.get(str(number), NOW)
    ]
    assert kept == list(range(MAX_ENTRIES))


async def test_a_value_too_large_is_not_kept(database) -> None:
    """Neither is the older one, which it would have replaced."""
    await database.cache.put("a", b"old", NOW + HOUR)
    await database.cache.put("a", b"x" * (MAX_VALUE_BYTES + 1), NOW + HOUR)
    assert await database.cache.get("a", NOW) is None
