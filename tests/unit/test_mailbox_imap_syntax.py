"""IMAP's syntax, cursors and keys: pure functions."""

import imaplib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from careerops.adapters.mailbox.imap_channel import ProtocolError
from careerops.adapters.mailbox.imap_options import ImapOptions
from careerops.adapters.mailbox.imap_position import FolderPosition, make_cursor, parse_cursor
from careerops.adapters.mailbox.imap_syntax import (
    fetch_items,
    folder_name,
    internal_date,
    literal_size,
    number,
    quoted,
    search_date,
    sequence_set,
)


@given(uids=st.sets(st.integers(1, 60), min_size=1))
def test_a_sequence_set_names_exactly_what_it_was_made_of(uids: set[int]) -> None:
    """Law: expanding gives the same numbers, and no two neighbours stand apart."""
    text = sequence_set(sorted(uids)).decode()
    expanded: list[int] = []
    for part in text.split(","):
        low, _, high = part.partition(":")
        expanded += range(int(low), int(high or low) + 1)
    assert expanded == sorted(uids)
    assert text.count(",") == sum(1 for uid in uids if uid + 1 not in uids) - 1


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("INBOX", "INBOX"),
        ("Jobs & more", "Jobs &- more"),
        # RFC 3501's own example.
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("😀", "&2D3eAA-"),
    ],
)
def test_folder_names_are_in_modified_utf_7(name: str, encoded: str) -> None:
    """As RFC 3501, section 5.1.3 has it."""
    assert folder_name(name) == encoded


@given(name=st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_an_encoded_folder_name_can_be_decoded(name: str) -> None:
    """Law: it is 7 bit, and standard UTF-7 read the modified way gives the name back."""
    encoded = folder_name(name)
    assert encoded.isascii()
    decoded = ""
    for index, part in enumerate(encoded.split("&")):
        if index:
            shifted, _, plain = part.partition("-")
            decoded += f"+{shifted.replace(',', '/')}-".encode().decode("utf-7") if shifted else "&"
            decoded += plain
        else:
            decoded += part
    assert decoded == name


@given(seconds=st.integers(86_400, 4_102_444_800), minutes=st.integers(-720, 840))
def test_internal_dates_are_read_as_they_are_written(seconds: int, minutes: int) -> None:
    """Law, against what Python's own client writes."""
    zoned = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes)))
    written = imaplib.Time2Internaldate(zoned).strip('"').encode()
    assert internal_date(written) == zoned.astimezone(UTC)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"17-Jul-1996",
        b"17-Foo-1996 02:44:25 -0700",
        b"31-Feb-2020 00:00:00 +0000",
        b"17-Jul-1996 02:44:25 -9900",
        b"01-Jan-0001 00:00:00 +1400",
        b"17-Jul-1996 24:44:25 -0700",
    ],
)
def test_a_malformed_internal_date_is_none(value: bytes | None) -> None:
    """Servers lie; a date is not worth an error."""
    assert internal_date(value) is None


