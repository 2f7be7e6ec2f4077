"""The bytes of a verdict's outputs."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from careerops.adapters.postgres import codec
from careerops.domain.verdicts import Record

# Also lone surrogates, which a file name may bring along.
TEXT = st.text(st.characters(codec=None), max_size=20)
HEADERS = st.lists(st.tuples(TEXT, st.binary(max_size=20)), max_size=5).map(tuple)
RECORDS = st.lists(st.builds(Record, TEXT, TEXT, st.binary(max_size=50), HEADERS), max_size=4)


@given(records=RECORDS)
def test_records_are_read_as_they_were_written(records) -> None:
    """Whatever they hold, in their order."""
    assert codec.decode_records(codec.encode_records(records)) == tuple(records)


def test_no_records_take_no_bytes() -> None:
    """So that trimmed outputs are those that were never there."""
    assert codec.encode_records(()) == b""
    assert codec.decode_records(b"") == ()


def test_times_are_in_utc_whatever_the_session_speaks() -> None:
    """They are compared and written out elsewhere."""
    east = datetime(2026, 1, 5, 10, tzinfo=timezone(timedelta(hours=1)))
    assert codec.utc(east).tzinfo is UTC
    assert codec.maybe_utc(east) == east
    assert codec.maybe_utc(None) is None
