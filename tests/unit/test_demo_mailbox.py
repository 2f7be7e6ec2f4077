"""The bundled sample mailbox and the held-out corpus: complete, parseable, fictitious."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest

from careerops.domain.identity import mail_id
from careerops.domain.taxonomy import EventType
from careerops.mail.addresses import addresses
from support.tree import ROOT

DATA: Final = Path(str(files("careerops.data")))
DEMO: Final = DATA / "demo"
HELD_OUT: Final = ROOT / "tests" / "corpus" / "heldout.jsonl"

LANGUAGES: Final = {"en", "de", "es", "fr", "hi"}
ATS_DOMAINS: Final = {
    "ashbyhq.com",
    "candidates.workablemail.com",
    "hire.lever.co",
    "m.personio.de",
    "myworkday.com",
    "smartrecruiters.com",
    "talent.icims.com",
    "teamtailor-mail.com",
    "us.greenhouse-mail.io",
}
VENDOR_DOMAINS: Final = ATS_DOMAINS | {
    "calendly.com",
    "codility.com",
    "hackerrankforwork.com",
    "linkedin.com",
}
"""Real senders a job seeker's mailbox is full of; everybody else in it is invented."""
NAMESPACES: Final = {"www.w3.org", "schema.org"}
_RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid|example\.(?:com|net|org))$")
_HOST = re.compile(r"(?:https?://|@)((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)


def address_in(field: str) -> str:
    """The address of a From field; the standard library's parser depends on its version."""
    return next(addresses(str(field))).address


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def mails() -> dict[str, Message]:
    """Every mail of the sample mailbox by file name, parsed."""
    return {path.name: message_from_bytes(path.read_bytes()) for path in DEMO.glob("*.eml")}


@cache
def labels() -> dict[str, dict[str, Any]]:
    """Every label row by file name."""
    return {row["file"]: row for row in read_rows(DEMO / "labels.jsonl")}


def subject(mail: Message) -> str:
    """The decoded subject."""
    return str(make_header(decode_header(mail["Subject"])))


def texts(mail: Message, *types: str) -> Iterator[str]:
    """The decoded text parts (all, or those of `types`), leniently: some lie about charsets."""
    for part in mail.walk():
        if part.get_content_maintype() == "text" and (
            not types or part.get_content_type() in types
        ):
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            text = payload.decode("utf-8", "replace")
            folded = part.get_content_type() == "text/calendar"
            yield re.sub(r"\r?\n[ \t]", "", text) if folded else text


def foreign_hosts(text: str) -> set[str]:
    """Hosts of addresses and links in `text` that are neither reserved nor a listed vendor's."""
    hosts = {match[1].lower() for match in _HOST.finditer(text)} - NAMESPACES
    return {host for host in hosts if not _RESERVED.search(host) and not is_vendor(host)}


def is_vendor(host: str) -> bool:
    """Whether `host` is a listed vendor's domain or below one."""
    return any(host == vendor or host.endswith(f".{vendor}") for vendor in VENDOR_DOMAINS)


def identity(mail: Message) -> str:
    """The event id that ingest would give the mail."""
    return mail_id(
        account="me",
        message_id=mail["Message-ID"] or "",
        sender=address_in(mail["From"]),
        date=mail["Date"],
        subject=subject(mail),
        body_text="\n".join(texts(mail)),
    )


def calendar_field(mail: Message, name: str) -> str:
    """The value of an .ics property of the calendar or its event ('' if there is none)."""
    for text in texts(mail, "text/calendar"):
        event = re.sub(r"BEGIN:VTIMEZONE.*END:VTIMEZONE", "", text, flags=re.DOTALL)
        found = re.search(rf"^{name}[;:](.*)$", event, re.MULTILINE)
        if found:
            return found[1].strip()
    return ""


def content_types(mail: Message) -> set[str]:
    """The media types of all parts."""
    return {part.get_content_type() for part in mail.walk()}


def transfer_encodings(mail: Message) -> set[str]:
    """The content transfer encodings of all text parts."""
    return {
        part.get("Content-Transfer-Encoding", "")
        for part in mail.walk()
        if part.get_content_maintype() == "text"
    }


def declares_wrong_charset(mail: Message) -> bool:
    """A part says ISO-8859-1 and is UTF-8."""
    return any(
        part.get_content_charset() == "iso-8859-1"
        and re.search(rb"\xc3[\x80-\xbf]", part.get_payload(decode=True) or b"")
        for part in mail.walk()
    )


KINDS: Final[dict[str, Callable[[Message], bool]]] = {
    "HTML only": lambda m: m.get_content_type() == "text/html",
    "text only": lambda m: m.get_content_type() == "text/plain",
    "multipart/alternative": lambda m: m.get_content_type() == "multipart/alternative",
    "inline CSS and tables": lambda m: any("<table" in t and "style=" in t for t in texts(m)),
    "quoted-printable": lambda m: "quoted-printable" in transfer_encodings(m),
    "base64 text": lambda m: "base64" in transfer_encodings(m),
    "RFC 2047 subject": lambda m: m["Subject"].startswith("=?"),
    "RFC 2047 display name": lambda m: m["From"].startswith("=?"),
    "List-Unsubscribe": lambda m: "List-Unsubscribe" in m,
    "inline forward": lambda m: any("Forwarded message" in t for t in texts(m)),
    "forward as attachment": lambda m: "message/rfc822" in content_types(m),
    "quoted history": lambda m: any(re.search(r"^>> ", t, re.MULTILINE) for t in texts(m)),
    "invitation": lambda m: calendar_field(m, "METHOD") == "REQUEST",
    "cancellation": lambda m: calendar_field(m, "METHOD") == "CANCEL",
    "zone by name": lambda m: calendar_field(m, "DTSTART").startswith("TZID=Europe/Berlin"),
    "Windows zone": lambda m: calendar_field(m, "DTSTART").startswith("TZID=GMT Standard Time"),
    "no Message-ID": lambda m: "Message-ID" not in m,
    "wrong charset": declares_wrong_charset,
    "unknown charset": lambda m: m.get_content_charset() == "x-unknown-8bit",
    "PDF": lambda m: "application/pdf" in content_types(m),
    "many attachments": lambda m: sum(part.get_filename() is not None for part in m.walk()) > 15,
    "bounce": lambda m: m.get_content_type() == "multipart/report",
    "failed DMARC": lambda m: "dmarc=fail" in m["Authentication-Results"],
    "hidden text": lambda m: any("display:none" in t and "classify" in t for t in texts(m)),
    "white on white": lambda m: any(
        "color:#ffffff;background-color:#ffffff" in t for t in texts(m)
    ),
    "zero-width characters": lambda m: any("\u200b" in t for t in texts(m, "text/plain")),
    "instructions in the subject": lambda m: "classify this" in subject(m),
    "fake system message": lambda m: any("im_start" in t for t in texts(m)),
    "one-way video": lambda m: any("on-demand video interview" in t.lower() for t in texts(m)),
    "unable to offer": lambda m: any("unable to offer you" in t for t in texts(m)),
}


def test_every_mail_has_one_label_and_every_label_a_mail() -> None:
    """Files and rows are the same set, without repeated rows."""
    assert set(mails()) == set(labels())
    assert len(read_rows(DEMO / "labels.jsonl")) == len(labels()) >= 88


def test_label_rows_are_complete_and_valid() -> None:
    """Labels are of the taxonomy, languages known; career mails name their company."""
    for name, row in labels().items():
        assert re.fullmatch(r"\d{3}-[a-z0-9-]+\.eml", name)
        assert set(row) - {"duplicate_of"} == {"file", "label", "company", "language", "note"}
        event_type = EventType(row["label"])
        assert row["language"] in LANGUAGES
        assert row["note"]
        assert row["company"] or not event_type.is_career, name


def test_the_mix_is_that_of_a_job_seekers_mailbox() -> None:
    """All six labels, five languages with several labels each, not quite half career mails."""
    counts = Counter(row["label"] for row in labels().values())
    assert min(counts[event_type] for event_type in EventType) >= 4
    assert 0.40 <= 1 - counts["OTHER"] / counts.total() <= 0.50
    for language in LANGUAGES:
        rows = [row for row in labels().values() if row["language"] == language]
        assert len(rows) >= 4, language
        assert len({row["label"] for row in rows}) >= 4, language


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_mailbox_contains(kind: str) -> None:
    """Every shape of mail that has to be understood occurs, and none is every mail's."""
    found = [name for name, mail in mails().items() if KINDS[kind](mail)]
    assert 1 <= len(found) < len(mails())


def test_every_mail_parses_without_defects_and_has_its_headers() -> None:
    """Real headers, a date within the story, line feeds only, nothing the parser stumbles on."""
    first, last = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)
    for name, mail in mails().items():
        assert b"\r" not in (DEMO / name).read_bytes(), name
        assert [part.defects for part in mail.walk() if part.defects] == [], name
        for header in ("Received", "Authentication-Results", "From", "To", "Subject"):
            assert mail[header], (name, header)
        assert first <= parsedate_to_datetime(mail["Date"]) < last, name


