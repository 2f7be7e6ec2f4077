"""The contract of `Documents`, on every adapter."""

import asyncio


def plus_one(value: bytes | None) -> tuple[bytes, int]:
    """A counter."""
    number = int(value or b"0") + 1
    return b"%d" % number, number


def same(value: bytes | None) -> tuple[bytes | None, bytes | None]:
    """Only look."""
    return value, value


async def test_a_change_sees_what_the_one_before_left(database) -> None:
    """From nothing on; what the change gives reaches the caller."""
    assert await database.documents.change("a", same) is None
    assert [await database.documents.change("a", plus_one) for _ in range(3)] == [1, 2, 3]
    assert await database.documents.change("b", plus_one) == 1
    assert await database.documents.read("") == {"a": b"3", "b": b"1"}


async def test_changes_at_once_lose_none(database) -> None:
    """Each has seen the ones before it."""
    answers = await asyncio.gather(*(database.documents.change("a", plus_one) for _ in range(100)))
    assert sorted(answers) == list(range(1, 101))
    assert await database.documents.read("a") == {"a": b"100"}


async def test_none_removes(database) -> None:
    """And what is not there may be removed."""
    await database.documents.change("a", plus_one)
    for _ in range(2):
        await database.documents.change("a", lambda _: (None, None))
    assert await database.documents.read("") == {}
    assert await database.documents.change("a", plus_one) == 1


async def test_a_change_that_fails_changes_nothing(database) -> None:
    """Its error is the caller's, and nobody else's."""

    def fail(value: bytes | None) -> tuple[bytes, None]:
        raise ZeroDivisionError

    await database.documents.change("a", plus_one)
    results = await asyncio.gather(
        database.documents.change("a", plus_one),
        database.documents.change("a", fail),
        database.documents.change("b", plus_one),
        return_exceptions=True,
    )
    assert isinstance(results[1], ZeroDivisionError)
    assert [results[0], results[2]] == [2, 1]


async def test_documents_are_bytes_and_keys_any_text(database) -> None:
    """Also those that mean something in a pattern."""
    value = bytes(range(256)) * 40
    for key in ("quota:a%", "quota:ab", "quota:a_c", "quota:ü\U0001f600"):
        await database.documents.change(key, lambda _: (value, None))
    assert set(await database.documents.read("quota:a%")) == {"quota:a%"}
    assert set(await database.documents.read("quota:a_")) == {"quota:a_c"}
    found = await database.documents.read("quota:")
    assert len(found) == 4
    assert set(found.values()) == {value}
    assert await database.documents.read("none") == {}


async def test_documents_outlive_their_process(world, database) -> None:
    """Also one that was killed right after."""
    await database.documents.change("a", plus_one)
    await world.crash(database)
    database = await world.open()
    assert await database.documents.change("a", plus_one) == 2


async def test_two_lives_count_together(world, database) -> None:
    """Two processes on one store."""
    other = await world.open()
    counters = [database.documents, other.documents] * 25
    await asyncio.gather(*(each.change("a", plus_one) for each in counters))
    assert await database.documents.change("a", same) == b"50"
    await other.close()
