"""Which parts of a mail are its text, and what becomes of the others."""

from datetime import UTC, datetime

import pytest

from careerops.domain.email import Attachment, MarkKind, RawEmail
from careerops.mail.mime import content_type
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PLAIN = "Content-Type: text/plain\n\nplain words\n"
HTML = "Content-Type: text/html\n\n<p>html words</p>\n"
INNER = (
    "From: Bob <b@example.com>\nSubject: Offer\nDate: Mon, 3 Jun 2024 10:00:00 +0200\n\nWe offer.\n"
)


def parsed(raw: str) -> RawEmail:
    """The event of a mail."""
    request = ParseRequest(
        raw=raw.encode(), account="me", source="eml", locator="1", fallback_time=NOW
    )
    return parse_mail(request).email


def multipart(kind: str, *parts: str, boundary: str = "x", closed: bool = True) -> str:
    """A multipart and its Content-Type."""
    joined = "".join(f"--{boundary}\n{part}\n" for part in parts)
    end = f"--{boundary}--\n" if closed else ""
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{joined}{end}'


@pytest.mark.parametrize("parts", [(PLAIN, HTML), (HTML, PLAIN)])
def test_plain_text_is_preferred_in_either_order(parts: tuple[str, str]) -> None:
    """Senders do not agree on the order."""
    assert parsed(multipart("alternative", *parts)).body_text == "plain words"


@pytest.mark.parametrize(
    "stub",
    [
        "",
        " \n ",
        "Your email client does not support HTML.",
        "View this email in your browser: http://x.test",
        "Bitte im Browser ansehen",
        "This message is in HTML.",
    ],
)
def test_html_is_read_where_the_plain_text_says_nothing(stub: str) -> None:
    """A note for old programs is not the mail."""
    plain = f"Content-Type: text/plain\n\n{stub}\n"
    assert parsed(multipart("alternative", plain, HTML)).body_text == "html words"


def test_a_stub_is_kept_where_there_is_nothing_better() -> None:
    """An empty HTML part does not win."""
    plain = "Content-Type: text/plain\n\nView this in your browser\n"
    empty = "Content-Type: text/html\n\n<p> </p>\n"
    assert parsed(multipart("alternative", plain, empty)).body_text == "View this in your browser"


def test_html_labelled_as_plain_is_still_html() -> None:
    """Some systems send it so."""
    assert (
        parsed("Content-Type: text/plain\n\n<html><body><p>hi</p></body></html>").body_text == "hi"
    )


def test_html_only_mails_are_read() -> None:
    """Alone, and with images related to it."""
    image = "Content-Type: image/png; name=logo.png\nContent-Transfer-Encoding: base64\n\nAAAA\n"
    email = parsed(multipart("related", HTML, image))
    assert email.body_text == "html words"
    assert email.attachments == (Attachment(name="logo.png", type="image/png", size=3),)


def test_text_parts_of_a_mixed_mail_follow_one_another() -> None:
    """A list's footer is a part of its own; text files are attachments."""
    note = 'Content-Type: text/plain; name="n.txt"\nContent-Disposition: attachment\n\nnote\n'
    email = parsed(
        multipart("mixed", multipart("alternative", PLAIN, HTML, boundary="y"), PLAIN, note)
    )
    assert email.body_text == "plain words\n\nplain words"
    assert [one.name for one in email.attachments] == ["n.txt"]


