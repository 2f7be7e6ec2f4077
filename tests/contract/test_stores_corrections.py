"""The contract of `CorrectionStore`, on every adapter."""

from datetime import UTC, datetime, timedelta

from careerops.domain.taxonomy import EventType
from careerops.ports.corrections import Correction

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def correction(event: str, revision: int, account: str = "me", hours: int = 0) -> Correction:
    """Somebody found an interview."""
    at = NOW + timedelta(hours=hours)
    return Correction(event, account, EventType.OTHER, EventType.INTERVIEW, revision, at)


async def test_corrections_are_kept_oldest_first(world, database) -> None:
    """Of everybody or of one account, also after the process was killed."""
    second, first, other = (
        correction("a", 2, hours=2),
        correction("a", 1),
        correction("b", 1, "ann", 1),
    )
    for one in (second, first, other):
        await database.corrections.add(one)
    await world.crash(database)
    database = await world.open()
    assert list(await database.corrections.all()) == [first, other, second]
    assert list(await database.corrections.all("ann")) == [other]
    assert list(await database.corrections.all("nobody")) == []


async def test_adding_a_correction_again_changes_nothing(database) -> None:
    """The same event and revision is the same correction."""
    await database.corrections.add(correction("a", 1))
    await database.corrections.add(correction("a", 1, hours=5))
    assert list(await database.corrections.all()) == [correction("a", 1)]
