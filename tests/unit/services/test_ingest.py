"""Ingest: each mail once, the source's position never ahead of the log."""

import asyncio
from email.message import EmailMessage

import pytest

from careerops.adapters.parser.inprocess import InProcessParser
from careerops.domain.email import RawEmail
from careerops.domain.errors import AlreadyRunning, ConfigurationError, Fenced, Outage
from careerops.domain.identity import digest
from careerops.domain.topics import DEAD_LETTERS, RAW_BACKFILL, RAW_INBOX
from careerops.ports.mailbox import CaughtUp
from careerops.services.source_progress import SourceProgress
from careerops.stream.deadletter import notes_of
from support.sources import WHEN, Intakes, ScriptedMailbox, Wrapped, fetched
from support.waiting import HANG_S


async def test_mails_are_published_before_the_cursor_is_committed() -> None:
    """Killed in between, they come again; the other way round they would be lost."""
    intakes = Intakes()
    mailbox = ScriptedMailbox([[fetched("a m1", "1"), fetched("b m2", "2"), CaughtUp("2")]])
    reader = intakes.reader(mailbox)
    await reader.run(follow=False)
    assert await intakes.ids(RAW_INBOX) == ["a", "b"]
    written = [call for call in intakes.calls if call in {"publish", "commit"}]
    assert written == ["publish", "commit"]
    assert await intakes.database.cursors.cursor(mailbox.name) == "2"
    progress = reader.progress
    assert (progress.published, progress.mails, progress.caught_up) == (2, 2, 1)
    assert progress.finished
    assert progress.read_bytes == len("a m1") + len("b m2")


async def test_killed_before_the_commit_it_publishes_again_and_reads_on_from_where_it_was() -> None:
    """The topic may repeat an id; nothing is missing."""
    intakes = Intakes()
    items = [fetched("a m1", "1"), CaughtUp("1")]
    mailbox = ScriptedMailbox([list(items), list(items)])
    intakes.cursors.fail["commit"] = MemoryError()
    with pytest.raises(MemoryError):
        await intakes.reader(mailbox).run(follow=False)
    assert await intakes.ids(RAW_INBOX) == ["a"]
    intakes.database.crash()
    await intakes.reader(mailbox).run(follow=False)
    assert await intakes.ids(RAW_INBOX) == ["a", "a"]
    assert [cursor for cursor, _ in mailbox.asked] == [None, None]
    keys = {record.key for record in await intakes.records(RAW_INBOX)}
    assert len(keys) == 1


async def test_a_stale_owner_publishes_nothing_more_once_it_is_told() -> None:
    """Its write is refused, and the new owner's cursor stands."""
    intakes = Intakes()
    mailbox = ScriptedMailbox([[fetched("a m1", "1"), CaughtUp("1")]])

    class TakenOver(Wrapped):
        """Another process takes the lease while we publish."""

        async def publish(self, records: object) -> None:
            await self.inner.publish(records)
            await intakes.take_over(mailbox)

    with pytest.raises(Fenced):
        await intakes.reader(mailbox, log=TakenOver(intakes.database.log, [])).run(follow=False)
    assert await intakes.database.cursors.cursor(mailbox.name) == "theirs"
    assert not await intakes.database.cursors.seen("me", ["a"])


async def test_a_source_that_another_process_reads_is_refused() -> None:
    """One reader a source."""
    intakes = Intakes()
    mailbox = ScriptedMailbox([])
    await intakes.database.cursors.acquire(mailbox.name, "another process", 60)
    with pytest.raises(AlreadyRunning):
        await intakes.reader(mailbox).run(follow=False)


async def test_the_lease_is_prolonged_while_a_source_is_followed_and_given_back_after() -> None:
    """A taken-over lease ends the reader at the next renewal."""
    intakes = Intakes()
    clock = intakes.database.clock
    forever = asyncio.Event()

    class Silent(ScriptedMailbox):
        """Has nothing, for ever."""

        async def fetch(self, cursor, known, *, follow):
            yield CaughtUp("0")
            await forever.wait()

    reader = intakes.reader(Silent([]))
    task = asyncio.create_task(reader.run(follow=True))
    await clock.advance(100)
    assert intakes.calls.count("renew") == 20
    assert reader.progress.caught_up == 1
    assert not reader.progress.finished
    await intakes.take_over(Silent([]))
    await clock.advance(11)
    with pytest.raises(Fenced):
        await asyncio.wait_for(task, HANG_S)


async def test_a_mail_that_comes_twice_is_published_once() -> None:
    """Within a batch, in a later one, and from another source of the account."""
    intakes = Intakes()
    first = ScriptedMailbox(
        [
            [fetched("a m1", "1"), fetched("a m1", "2"), CaughtUp("2")],
            [fetched("a m1", "3"), fetched("b m2", "4"), CaughtUp("4")],
        ]
    )
    reader = intakes.reader(first)
    await reader.run(follow=False)
    await reader.run(follow=False)
    assert (reader.progress.published, reader.progress.duplicates) == (2, 2)
    other = intakes.reader(ScriptedMailbox([[fetched("b m2"), CaughtUp()]], name="eml:me:folder"))
    await other.run(follow=False)
    assert other.progress.duplicates == 1
    assert await intakes.ids(RAW_INBOX) == ["a", "b"]
    foreign = ScriptedMailbox([[fetched("b m2")]], name="eml:you:folder")
    await intakes.reader(foreign, account="you").run(follow=False)
    assert await intakes.ids(RAW_INBOX) == ["a", "b", "b"]