def test_search_dates_are_days_in_utc() -> None:
    """Without a leading zero, with English months whatever the locale."""
    moment = datetime(2026, 3, 2, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert search_date(moment) == b"3-Mar-2026"


def test_items_of_a_fetch_response_are_found_by_name() -> None:
    """In any order, with lists, escapes, NIL and literals that look like syntax."""
    parts = [
        rb' (uid 7 FLAGS (\Seen $x) ENVELOPE ("a" (("b" NIL)) NIL) X "q\"u\\o" BODY[]<0> {5}',
        b") (\r\n",
        b" RFC822.SIZE 12 Y NIL)",
    ]
    assert fetch_items(parts) == {
        b"UID": b"7",
        b"X": b'q"u\\o',
        b"BODY[]<0>": b") (\r\n",
        b"RFC822.SIZE": b"12",
        b"Y": b"",
    }


@given(text=st.binary(max_size=60))
def test_no_text_breaks_the_reader_of_responses(text: bytes) -> None:
    """Law: items, or a protocol error; nothing else."""
    try:
        items = fetch_items([text])
    except ProtocolError:
        return
    assert isinstance(items, dict)


def test_a_response_that_is_no_list_or_endless_is_a_protocol_error() -> None:
    """Unbalanced or over 64 KiB of text."""
    for parts in ([b"((UID 7)"], [b"(UID 7"], [b"(" + b"x" * 70_000 + b")"]):
        with pytest.raises(ProtocolError):
            fetch_items(parts)


def test_literals_are_announced_at_the_end_of_a_line() -> None:
    """With the forms of RFC 7888 and RFC 3516."""
    assert [literal_size(line) for line in (b"x {12}", b"x {0+}", b"~{3}")] == [12, 0, 3]
    assert [literal_size(line) for line in (b"{12} x", b"{}", b"{-1}", b"{1234567890123}")] == [
        None
    ] * 4


def test_numbers_are_those_of_the_protocol() -> None:
    """Digits, not longer than 32 bits can be."""
    found = [number(value) for value in (b"7", None, b"", b"-1", b"9" * 11, "٣".encode())]
    assert found == [7, None, None, None, None, None]


def test_quoted_strings_carry_one_line_of_ascii() -> None:
    """Everything else is the caller's to send otherwise."""
    assert quoted('a"b\\c') == b'"a\\"b\\\\c"'
    for text in ("ü", "a\r\nb", "\0"):
        with pytest.raises(ValueError, match="quoted"):
            quoted(text)


# --- cursors


NUMBERS = st.integers(0, 2**40)


@given(entries=st.dictionaries(st.text(), st.builds(FolderPosition, *[NUMBERS] * 6)))
def test_a_cursor_is_read_as_it_was_written(entries: dict[str, FolderPosition]) -> None:
    """Law, for every folder's name and every position."""
    assert parse_cursor(make_cursor(entries)) == entries


@pytest.mark.parametrize(
    "cursor",
    [
        None,
        "",
        "[]",
        "3",
        "{",
        '{"folders": 3}',
        '{"folders": {"a": {}}}',
        '{"folders": {"a": {"validity":1,"since":1,"live":-1,"start":0,"recent":0,"past":0}}}',
        '{"folders": {"a": {"validity":1,"since":1,"live":true,"start":0,"recent":0,"past":0}}}',
    ],
)
def test_another_cursor_is_no_position(cursor: str | None) -> None:
    """The folder begins anew: repeats, no loss."""
    assert parse_cursor(cursor) == {}


# --- keys


def options(**changes: Any) -> ImapOptions:
    """Keys that are fine, changed."""
    given = {"host": "imap.example.com", "username": "robin", "password": "env:X"} | changes
    return ImapOptions.model_validate(given)


def test_ports_follow_from_the_kind_of_tls() -> None:
    """993 with TLS from the first byte, 143 else, unless one is given."""
    assert options().server_port == 993
    assert options(tls="starttls").server_port == 143
    assert options(port=1143).server_port == 1143


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_plain_text_is_for_this_machine(host: str) -> None:
    """A local bridge speaks no TLS."""
    assert options(host=host, tls="none").server_port == 143


@pytest.mark.parametrize(
    ("changes", "hint"),
    [
        ({"tls": "none"}, "in the clear"),
        ({"tls": "none", "host": "10.0.0.1"}, "in the clear"),
        ({"password": None}, "either password or token"),
        ({"token": "env:Y"}, "either password or token"),
        ({"folders": ["A", "A"]}, "twice"),
        ({"folders": []}, "folders"),
        ({"idle_check_s": 1800}, "idle_check_s"),
        ({"password": "hunter2"}, "reference"),
    ],
)
def test_keys_that_cannot_work_are_refused(changes: dict[str, Any], hint: str) -> None:
    """With the remedy, and without repeating a secret."""
    with pytest.raises(ValidationError) as caught:
        options(**changes)
    assert hint in str(caught.value)
    assert "hunter2" not in str(caught.value)
    if changes.get("tls"):
        assert options(**changes, allow_plaintext=True).tls == "none"