@pytest.mark.parametrize(
    "raw",
    [
        multipart("mixed", PLAIN, closed=False),
        multipart(
            "mixed", multipart("alternative", PLAIN, boundary="y", closed=False), closed=False
        ),
        multipart("mixed", PLAIN, boundary="with space"),
        multipart("mixed", PLAIN, boundary="(a+)+$"),
        multipart("mixed", multipart("alternative", PLAIN, boundary="xx"), boundary="x"),
        multipart("mixed", PLAIN).replace('; boundary="x"', ""),
        multipart("mixed", PLAIN).replace('boundary="x"', 'boundary="other"'),
        multipart("mixed", PLAIN).replace("--x\n", "--x \t\n"),
        "preamble: none\n" + multipart("mixed", PLAIN).replace("\n\n--x", "\n\npreamble\n\n--x", 1),
        multipart("mixed", PLAIN) + "epilogue",
        multipart("strange", PLAIN),
        "Content-Type: multipart/mixed; boundary=x\n\nplain words\n",
        "From nobody Mon Jun  3 10:00:00 2024\n" + PLAIN,
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\r\n"),
        "\nplain words\n",
        "plain words\n",
        "plain words\n\n",
    ],
)
def test_what_is_malformed_is_read_as_far_as_it_goes(raw: str) -> None:
    """Unterminated, misnamed or missing boundaries cost no text."""
    assert parsed(raw).body_text == "plain words"


def test_a_boundary_counts_only_at_the_start_of_a_line_of_its_own() -> None:
    """Text that mentions it stays text."""
    part = "Content-Type: text/plain\n\na --x b\n--xy\n --x\nc\n"
    assert parsed(multipart("mixed", part)).body_text == "a --x b\n--xy\n--x\nc"


def test_attachments_are_named_and_measured() -> None:
    """By the decoded size, and by the file name in whatever form it comes."""
    one = (
        "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
        "Content-Disposition: attachment; filename*0*=utf-8''Lebens; filename*1*=l%C3%A4ufe.pdf\n\n"
        "AAAA\nAAAA\nAA==\n"
    )
    two = 'Content-Type: image/png; name="=?utf-8?q?=C3=BC.png?="\n\nabc\n'
    three = (
        'Content-Type: application/zip\nContent-Disposition: attachment; filename="a\\"b.zip"\n\n\n'
    )
    found = parsed(multipart("mixed", one, two, three)).attachments
    assert found == (
        Attachment(name="Lebensläufe.pdf", type="application/pdf", size=7),
        Attachment(name="ü.png", type="image/png", size=4),
        Attachment(name='a"b.zip', type="application/zip", size=1),
    )


def test_a_forwarded_message_is_the_mail_if_its_sender_adds_nothing() -> None:
    """Its header and text belong to the body and are not quoted."""
    attached = f"Content-Type: message/rfc822\n\n{INNER}"
    email = parsed(multipart("mixed", "Content-Type: text/plain\n\nFYI\n", attached))
    assert "From: Bob <b@example.com>" in email.said_now
    assert email.said_now.endswith("Subject: Offer\n\nWe offer.")


def test_a_forwarded_message_is_quoted_if_its_sender_has_much_to_say() -> None:
    """Then the sender's words are what the mail says."""
    own = "Content-Type: text/plain\n\n" + "I have a lot to tell you. " * 20 + "\n"
    email = parsed(multipart("mixed", own, f"Content-Type: message/rfc822\n\n{INNER}"))
    assert "We offer." in email.body_text
    assert "We offer." not in email.said_now
    assert {mark.kind for mark in email.marks} == {MarkKind.QUOTED}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", ("text/plain", {})),
        (b"TEXT/HTML", ("text/html", {})),
        (b"text/html; charset=UTF-8", ("text/html", {"charset": "UTF-8"})),
        (b'text/html;charset="utf-8" ; x=y', ("text/html", {"charset": "utf-8", "x": "y"})),
        (b"text", ("text/plain", {})),
        (b"a/b; n*=iso-8859-1'de'%FC", ("a/b", {"n": "ü"})),
        (b"a/b; n*0=x; n*1=y", ("a/b", {"n": "xy"})),
        (b'a/b; boundary="a;b=c"', ("a/b", {"boundary": "a;b=c"})),
    ],
)
def test_a_content_type_is_read(value: bytes, expected: tuple[str, dict[str, str]]) -> None:
    """RFC 2045 with RFC 2231's extensions; text/plain where it says nothing."""
    assert content_type(value) == expected