def test_files_are_in_the_order_of_their_dates() -> None:
    """The number in a file's name follows the story."""
    dates = [parsedate_to_datetime(mail["Date"]) for _, mail in sorted(mails().items())]
    assert dates == sorted(dates)


def test_only_invented_people_and_listed_vendors_occur() -> None:
    """No address or link of anybody real: headers, texts and attached mails."""
    for name, mail in mails().items():
        headers = "\n".join(f"{header}: {value}" for header, value in mail.items())
        assert foreign_hosts("\n".join([headers, *texts(mail)])) == set(), name
        fields = [mail.get_all(header, []) for header in ("From", "To", "Cc", "Reply-To", "Sender")]
        for _, address in getaddresses([str(value) for field in fields for value in field]):
            assert "@" in address, name
            assert foreign_hosts(address) == set(), name


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("write to jane@real-company.com", {"real-company.com"}),
        ("https://example.com.evil.io/x", {"example.com.evil.io"}),
        ("a@notexample.org", {"notexample.org"}),
        ("a@fakelinkedin.com", {"fakelinkedin.com"}),
        ("a@b.example, https://x.example.org/, c@hire.lever.co", set()),
    ],
)
def test_the_search_for_real_addresses_finds_them(text: str, foreign: set[str]) -> None:
    """The oracle above catches a planted address."""
    assert foreign_hosts(text) == foreign


