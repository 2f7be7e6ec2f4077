"""Experiments in the store: one runs at a time, all processes see it, nothing is counted twice."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain.errors import CareerOpsError
from careerops.domain.taxonomy import EventType
from careerops.llm.experiments.book import LIST, MAX_KEPT, PREFIX, ExperimentBook, Place, Seen
from careerops.llm.experiments.definition import Experiment, Variant, new_experiment
from careerops.llm.experiments.tally import Observation

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEEN = Seen("c" * 16, Observation("e" * 64, EventType.OFFER, 1.0))


def experiment(name: str = "smaller", salt: str = "0" * 16) -> Experiment:
    """A champion and a shadow."""
    variants = (
        Variant(name="champion", champion=True, weight=1),
        Variant(name="shadow", part="rules", shadow=True, weight=1),
    )
    return new_experiment(name, variants, salt=salt, at=AT)


async def test_what_one_process_starts_and_stops_the_others_see() -> None:
    """It is in the store that they share."""
    documents = MemoryDocuments()
    mine, theirs = ExperimentBook(documents), ExperimentBook(documents)
    assert await theirs.running() is None
    await mine.start(experiment())
    assert await theirs.running() == experiment()
    end = AT + timedelta(days=7)
    stopped = await theirs.stop(end)
    assert stopped == experiment().model_copy(update={"stopped_at": end})
    assert await mine.running() is None
    assert await mine.kept() == [stopped]
    assert await mine.stop(end) is None


async def test_one_runs_at_a_time_and_a_name_is_used_once() -> None:
    """Each refusal is one line that says what to do."""
    book = ExperimentBook(MemoryDocuments())
    await book.start(experiment())
    with pytest.raises(CareerOpsError, match=r"smaller is running: careerops experiment stop"):
        await book.start(experiment("other"))
    await book.stop(AT)
    with pytest.raises(CareerOpsError, match="was an experiment smaller: choose another name"):
        await book.start(experiment(salt="1" * 16))
    await book.start(experiment("other", salt="2" * 16))
    assert [each.name for each in await book.kept()] == ["smaller", "other"]


async def test_the_oldest_are_forgotten_with_all_that_was_seen_in_them() -> None:
    """Ten are kept."""
    documents = MemoryDocuments()
    book = ExperimentBook(documents)
    for number in range(MAX_KEPT + 2):
        salt = f"{number:016x}"
        await book.start(experiment(f"x{number}", salt))
        await book.write(Place(salt, "shadow", number % 16), [SEEN])
        await book.stop(AT)
    assert [each.name for each in await book.kept()] == [f"x{n}" for n in range(2, MAX_KEPT + 2)]
    assert len(await documents.read(PREFIX)) == MAX_KEPT


async def test_what_is_seen_adds_up_by_variant() -> None:
    """Over shards and processes; busy shadows too."""
    documents = MemoryDocuments()
    books = [ExperimentBook(documents) for _ in range(3)]
    known = experiment()
    places = [Place(known.id, "shadow", shard) for shard in (0, 10, 15)]
    await asyncio.gather(
        *(book.write(place, [SEEN, Seen("d", None)]) for book in books for place in places)
    )
    seen = await books[0].seen(known)
    assert set(seen) == {"champion", "shadow"}
    assert seen["champion"].tally.mails == 0
    tally = seen["shadow"].tally
    assert (tally.mails, tally.skipped, tally.conversations) == (9, 9, 3)


async def test_documents_of_unknown_variants_and_other_experiments_are_left_out() -> None:
    """Whatever stands beside."""
    book = ExperimentBook(MemoryDocuments())
    await book.write(Place("0" * 16, "nobody", 1), [SEEN])
    await book.write(Place("1" * 16, "shadow", 1), [SEEN])
    seen = await book.seen(experiment())
    assert [shard.tally.mails for shard in seen.values()] == [0, 0]


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"a": 1}', b"7", b'[{"id": "x"}]'])
async def test_a_damaged_list_is_an_empty_one(damage: bytes) -> None:
    """Mails are answered as configured."""
    documents = MemoryDocuments()
    await documents.change(LIST, lambda _: (damage, None))
    assert await ExperimentBook(documents).running() is None