async def test_a_source_without_positions_is_told_what_is_known() -> None:
    """Its locators are committed, and left out at the next start."""
    intakes = Intakes()
    mailbox = ScriptedMailbox([[fetched("a m1"), CaughtUp()], [CaughtUp()]])
    await intakes.reader(mailbox).run(follow=False)
    await intakes.reader(mailbox).run(follow=False)
    assert mailbox.asked[1] == (None, frozenset({"at a m1"}))


async def test_an_outage_is_waited_for_and_its_beginning_remembered() -> None:
    """It reads on from the committed cursor when the source is back."""
    intakes = Intakes()
    clock = intakes.database.clock
    down = Outage("no route", scope="mailbox:test:me")
    mailbox = ScriptedMailbox([[down], [down], [fetched("a m1", "1"), CaughtUp("1")]])
    reader = intakes.reader(mailbox)
    task = asyncio.create_task(reader.run(follow=False))
    await clock.advance(0)
    assert (reader.progress.scope, reader.progress.down_since) == ("mailbox:test:me", WHEN)
    await clock.advance(2)
    assert reader.progress.down_since == WHEN
    await clock.advance(4)
    await asyncio.wait_for(task, HANG_S)
    assert (reader.progress.scope, reader.progress.down_since) == ("", None)
    assert await intakes.ids(RAW_INBOX) == ["a"]


async def test_an_outage_in_the_middle_keeps_what_was_committed() -> None:
    """The next try asks from the last position."""
    intakes = Intakes()
    published = asyncio.Event()

    class Breaks(ScriptedMailbox):
        """Loses the connection once its first mail is committed."""

        async def fetch(self, cursor, known, *, follow):
            self.asked.append((cursor, known))
            if cursor is None:
                yield fetched("a m1", "1")
                await published.wait()
                raise Outage("lost", scope="mailbox:test:me")
            yield fetched("b m2", "2")

    mailbox = Breaks([])
    reader = intakes.reader(mailbox)
    reader.on_progress = lambda _: published.set()
    task = asyncio.create_task(reader.run(follow=False))
    await intakes.database.clock.advance(3)
    await asyncio.wait_for(task, HANG_S)
    assert [cursor for cursor, _ in mailbox.asked] == [None, "1"]
    assert await intakes.ids(RAW_INBOX) == ["a", "b"]


async def test_without_patience_an_outage_ends_it() -> None:
    """An import says so instead of waiting; the lease is given back."""
    intakes = Intakes()
    mailbox = ScriptedMailbox([[Outage("no route", scope="mailbox:test:me")]])
    with pytest.raises(Outage):
        await intakes.reader(mailbox).run(follow=False, patient=False)
    await intakes.database.cursors.acquire(mailbox.name, "another process", 60)


async def test_a_refusal_of_the_only_mailbox_is_not_waited_for() -> None:
    """Nobody else is read, and what was configured just now can be corrected just now."""
    mailbox = ScriptedMailbox([[ConfigurationError("mailbox[0]: the login is refused")]])
    with pytest.raises(ConfigurationError):
        await Intakes().reader(mailbox).run(follow=False)


async def test_batches_are_bounded_in_mails_and_in_bytes() -> None:
    """Whatever a source has at once."""
    intakes = Intakes()
    many = [fetched(f"e{n} m{n}", str(n)) for n in range(450)]
    await intakes.reader(ScriptedMailbox([[*many, CaughtUp("450")]])).run(follow=False)
    assert sum(intakes.parser.batches) == 450
    assert max(intakes.parser.batches) == 200
    assert await intakes.ids(RAW_INBOX) == [f"e{n}" for n in range(450)]
    intakes.parser.batches.clear()
    large = [fetched(f"x{n} m{n} {'r' * 1024 * 1024}", str(n)) for n in range(9)]
    await intakes.reader(ScriptedMailbox([large], name="eml:me:large")).run(follow=False)
    assert max(intakes.parser.batches) == 4


async def test_an_empty_source_commits_nothing_and_is_caught_up() -> None:
    """Without a position there is nothing to say."""
    intakes = Intakes()
    seen: list[SourceProgress] = []
    reader = intakes.reader(ScriptedMailbox([[CaughtUp()]]))
    reader.on_progress = seen.append
    await reader.run(follow=False)
    assert reader.progress.caught_up == 1
    assert "commit" not in intakes.calls
    assert seen[-1] is reader.progress


