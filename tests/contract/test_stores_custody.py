"""The contract of `CustodyStore`, on every adapter."""

from careerops.ports.custody import Custody, Place

PLACE = Place("careerops.classify", "raw_inbox_stream", 0)
OTHERS = [
    PLACE._replace(group="careerops.research"),
    PLACE._replace(topic="raw_inbox_backfill"),
    PLACE._replace(partition=1),
]


async def taken(database, token: str) -> Custody:
    """What the next holder is told about the place."""
    return (await database.custody.take([PLACE], token))[PLACE]


async def test_a_place_never_held_has_no_suspects(database) -> None:
    """Nor has anybody died at it; asking for no place says nothing."""
    places = [PLACE, *OTHERS]
    assert await database.custody.take(places, "t1") == dict.fromkeys(places, Custody())
    assert await database.custody.take([], "t1") == {}


async def test_what_was_delivered_before_an_unclean_end_is_suspect(world, database) -> None:
    """Below the highest mark, which is durable; what was never handed over is not."""
    await database.custody.take([PLACE, *OTHERS], "t1")
    await database.custody.deliver("t1", {PLACE: 20, OTHERS[0]: 7})
    await database.custody.deliver("t1", {PLACE: 12})
    await database.custody.deliver("t1", {})
    await world.crash(database)
    database = await world.open()
    expected = dict.fromkeys([PLACE, *OTHERS], Custody())
    expected |= {PLACE: Custody(20), OTHERS[0]: Custody(7)}
    assert await database.custody.take([PLACE, *OTHERS], "t2") == expected


async def test_a_clean_end_leaves_no_suspects(world, database) -> None:
    """Of the places given back; the others are as after a crash."""
    await database.custody.take([PLACE, OTHERS[0]], "t1")
    await database.custody.deliver("t1", {PLACE: 20, OTHERS[0]: 7})
    await database.custody.attempt("t1", PLACE, 11)
    await database.custody.give_back("t1", [PLACE])
    await database.custody.give_back("t1", [])
    await world.crash(database)
    database = await world.open()
    found = await database.custody.take([PLACE, OTHERS[0]], "t2")
    assert found == {PLACE: Custody(), OTHERS[0]: Custody(7)}


async def test_suspects_stay_until_somebody_ends_cleanly(database) -> None:
    """A holder that dies before it was handed anything has cleared nobody."""
    await taken(database, "t1")
    await database.custody.deliver("t1", {PLACE: 20})
    assert await taken(database, "t2") == Custody(20)
    await database.custody.deliver("t2", {PLACE: 3})
    assert await taken(database, "t3") == Custody(20)
    await database.custody.give_back("t3", [PLACE])
    assert await taken(database, "t4") == Custody()
    assert await taken(database, "t5") == Custody()


async def test_an_attempt_without_a_clean_end_is_a_death(world, database) -> None:
    """Counted up by every holder that dies at it, apart by place and record."""
    await database.custody.take([PLACE, *OTHERS], "t1")
    await database.custody.attempt("t1", PLACE, 11)
    await database.custody.attempt("t1", PLACE, 11)
    await database.custody.attempt("t1", OTHERS[0], 12)
    await world.crash(database)
    database = await world.open()
    found = await database.custody.take([PLACE, *OTHERS], "t2")
    assert [found[place].deaths for place in (PLACE, *OTHERS)] == [{11: 1}, {12: 1}, {}, {}]
    await database.custody.attempt("t2", PLACE, 11)
    await database.custody.attempt("t2", PLACE, 13)
    await world.crash(database)
    database = await world.open()
    assert (await taken(database, "t3")).deaths == {11: 2, 13: 1}
    assert (await taken(database, "t4")).deaths == {11: 2, 13: 1}


