"""The contract of `Reports`, on every adapter."""

from careerops.ports.reports import MAX_REPORT_BYTES, MAX_REPORTS, Report


async def test_the_last_word_of_each_process_is_read(world, database) -> None:
    """By every process, each kind for itself, as it was said."""
    mine = world.owner
    await database.reports.leave("members", mine, b"old", 60)
    await database.reports.leave("members", mine, b"\x00\n\xff{", 60)
    await database.reports.leave("mailboxes", mine, b"", 60)
    other = await world.open()
    await other.reports.leave("members", world.owner, b"two", 60)
    found = sorted(await other.reports.read("members"), key=lambda report: report.value)
    assert found == [Report(mine, b"\x00\n\xff{"), Report(world.owner, b"two")]
    assert list(await database.reports.read("mailboxes")) == [Report(mine, b"")]
    assert list(await database.reports.read("nothing")) == []


async def test_a_report_is_forgotten_after_its_time(world, database) -> None:
    """Or when it is taken back."""
    await database.reports.leave("members", "one", b"1", 60)
    await database.reports.leave("members", "two", b"2", 90)
    await world.clock.advance(59)
    assert {each.owner for each in await database.reports.read("members")} == {"one", "two"}
    await world.clock.advance(2)
    assert [each.owner for each in await database.reports.read("members")] == ["two"]
    await database.reports.leave("members", "two", b"", 0)
    assert list(await database.reports.read("members")) == []


async def test_a_store_says_how_long_its_reports_are_to_live(database) -> None:
    """Long enough to be left again in time by a process that looks every two seconds."""
    assert 20 <= database.reports.lives_s <= 4 * 3600


async def test_a_dead_processs_report_is_passed_over(world, database) -> None:
    """Where that can be told: on this host."""
    owner = world.owner
    await database.reports.leave("members", owner, b"1", 60)
    await world.crash(database)
    database = await world.open()
    gone = [each.owner for each in await database.reports.read("members")]
    assert gone in ([], [owner] if owner.startswith("life ") else [])


async def test_reports_are_bounded(database) -> None:
    """One too large takes back the older one; no more are read than can be shown."""
    await database.reports.leave("members", "one", b"1", 60)
    await database.reports.leave("members", "one", b"x" * (MAX_REPORT_BYTES + 1), 60)
    assert list(await database.reports.read("members")) == []
    largest = b"x" * MAX_REPORT_BYTES
    await database.reports.leave("members", "one", largest, 60)
    assert list(await database.reports.read("members")) == [Report("one", largest)]
    for number in range(MAX_REPORTS + 3):
        await database.reports.leave("members", f"process {number}", b"", 60)
    assert len(await database.reports.read("members")) == MAX_REPORTS


async def test_a_shorter_report_leaves_nothing_of_a_longer_one(database) -> None:
    """Whatever bytes it is made of, blanks at its end included."""
    for value in (b"x" * 5000, b"1", b"2  \n", b"y" * 9000, b""):
        await database.reports.leave("members", "one", value, 60)
        assert [each.value for each in await database.reports.read("members")] == [value]