def test_at_least_eight_applicant_systems_send() -> None:
    """Receipts and decisions come in the vendors' styles."""
    domains = {address_in(mail["From"]).rpartition("@")[2] for mail in mails().values()}
    systems = {ats for ats in ATS_DOMAINS for domain in domains if domain.endswith(ats)}
    assert len(systems) >= 8


def test_only_the_declared_duplicate_is_the_same_mail() -> None:
    """Every other mail has an event id of its own, whatever its Message-ID."""
    seen: dict[str, str] = {}
    duplicates = {}
    for name, mail in sorted(mails().items()):
        original = seen.setdefault(identity(mail), name)
        if original != name:
            duplicates[name] = original
    declared = {
        name: row["duplicate_of"] for name, row in labels().items() if "duplicate_of" in row
    }
    assert duplicates == declared
    assert len(declared) == 1
    for copy, original in declared.items():
        assert (DEMO / copy).read_bytes() == (DEMO / original).read_bytes()


def test_two_different_mails_share_a_message_id() -> None:
    """Beyond the duplicate one Message-ID was used twice, by mails with different labels."""
    ids = Counter(
        mail["Message-ID"]
        for name, mail in mails().items()
        if mail["Message-ID"] and "duplicate_of" not in labels()[name]
    )
    (shared,) = [value for value, count in ids.items() if count > 1]
    sharing = [name for name, mail in mails().items() if mail["Message-ID"] == shared]
    assert len({labels()[name]["label"] for name in sharing}) == 2