async def test_history_goes_to_its_own_topic_and_live_mail_to_the_live_one() -> None:
    """As each mail says."""
    intakes = Intakes()
    mails = [fetched("old m1", "1", backfill=True), fetched("new m2", "2")]
    await intakes.reader(ScriptedMailbox([mails])).run(follow=False)
    assert await intakes.ids(RAW_BACKFILL) == ["old"]
    assert await intakes.ids(RAW_INBOX) == ["new"]
    (record,) = await intakes.records(RAW_BACKFILL)
    assert RawEmail.model_validate_json(record.value).backfill


@pytest.mark.parametrize("topic", [RAW_INBOX, RAW_BACKFILL])
async def test_an_import_decides_for_all_its_mails(topic: str) -> None:
    """`--notify` makes them live, without it they are history."""
    intakes = Intakes()
    mails = [fetched("a m1", "1", backfill=True), fetched("b m2", "2"), fetched("! x", "3")]
    await intakes.reader(ScriptedMailbox([mails]), topic=topic).run(follow=False)
    assert await intakes.ids(topic) == ["a", "b"]
    values = [RawEmail.model_validate_json(each.value) for each in await intakes.records(topic)]
    assert {value.backfill for value in values} == {topic == RAW_BACKFILL}
    (letter,) = await intakes.records(DEAD_LETTERS)
    assert notes_of(letter.headers)["backfill"] == ("yes" if topic == RAW_BACKFILL else "no")


async def test_a_mail_that_cannot_be_parsed_is_a_dead_letter_and_the_others_go_on() -> None:
    """Once, with what a person needs to find it, and nothing of what is in it but its bytes."""
    intakes = Intakes()
    mails = [fetched("! x", "1"), fetched("a m1", "2"), fetched("? planted", "3")]
    mailbox = ScriptedMailbox([mails, list(mails)])
    reader = intakes.reader(mailbox)
    await reader.run(follow=False)
    await reader.run(follow=False)
    assert await intakes.ids(RAW_INBOX) == ["a"]
    assert (reader.progress.dead, reader.progress.duplicates) == (2, 3)
    unparsable, broken = await intakes.records(DEAD_LETTERS)
    notes = notes_of(unparsable.headers)
    assert unparsable.value == b"! x"
    assert (notes["stage"], notes["reason"]) == ("ingest", "unparsable")
    assert notes["explanation"] == "the mail is no mail"
    assert (notes["locator"], notes["size"], notes["whole"]) == ("at ! x", "3", "yes")
    assert dict(unparsable.headers)["ce_id"].decode() == digest("unparsed", "me", notes["sha256"])
    notes = notes_of(broken.headers)
    assert notes["reason"] == "parser_error"
    assert "explanation" not in notes
    assert "planted" not in notes["frames"]


async def test_a_real_mail_goes_through_the_real_parser() -> None:
    """Ids, thread and envelope of what is published fit together."""
    mail = EmailMessage()
    mail["From"] = "Acme <jobs@acme.example>"
    mail["Message-ID"] = "<m1@acme.example>"
    mail["Subject"] = "Your interview"
    mail.set_content("Please join us.")
    raw = mail.as_bytes()
    intakes = Intakes(parser=InProcessParser())
    item = fetched("x", "1", received_at=WHEN, labels=("INBOX",))
    item = type(item)(raw, len(raw), "INBOX;uid=1", "1", WHEN, ("INBOX",))
    await intakes.reader(ScriptedMailbox([[item, CaughtUp("1")]])).run(follow=False)
    (record,) = await intakes.records(RAW_INBOX)
    email = RawEmail.model_validate_json(record.value)
    headers = dict(record.headers)
    assert headers["ce_id"].decode() == email.event_id
    assert headers["traceparent"].startswith(b"00-")
    assert record.key == email.thread_key
    assert (email.subject, email.source, email.labels) == ("Your interview", "test", ("INBOX",))
    assert email.provider_id == "INBOX;uid=1"


async def test_who_stands_by_waits_for_the_reader_and_for_the_store() -> None:
    """Taken, then out, then free: it reads. Who does not stand by says so."""
    intakes = Intakes()
    clock = intakes.database.clock
    mailbox = ScriptedMailbox([[fetched("a m1"), CaughtUp()]])
    held = await intakes.database.cursors.acquire(mailbox.name, "another process", 60)
    intakes.cursors.fail["acquire"] = Outage("the store cannot be reached", scope="store")
    with pytest.raises(Outage):
        await intakes.reader(mailbox).acquire()
    with pytest.raises(AlreadyRunning):
        await intakes.reader(mailbox).acquire()
    task = asyncio.create_task(intakes.reader(mailbox, stand_by=True).run(follow=False))
    await clock.advance(4)
    intakes.cursors.fail["acquire"] = Outage("the store cannot be reached", scope="store")
    await clock.advance(4)
    assert not task.done()
    await intakes.database.cursors.release(held)
    await clock.advance(4)
    await asyncio.wait_for(task, HANG_S)
    assert await intakes.ids(RAW_INBOX) == ["a"]
