"""Laws of canonical text, of marks and of parsing, for any input."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careerops.domain.email import MarkKind
from careerops.mail.charset import decode
from careerops.mail.headers import decode_words
from careerops.mail.marks import Piece, cut, paint
from careerops.mail.parse import parse_mail
from careerops.mail.text import Run, canonical, canonical_line, join_runs
from careerops.ports.mailparser import ParseRequest

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ODD = (
    "a b\u0301\u0323\u0344\u200b\u202e\u2028\r\n\t\xa0>-\u1100\u1161\u11a8\ud83d\ufe0f😀\x00\u0958é"
)
texts = st.text() | st.text(alphabet=ODD, max_size=60)
names = st.sampled_from(
    ["From", "To", "Subject", "Date", "Message-ID", "References", "Received", "X"]
)
pieces = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div style='display:none'>",
        "</div>",
        "<blockquote type=cite>",
        "</blockquote>",
        "<br>",
        "hello ",
        "> quoted\n",
        "On Mon, Ann <a@x.test> wrote:\n",
        "\n-- \n",
        "&amp;",
        "<!--",
        "-->",
        "https://x.test/a",
        "\n\n",
        "e\u0301",
        "\u0301",
        "<td>",
        "Sent from my phone\n",
        "---------- Forwarded message ---------\n",
        "From: a\nSent: b\nTo: c\n",
    ]
)
bodies = st.lists(pieces | st.text(max_size=10), max_size=25).map("".join)


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    """Mails that look like mails: header fields and parts of known and unknown kinds."""
    fields = draw(st.lists(st.tuples(names, st.text(max_size=40)), max_size=8))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    kinds = st.sampled_from(
        ["text/plain", "text/html", "text/calendar", "message/rfc822", "image/png"]
    )
    parts = draw(st.lists(st.tuples(kinds, bodies), min_size=1, max_size=4))
    boundary = draw(st.sampled_from(["x", "xx", "x y", ""]))
    multipart = draw(st.sampled_from(["mixed", "alternative", "related"]))
    inner = "".join(f"--x\r\nContent-Type: {kind}\r\n\r\n{body}\r\n" for kind, body in parts)
    mail = (
        f'{head}Content-Type: multipart/{multipart}; boundary="{boundary}"\r\n\r\n{inner}--x--\r\n'
    )
    return mail.encode("utf-8", "surrogatepass")


def request_of(raw: bytes) -> ParseRequest:
    """A request to parse `raw`."""
    return ParseRequest(raw=raw, account="me", source="eml", locator="1", fallback_time=NOW)


def is_subsequence(part: str, whole: str) -> bool:
    """Whether `part` is `whole` with characters left out."""
    rest = iter(whole)
    return all(char in rest for char in part)


@given(texts)
def test_canonical_text_is_canonical(text: str) -> None:
    """Doing it twice is doing it once, for texts and for lines."""
    once = canonical(text)
    assert canonical(once) == once
    line = canonical_line(text, 20)
    assert canonical_line(line, 20) == line
    assert len(line) <= 20


@given(texts)
def test_canonical_text_shows_all_that_is_in_it(text: str) -> None:
    """Nothing invisible but single blanks and at most double line ends."""
    once = canonical(text)
    assert "  " not in once
    assert "\n\n\n" not in once
    assert once == once.strip()
    once.encode()
    assert not set(once) & set("\u200b\u202e\ufe0f\r\t\xa0\x00\u2028")


@given(
    st.lists(st.tuples(st.sampled_from(["", " ", "\n", "\n\n", " | "]), texts, st.integers(0, 3)))
)
def test_runs_are_joined_into_canonical_text(runs: list[tuple[str, str, int]]) -> None:
    """And each span holds the canonical text of its run."""
    text, spans = join_runs(Run(*run) for run in runs)
    assert canonical(text) == text
    kept = [canonical(run[1]) for run in runs if run[2]]
    assert [text[span.start : span.end] for span in spans] == [one for one in kept if one]


@given(
    st.binary(max_size=300), st.sampled_from(["", "utf-8", "utf-16", "gb2312", "iso-2022-jp", "x"])
)
def test_any_bytes_decode(data: bytes, charset: str) -> None:
    """Whatever they claim to be."""
    decode(data, charset).encode()


@given(st.text(alphabet="=?utf-8bBqQ_ \r\nAz019+/é\ud800", max_size=80))
def test_any_header_decodes(text: str) -> None:
    """Encoded words may be cut anywhere."""
    assert isinstance(decode_words(text), str)


kinds = st.sampled_from(list(MarkKind))
ranges = st.tuples(st.integers(0, 40), st.integers(0, 40), kinds)


@given(st.lists(ranges, max_size=12))
def test_painted_marks_cover_what_was_given_and_never_overlap(
    given_ranges: list[tuple[int, int, MarkKind]],
) -> None:
    """At each place the strongest kind stands."""
    marks = paint(given_ranges)
    assert all(one.end <= other.start for one, other in pairwise(marks))
    order = [MarkKind.HIDDEN, MarkKind.QUOTED, MarkKind.SIGNATURE]
    for place in range(41):
        wanted = [kind for start, end, kind in given_ranges if start <= place < end]
        found = [mark.kind for mark in marks if mark.start <= place < mark.end]
        assert found == ([min(wanted, key=order.index)] if wanted else [])


@given(bodies, st.integers(0, 60), st.integers(10, 80))
def test_a_cut_piece_fits_and_its_marks_stay_within(text: str, size: int, json_size: int) -> None:
    """In bytes and as a JSON string."""
    whole = canonical(text)
    marks = paint([(0, len(whole) // 2, MarkKind.QUOTED), (0, len(whole), MarkKind.HIDDEN)])
    piece = cut(Piece(whole, marks), size, json_size)
    assert whole.startswith(piece.text)
    assert len(piece.text.encode()) <= size
    assert all(mark.start < mark.end <= len(piece.text) for mark in piece.marks)
    assert piece.truncated == (piece.text != whole)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | mails())
def test_any_bytes_are_an_event_and_the_same_one_each_time(raw: bytes) -> None:
    """Parsing is a function of the mail; marks are in order and take out what they cover."""
    first = parse_mail(request_of(raw))
    assert parse_mail(request_of(raw)) == first
    email = first.email
    assert canonical(email.body_text) == email.body_text
    assert all(one.end <= other.start for one, other in pairwise(email.marks))
    assert all(0 <= mark.start < mark.end <= len(email.body_text) for mark in email.marks)
    assert is_subsequence(email.text_without(*MarkKind), email.body_text)
    email.model_dump_json()


@pytest.mark.parametrize("text", ["\u0344" * 40, "a" + "\u0301" * 100, "\u0301\u0323" * 50])
def test_long_runs_of_accents_are_shortened_once_and_for_all(text: str) -> None:
    """Ordering them would take time quadratic in their number."""
    once = canonical(text)
    assert len(once) < 40
    assert canonical(once) == once
