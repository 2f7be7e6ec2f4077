"""Addresses, dates, Message-IDs and authentication results."""

from datetime import UTC, datetime, timedelta

import pytest

from careerops.domain.email import AuthResults, RawEmail, Sender
from careerops.mail.addresses import addresses, parse_date
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParsedMail, ParseRequest

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def parse(head: str, **fields: object) -> ParsedMail:
    """The parsed mail of header lines."""
    values = {
        "raw": head.encode() + b"\n\nhello\n",
        "account": "me",
        "source": "eml",
        "locator": "1",
        "fallback_time": NOW,
    }
    return parse_mail(ParseRequest(**{**values, **fields}))  # type: ignore[arg-type]  # keywords of one test each


def parsed(head: str, **fields: object) -> RawEmail:
    """The event of header lines."""
    return parse(head, **fields).email


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("ann@example.com", "", "ann@example.com"),
        ("<ann@example.com>", "", "ann@example.com"),
        ("Ann Example <ann@example.com>", "Ann Example", "ann@example.com"),
        ('"Example, Ann" <ann@example.com>', "Example, Ann", "ann@example.com"),
        ('"Ann \\"A\\" Example" <ann@example.com>', 'Ann "A" Example', "ann@example.com"),
        ("ann@example.com (Ann Example)", "Ann Example", "ann@example.com"),
        ("=?utf-8?q?J=C3=B6rg?= <j@example.com>", "Jörg", "j@example.com"),
        ('"=?utf-8?q?J=C3=B6rg?=" <j@example.com>', "Jörg", "j@example.com"),
        ("Ann <@relay.example:ann@example.com>", "Ann", "ann@example.com"),
        ("Ann < ann@example.com >", "Ann", "ann@example.com"),
        ("Ann <ann@Example.COM>", "Ann", "ann@Example.COM"),
        ('"ceo@example.com" <evil@example.net>', "ceo@example.com", "evil@example.net"),
        ("Ann <ann>", "Ann", ""),
        ("Ann <ann@example.com", "", "ann@example.com"),
    ],
)
def test_a_mailbox_is_read(value: str, name: str, address: str) -> None:
    """The forms of RFC 5322 and their usual defects; the domain is in lower case."""
    sender = next(addresses(value))
    assert (sender.name, sender.address) == (name, address)
    assert sender.domain == address.rpartition("@")[2].lower()


def test_a_list_is_split_at_its_own_commas() -> None:
    """Not at those in quotes, and a group's name is no recipient."""
    email = parsed(
        'To: "A, B" <a@example.org>, b@example.org; team: c@example.org, d@example.org;\n'
        "Cc: b@example.org, e@example.org"
    )
    assert email.to == tuple(f"{name}@example.org" for name in "abcde")


def test_nobody_is_a_recipient_too() -> None:
    """An empty group names no address."""
    assert parsed("To: undisclosed-recipients:;").to == ()


def test_the_first_of_a_repeated_field_counts() -> None:
    """One that is appended changes nothing."""
    email = parsed("From: a@example.com\nFrom: b@example.net\nSubject: one\nSubject: two")
    assert (email.sender.address, email.subject) == ("a@example.com", "one")


def test_the_sender_field_stands_in_for_a_missing_from() -> None:
    """And a mail from nobody is one."""
    assert parsed("Sender: a@example.com").sender.address == "a@example.com"
    assert parsed("Subject: x").sender == Sender()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 3 Jun 2024 10:00:00 +0200", datetime(2024, 6, 3, 8, tzinfo=UTC)),
        ("3 Jun 2024 10:00 -0530", datetime(2024, 6, 3, 15, 30, tzinfo=UTC)),
        ("Mon, 3 Jun 2024 10:00:00 GMT", datetime(2024, 6, 3, 10, tzinfo=UTC)),
        ("Mon, 3 Jun 2024 10:00:00 +0200 (CEST)", datetime(2024, 6, 3, 8, tzinfo=UTC)),
        ("Mon, 3 June 2024 10:00:60 +0000", datetime(2024, 6, 3, 10, 0, 59, tzinfo=UTC)),
        ("3 Jun 24 10:00:00 EST", datetime(2024, 6, 3, 15, tzinfo=UTC)),
        ("Mon Jun  3 10:00:00 2024", datetime(2024, 6, 3, 10, tzinfo=UTC)),
        ("Mon, 31 Feb 2024 10:00:00 +0000", None),
        ("yesterday", None),
        ("Mon, 3 Jun 2024 10:00:00 +9999", None),
        ("", None),
    ],
)
def test_a_date_is_read(value: str, expected: datetime | None) -> None:
    """As the standard writes it, as old programs do, or not at all."""
    assert parse_date(value) == expected


