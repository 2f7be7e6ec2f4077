"""Own mails: known by what nobody else can make or claim, and never asked a model about."""

import pytest

from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain.career import Classification
from careerops.domain.email import AuthResults, RawEmail, Sender
from careerops.domain.errors import Outage
from careerops.domain.taxonomy import EventType
from careerops.mail.ownmark import make_mark
from careerops.ops.installation import InstallationKey
from careerops.services.own import OURS, SENT, WRITTEN, OwnMails, OwnMailsFirst, normal_address
from support.adapters import mail

ME = "robin@example.com"
OFFICE = "careers@uni.example"


def sent_by(address: str, **fields: object) -> RawEmail:
    """A mail from `address`."""
    sender = Sender(name="R", address=address, domain=address.rpartition("@")[2].lower())
    return mail(sender=sender, **fields)


def own(documents: MemoryDocuments | None = None) -> OwnMails:
    """Account `me` is watched by its address; an office tells it."""
    key = InstallationKey(documents or MemoryDocuments())
    return OwnMails({"me": frozenset({ME})}, frozenset({OFFICE}), key)


async def genuine(documents: MemoryDocuments) -> str:
    """A mark of this installation."""
    return make_mark("n1", await InstallationKey(documents).get())


async def test_a_genuine_mark_is_ours_whoever_passes_it_on() -> None:
    """The sender may be anybody by then, and fail every check."""
    documents = MemoryDocuments()
    marks = ("careerops-" + "0" * 20 + "-" + "1" * 24, await genuine(documents))
    failed = AuthResults(dmarc="fail")
    came = sent_by("else@far.example", own_marks=marks, auth=failed)
    assert await own(documents).reason(came) == OURS


async def test_a_strangers_mark_hides_nothing() -> None:
    """Copied from another installation, or made up: the mail is read as ever."""
    foreign = await genuine(MemoryDocuments())
    assert await own().reason(sent_by("jobs@acme.example", own_marks=(foreign,))) == ""


@pytest.mark.parametrize(
    ("auth", "reason"), [(AuthResults(), OURS), (AuthResults(dmarc="fail"), "")]
)
async def test_a_mark_of_a_lost_key_counts_from_our_own_sender(
    auth: AuthResults, reason: str
) -> None:
    """After a database was lost; but not where the server says that it is somebody else."""
    foreign = await genuine(MemoryDocuments())
    assert await own().reason(sent_by(OFFICE, own_marks=(foreign,), auth=auth)) == reason


async def test_a_person_at_the_sending_address_is_not_a_notification() -> None:
    """An office tells by an address from which people write, too."""
    assert await own().reason(sent_by(OFFICE)) == ""


@pytest.mark.parametrize(
    "address", [ME, "Robin@Example.COM", "robin+jobs@example.com", " robin@example.com "]
)
async def test_what_the_person_wrote_is_context(address: str) -> None:
    """In any spelling of the address."""
    assert await own().reason(sent_by(address)) == WRITTEN


@pytest.mark.parametrize(
    ("auth", "is_own"),
    [
        (AuthResults(), True),
        (AuthResults(spf="pass", dkim="pass", dmarc="pass"), True),
        (AuthResults(spf="none", dmarc="none"), True),
        (AuthResults(dmarc="fail"), False),
        (AuthResults(spf="softfail"), False),
        (AuthResults(spf="fail", dkim="fail", dmarc="none"), False),
    ],
)
async def test_who_claims_the_address_and_fails_the_checks_is_read_like_anybody(
    auth: AuthResults, *, is_own: bool
) -> None:
    """It may be a trap, which the classifiers warn of; what is in doubt is not hidden."""
    assert bool(await own().reason(sent_by(ME, auth=auth))) is is_own


async def test_another_accounts_address_is_not_ours() -> None:
    """Two people of one installation write to each other."""
    assert await own().reason(sent_by(ME, account="bob")) == ""


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (("Sent",), SENT),
        (("[Gmail]/Sent Mail",), SENT),
        (("INBOX.Gesendet",), SENT),
        (("Éléments envoyés",), SENT),
        (("INBOX",), ""),
        (("Absentees",), ""),
        (("Sent/Old applications",), ""),
        (("Not Sent",), ""),
        (("",), ""),
    ],
)
async def test_a_folder_of_sent_mail_holds_what_the_person_wrote(
    labels: tuple[str, ...], reason: str
) -> None:
    """Also from addresses nobody told us of."""
    assert await own().reason(sent_by("alias@example.net", labels=labels)) == reason


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Robin.Vale+x@GoogleMail.com", "robinvale@gmail.com"),
        ("robin.vale@example.com", "robin.vale@example.com"),
        ("robin", ""),
        ("@example.com", ""),
        ("+tag@example.com", ""),
        ("robin@", ""),
        ("", ""),
        ("two words@example.com", ""),
    ],
)
def test_addresses_are_compared_by_the_mailbox_that_they_reach(text: str, normal: str) -> None:
    """A user name that is no address reaches none."""
    assert normal_address(text) == normal


class Asked:
    """A classifier that counts who asks."""

    name = "asked"
    count = closed = 0

    async def classify(self, mail: RawEmail) -> Classification:
        """An offer."""
        self.count += 1
        return Classification(event_type=EventType.OFFER, confidence=0.9)

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """None."""
        self.count += 1
        return None

    async def close(self) -> None:
        """Count."""
        self.closed += 1


async def test_nobody_is_asked_about_an_own_mail() -> None:
    """A model would be paid for it, and the answer could only be wrong."""
    asked = Asked()
    first = OwnMailsFirst(own(), asked)
    for answer in (await first.classify(sent_by(ME)), await first.degrade(sent_by(ME), "down")):
        assert answer is not None
        assert (answer.event_type, answer.provider) == (EventType.OTHER, "own")
        assert answer.summary == WRITTEN
    assert asked.count == 0
    theirs = sent_by("jobs@acme.example")
    assert (await first.classify(theirs)).event_type is EventType.OFFER
    assert await first.degrade(theirs, "down") is None
    assert (asked.count, first.name) == (2, "asked")
    await first.close()
    assert asked.closed == 1


class Gone(MemoryDocuments):
    """A store that is out."""

    async def change(self, key: str, change: object) -> object:  # type: ignore[override]  # it never answers
        """Never."""
        raise Outage("the store is out", scope="store")


async def test_without_the_store_a_marked_mail_waits_and_others_do_not() -> None:
    """Nobody knows yet whether it is ours."""
    with pytest.raises(Outage):
        await own(Gone()).reason(sent_by("x@far.example", own_marks=("careerops-0-0",)))
    assert await own(Gone()).reason(sent_by("x@far.example")) == ""


async def test_the_key_is_made_once_for_all_processes_of_a_store() -> None:
    """The first one wins, also of two at once."""
    documents = MemoryDocuments()
    keys = {await InstallationKey(documents).get() for _ in range(3)}
    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert await InstallationKey(MemoryDocuments()).get() != await InstallationKey(documents).get()