async def test_what_waits_when_its_holder_dies_is_not_to_blame(world, database) -> None:
    """Again and again: only what ran at the death counts, and earlier deaths stay counted."""
    await database.custody.take([PLACE, *OTHERS], "t0")
    for number in range(4):
        token = f"t{number}"
        for offset in (11, 12):
            await database.custody.attempt(token, PLACE, offset)
        await database.custody.attempt(token, OTHERS[0], 11)
        await database.custody.rest(token, PLACE, 11)
        await database.custody.rest(token, PLACE, 99)
        await world.crash(database)
        database = await world.open()
        found = await database.custody.take([PLACE, *OTHERS], f"t{number + 1}")
        assert found[PLACE].deaths == {12: number + 1}
        assert found[OTHERS[0]].deaths == {11: number + 1}
    await database.custody.attempt("t4", PLACE, 12)
    await database.custody.rest("t4", PLACE, 12)
    await database.custody.attempt("t4", PLACE, 12)
    await database.custody.rest("t4", OTHERS[1], 12)
    await world.crash(database)
    database = await world.open()
    assert (await taken(database, "t5")).deaths == {12: 5}


async def test_deaths_outlive_a_clean_end(database) -> None:
    """But what was under way then is none."""
    await taken(database, "t1")
    await database.custody.attempt("t1", PLACE, 11)
    await taken(database, "t2")
    await database.custody.attempt("t2", PLACE, 11)
    await database.custody.attempt("t2", PLACE, 12)
    await database.custody.give_back("t2", [PLACE])
    assert await taken(database, "t3") == Custody(0, {11: 1})


async def test_settled_records_are_forgotten(database) -> None:
    """Those that are named, at the place that is named, tried or not."""
    await database.custody.take([PLACE, OTHERS[0]], "t1")
    for offset in (11, 12):
        await database.custody.attempt("t1", PLACE, offset)
        await database.custody.attempt("t1", OTHERS[0], offset)
    await database.custody.take([PLACE, OTHERS[0]], "t2")
    await database.custody.attempt("t2", PLACE, 12)
    await database.custody.attempt("t2", PLACE, 13)
    await database.custody.forget("t2", {PLACE: [11, 13, 99], OTHERS[0]: []})
    await database.custody.forget("t2", {})
    found = await database.custody.take([PLACE, OTHERS[0]], "t3")
    assert found == {PLACE: Custody(0, {12: 2}), OTHERS[0]: Custody(0, {11: 1, 12: 1})}


async def test_taking_again_under_the_same_token_says_the_same(database) -> None:
    """A call may be repeated when its answer was lost: nobody died in between."""
    await taken(database, "t1")
    await database.custody.deliver("t1", {PLACE: 20})
    await database.custody.attempt("t1", PLACE, 11)
    first = await taken(database, "t2")
    await database.custody.deliver("t2", {PLACE: 30})
    await database.custody.attempt("t2", PLACE, 12)
    assert await taken(database, "t2") == first == Custody(20, {11: 1})
    assert await taken(database, "t3") == Custody(30, {11: 1, 12: 1})


async def test_who_lost_a_place_is_not_listened_to(database) -> None:
    """Whatever it says about it; about what it still holds it is."""
    await database.custody.take([PLACE, OTHERS[0]], "t1")
    await database.custody.deliver("t1", {PLACE: 5})
    await database.custody.attempt("t1", PLACE, 3)
    assert await taken(database, "t2") == Custody(5, {3: 1})
    await database.custody.deliver("t1", {PLACE: 50, OTHERS[0]: 7})
    await database.custody.attempt("t1", PLACE, 4)
    await database.custody.forget("t1", {PLACE: [3]})
    await database.custody.attempt("t2", PLACE, 5)
    await database.custody.rest("t1", PLACE, 5)
    await database.custody.give_back("t1", [PLACE])
    found = await database.custody.take([PLACE, OTHERS[0]], "t3")
    assert found == {PLACE: Custody(5, {3: 1, 5: 1}), OTHERS[0]: Custody(7)}


async def test_what_was_given_back_is_nobodys(database) -> None:
    """Not even who held it last may say anything about it."""
    await taken(database, "t1")
    await database.custody.give_back("t1", [PLACE])
    for token in ("t1", "never"):
        await database.custody.deliver(token, {PLACE: 50, OTHERS[0]: 50})
        await database.custody.attempt(token, PLACE, 4)
        await database.custody.give_back(token, [PLACE, OTHERS[1]])
    assert await taken(database, "t2") == Custody()