RECEIVED = "Received: from a by b; Mon, 3 Jun 2024 10:00:05 +0200"
OLDER = "Received: from x by a; Mon, 3 Jun 2024 09:00:05 +0200"
DATE = "Date: Sun, 2 Jun 2024 10:00:00 +0200"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (f"{RECEIVED}\n{OLDER}\n{DATE}", datetime(2024, 6, 3, 8, 0, 5, tzinfo=UTC)),
        (f"Received: nonsense\n{RECEIVED}\n{DATE}", datetime(2024, 6, 3, 8, 0, 5, tzinfo=UTC)),
        (f"Received: a; 1 Jan 2099 00:00:00 +0000\n{DATE}", datetime(2024, 6, 2, 8, tzinfo=UTC)),
        ("Date: 1 Jan 1970 00:00:00 +0000", NOW),
        ("Date: 1 Jan 2099 00:00:00 +0000", NOW),
        ("Subject: x", NOW),
    ],
)
def test_a_mail_arrived_when_its_topmost_sane_server_says(head: str, expected: datetime) -> None:
    """Else at its Date, else now: a sender's clock in 1970 or 2099 moves nothing."""
    assert parsed(head).received_at == expected


def test_the_sources_own_time_of_arrival_goes_before_all() -> None:
    """IMAP's INTERNALDATE is not the sender's to write."""
    arrived = NOW - timedelta(days=3)
    assert parsed(f"{RECEIVED}\n{DATE}", received_at=arrived).received_at == arrived


def test_a_conversation_is_named_by_references_then_in_reply_to() -> None:
    """Oldest first, each once, whatever stands between."""
    mail = parse(
        "Message-ID: (x) <m@EXAMPLE.com>\nReferences: <a@x.test>\n <b@X.test> junk <a@x.test>\n"
        "In-Reply-To: Your mail <c@x.test>"
    )
    assert mail.message_id == mail.email.rfc822_message_id == "m@example.com"
    assert mail.references == ("a@x.test", "b@x.test", "c@x.test")


def test_references_without_brackets_are_read() -> None:
    """Old programs leave them out."""
    assert parse("In-Reply-To: a@x.test").references == ("a@x.test",)


def test_of_endless_references_the_root_and_the_newest_are_kept() -> None:
    """The root names the conversation."""
    references = parse("References: " + " ".join(f"<m{i}@x.test>" for i in range(500))).references
    assert len(references) == 100
    assert (references[0], references[-1]) == ("m0@x.test", "m499@x.test")


def test_the_id_of_a_mail_without_message_id_rests_on_its_text() -> None:
    """Two of them are not merged."""
    one, other = (parsed("Subject: x", raw=f"Subject: x\n\n{text}".encode()) for text in "ab")
    assert one.event_id != other.event_id
    assert (
        parsed("Message-ID: <a@b.test>").event_id == parsed("X: y\nMessage-ID: <a@b.test>").event_id
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            (
                "mx.example.org; dkim=pass header.i=@example.com header.s=s1; "
                "spf=pass (mx: 192.0.2.1; designates) smtp.mailfrom=a@bounce.example.com; "
                "dmarc=pass (p=REJECT sp=NONE) header.from=example.com"
            ),
            AuthResults(
                spf="pass", dkim="pass", dmarc="pass", domain="example.com", server="mx.example.org"
            ),
        ),
        (
            (
                "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.com; dkim=none (not "
                "signed) header.d=none;dmarc=fail action=none header.from=example.net;compauth=pass"
            ),
            AuthResults(spf="pass", dkim="none", dmarc="fail", domain="example.com"),
        ),
        (
            "mx.example.org 1; dkim=fail header.d=example.net; dkim=pass header.d=example.com",
            AuthResults(dkim="pass", domain="example.com", server="mx.example.org"),
        ),
        ("mx.example.org; none", AuthResults(server="mx.example.org")),
        (
            "mx.example.org; SPF=SoftFail smtp.mailfrom=x.test",
            AuthResults(spf="softfail", server="mx.example.org"),
        ),
        (
            "mx.example.org; dmarc=pass header.from=<b>",
            AuthResults(dmarc="pass", server="mx.example.org"),
        ),
        ("", AuthResults()),
        (";;;=;=", AuthResults()),
    ],
)
def test_authentication_results_are_read(value: str, expected: AuthResults) -> None:
    """As the big providers write them; a domain is authenticated only by what passed."""
    assert parsed(f"Authentication-Results: {value}").auth == expected


def test_only_the_topmost_authentication_results_count() -> None:
    """Those below may be the sender's own, and ARC's repeat what others claim."""
    head = (
        "ARC-Authentication-Results: i=1; evil.test; dmarc=pass header.from=example.com\n"
        "Authentication-Results: mx.example.org; dmarc=fail header.from=example.com\n"
        "Authentication-Results: mx.example.org; dmarc=pass header.from=example.com"
    )
    assert parsed(head).auth == AuthResults(dmarc="fail", server="mx.example.org")
