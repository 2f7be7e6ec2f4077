"""Conversations: a reply finds the root, whatever it quotes."""

from careerops.adapters.memory.database import MemoryDatabase
from careerops.domain.email import RawEmail
from careerops.domain.identity import digest
from careerops.ports.cursors import Intake
from careerops.ports.mailparser import ParsedMail
from careerops.services.conversations import Conversations
from support.sources import WHEN


def mail(event_id: str, message_id: str = "", *references: str) -> ParsedMail:
    """A mail that quotes `references`, oldest first."""
    return ParsedMail(RawEmail(event_id=event_id, received_at=WHEN), message_id, references)


class Store:
    """Conversations whose roots are committed, as ingest does."""

    def __init__(self, account: str = "me") -> None:
        self.database = MemoryDatabase()
        self.conversations = Conversations(self.database.cursors, account)
        self.account = account

    async def keys(self, *mails: ParsedMail) -> list[str]:
        """The thread keys of one batch."""
        keys, roots = await self.conversations.resolve(list(mails))
        lease = await self.database.cursors.acquire("source", "us", 60)
        await self.database.cursors.commit(lease, self.account, Intake(roots=roots))
        return keys


async def test_a_reply_joins_the_conversation_it_quotes() -> None:
    """By the whole list of references, or by its parent alone, in any batch."""
    store = Store()
    (root,) = await store.keys(mail("a", "m1"))
    (reply,) = await store.keys(mail("b", "m2", "m1"))
    (parent_only,) = await store.keys(mail("c", "m3", "m2"))
    assert root == reply == parent_only
    first, second = await store.keys(mail("d", "m4", "m3"), mail("e", "m5", "m4"))
    assert first == second == root


async def test_other_mails_are_other_conversations() -> None:
    """Also those without any Message-ID, and the same mail of another account."""
    store = Store()
    keys = await store.keys(mail("a", "m1"), mail("b", "m2"), mail("c"), mail("d"))
    assert len(set(keys)) == 4
    assert keys[0] not in await Store("you").keys(mail("a", "m1"))


async def test_a_reply_that_comes_before_its_root_is_of_the_same_conversation() -> None:
    """Mailboxes are read in the source's order, not in that of the conversation."""
    store = Store()
    (reply,) = await store.keys(mail("b", "m2", "m1"))
    (root,) = await store.keys(mail("a", "m1"))
    assert root == reply


async def test_two_roots_that_prove_to_be_one_conversation_go_on_as_the_older() -> None:
    """Later mails; what was published stays where it is."""
    store = Store()
    older, newer = await store.keys(mail("a", "m1"), mail("b", "m2", "lost"))
    assert older != newer
    (joined,) = await store.keys(mail("c", "m3", "m1", "m2"))
    assert joined == older
    (later,) = await store.keys(mail("d", "m4", "m3"))
    assert later == older


async def test_no_message_id_is_stored() -> None:
    """Only digests: a Message-ID may carry an address."""
    store = Store()
    _, roots = await store.conversations.resolve([mail("a", "jo@example.org", "m0@example.org")])
    assert len(roots) == 2
    assert all(len(text) == 64 for pair in roots.items() for text in pair)
    assert digest("message-id", "me", "jo@example.org") in roots


async def test_a_batch_without_any_message_id_asks_for_nothing() -> None:
    """Each is a conversation of its own, the same one when it is read again."""
    store = Store()
    assert await store.keys(mail("a")) == await store.keys(mail("a"))
