"""Encodings of bodies and headers, as senders get them right and wrong."""

import base64
import quopri
from datetime import UTC, datetime

import pytest

from careerops.domain.email import RawEmail
from careerops.mail.charset import codec_name, decode
from careerops.mail.headers import decode_base64, decode_words
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def parsed(raw: bytes) -> RawEmail:
    """The event of a mail."""
    return parse_mail(
        ParseRequest(raw=raw, account="me", source="eml", locator="1", fallback_time=NOW)
    ).email


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("utf-8", "utf-8", "Gespräch नमस्ते 面试"),
        ("UTF8", "utf-8", "Größe"),
        ("iso-8859-1", "latin-1", "Größe"),
        ("iso-8859-1", "cp1252", "„Größe“ … 5 €"),
        ("us-ascii", "cp1252", "Größe"),
        ("iso-8859-15", "iso-8859-15", "5 €"),
        ("windows-1251", "cp1251", "Собеседование"),
        ("koi8-r", "koi8-r", "Собеседование"),
        ("gb2312", "gb18030", "面试邀请 镕"),
        ("big5", "big5", "面試邀請"),
        ("iso-2022-jp", "iso-2022-jp", "面接のご案内"),
        ("shift_jis", "cp932", "面接①"),
        ("euc-kr", "cp949", "면접 안내"),
        ("ks_c_5601-1987", "cp949", "면접 안내"),
        ("utf-16", "utf-16", "Größe"),
        ("", "utf-8", "Größe"),
        ("", "cp1252", "Größe"),
        ("", "iso-2022-jp", "面接"),
        ("no-such-charset", "utf-8", "Größe"),
        ("iso-8859-1", "utf-8", "Größe … mislabelled"),
        ("utf-8", "cp1252", "Größe und Gefühl"),
    ],
)
def test_a_body_is_read_as_its_sender_meant_it(charset: str, codec: str, text: str) -> None:
    """Declared rightly, mislabelled or not at all; in a body and in an encoded word."""
    assert decode(text.encode(codec), charset) == text.removeprefix("\ufeff")
    raw = (
        b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n" + text.encode(codec)
    )
    assert parsed(raw).body_text == text
    if charset:
        word = f"=?{charset}?b?{base64.b64encode(text.encode(codec)).decode()}?="
        assert decode_words(word) == text


@pytest.mark.parametrize(
    "name", ["utf-7", "zlib", "punycode", "idna", "unicode_escape", "rot13", "x"]
)
def test_what_is_no_plain_encoding_is_refused(name: str) -> None:
    """Codecs that unpack, execute or hide are never asked; the bytes are shown as they are."""
    assert codec_name(name) == ""
    assert decode(b"+ADw-script+AD4-", name) == "+ADw-script+AD4-"


def test_a_few_broken_bytes_do_not_spoil_a_utf8_text() -> None:
    """A text cut in the middle of a character is still UTF-8."""
    assert decode("Größe über".encode()[:-2] + b"\xc3", "utf-8") == "Größe üb\ufffd"


def test_quoted_printable_soft_breaks_join_lines_and_letters() -> None:
    """A character may be cut by a soft break."""
    body = quopri.encodestring(("Gespräch " * 20).encode())
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
    assert parsed(head + b"\r\n\r\n" + body).body_text == ("Gespräch " * 20).strip()
    assert parsed(head + b"\r\n\r\nGespr=C3=\r\n=A4ch").body_text == "Gespräch"


@pytest.mark.parametrize(
    "data",
    [
        b"R3LDvMOfZQ==",
        b"R3LDvMOfZQ",
        b"R3LD\r\nvMOf\r\nZQ==\r\n",
        b"R3L!Dv MO-fZQ=",
        b"R3LDvMOfZQ====",
    ],
)
def test_base64_is_read_whatever_stands_between(data: bytes) -> None:
    """Line ends, junk, wrong padding or none."""
    assert decode_base64(data).decode() == "Grüße"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("=?utf-8?q?Gespr=C3=A4ch_am_Montag?=", "Gespräch am Montag"),
        ("=?utf-8?b?R3LDvA==?= =?utf-8?b?w59l?=", "Grüße"),
        ("=?utf-8?b?R3LDvMM=?= =?utf-8?b?n2U=?=", "Grüße"),
        ("=?utf-8?q?a?= =?iso-8859-1?q?=FC?=", "aü"),
        ("Re: =?utf-8?q?a?= b", "Re: a b"),
        ("=?UTF-8?Q?a?=\r\n\t=?UTF-8?Q?b?=", "ab"),
        ("=?utf-8*de?q?Gr=C3=BC?=", "Grü"),
        ("=?utf-8?q?with blanks in it?=", "with blanks in it"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q?open", "=?utf-8?q?open"),
        ("plain", "plain"),
    ],
)
def test_encoded_words_are_decoded(header: str, text: str) -> None:
    """RFC 2047, and what is sent in its name."""
    assert parsed(f"Subject: {header}\r\n\r\n".encode()).subject == text


@pytest.mark.parametrize("codec", ["utf-8", "cp1252"])
def test_raw_eight_bit_headers_are_read(codec: str) -> None:
    """RFC 6532, and Latin from before it."""
    raw = "From: Jörg Größe <j@example.com>\r\nSubject: Gespräch\r\n\r\n".encode(codec)
    email = parsed(raw)
    assert (email.subject, email.sender.name) == ("Gespräch", "Jörg Größe")


def test_an_encoded_line_end_does_not_break_out_of_its_header() -> None:
    """Header injection through an encoded word stays in the subject."""
    email = parsed(b"Subject: =?utf-8?q?a=0D=0ABcc:_b@example.net?=\r\nTo: me@example.org\r\n\r\n")
    assert email.subject == "a Bcc: b@example.net"
    assert email.to == ("me@example.org",)