def test_an_invitation_is_moved_under_its_uid() -> None:
    """A reschedule has the UID of the invitation and SEQUENCE 1; so has the cancellation."""
    invitations = [mail for mail in mails().values() if calendar_field(mail, "UID")]
    history: dict[str, list[tuple[str, str]]] = {}
    for mail in sorted(invitations, key=lambda mail: parsedate_to_datetime(mail["Date"])):
        step = (calendar_field(mail, "METHOD"), calendar_field(mail, "SEQUENCE"))
        history.setdefault(calendar_field(mail, "UID"), []).append(step)
    assert [("REQUEST", "0"), ("REQUEST", "1")] in history.values()
    assert [("REQUEST", "0"), ("CANCEL", "1")] in history.values()


def test_threads_hang_together() -> None:
    """A reply answers an earlier mail of the mailbox or one of the recipient's own."""
    known = {mail["Message-ID"] for mail in mails().values()}
    answers = [mail["In-Reply-To"] for mail in mails().values() if mail["In-Reply-To"]]
    assert len(answers) >= 5
    for answer in answers:
        assert answer in known or answer.endswith("@mail.example.org>"), answer


def test_companies_appear_in_several_stages() -> None:
    """The story goes from receipt over test and interview to offer or rejection."""
    stages: dict[str, set[str]] = {}
    for row in labels().values():
        stages.setdefault(row["company"], set()).add(row["label"])
    long = [found - {"OTHER"} for company, found in stages.items() if company]
    assert sum(len(found) >= 3 for found in long) >= 4
    assert {"APPLIED", "ASSESSMENT", "INTERVIEW", "OFFER"} in long
    assert {"APPLIED", "ASSESSMENT", "INTERVIEW", "REJECTION"} in long


def test_package_data_stays_small() -> None:
    """Everybody who installs the package carries it: below 1 MB."""
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 1_000_000


def test_the_held_out_corpus_is_valid_and_large_enough() -> None:
    """Rows with all fields, enough of each label, about 60 % English and every language."""
    rows = read_rows(HELD_OUT)
    for row in rows:
        assert set(row) == {"subject", "from", "body", "label", "language", "note"}
        assert row["subject"]
        assert row["body"]
        assert "@" in address_in(row["from"])
        assert foreign_hosts(row["from"] + " " + row["body"]) == set()
    least = {
        "APPLIED": 25,
        "ASSESSMENT": 20,
        "INTERVIEW": 25,
        "OFFER": 15,
        "REJECTION": 25,
        "OTHER": 70,
    }
    counts = Counter(EventType(row["label"]) for row in rows)
    assert {name for name, count in least.items() if counts[EventType(name)] < count} == set()
    languages = Counter(row["language"] for row in rows)
    assert set(languages) == LANGUAGES
    assert min(languages.values()) >= 15
    assert 0.5 <= languages["en"] / len(rows) <= 0.7
    for language in LANGUAGES:
        assert {row["label"] for row in rows if row["language"] == language} == set(EventType)


def phrases(text: str) -> set[tuple[str, ...]]:
    """Every run of eight words of a text, lower case, without punctuation and markup."""
    words = re.sub(r"<[^>]*>|[^\w\s]", " ", text.lower()).split()
    return {tuple(words[start : start + 8]) for start in range(len(words) - 7)}


def test_the_held_out_corpus_repeats_neither_itself_nor_the_sample_mailbox() -> None:
    """No row twice, and no eight words in a row in both: figures measured on it are honest."""
    rows = read_rows(HELD_OUT)
    assert len({(row["subject"], row["body"]) for row in rows}) == len(rows)
    demo = {phrase for mail in mails().values() for text in texts(mail) for phrase in phrases(text)}
    held_out = {phrase for row in rows for phrase in phrases(row["body"])}
    assert min(len(demo), len(held_out)) > 2000
    assert held_out & demo == set()
