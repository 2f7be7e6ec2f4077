"""Headers, records and times survive their columns."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from careerops.adapters.sqlite import codec
from careerops.domain.verdicts import Record
from support.logs import HEADERS

text = st.text(st.characters(codec=None), max_size=20)
headers = st.lists(st.tuples(text, st.binary(max_size=50)), max_size=12).map(tuple)
records = st.builds(
    Record, topic=st.sampled_from(["a", "b_2"]), key=text, value=st.binary(), headers=headers
)


@given(headers)
def test_headers_come_back(pairs) -> None:
    """Any names and values, in order, with repeats; the blob is never shorter than they are."""
    blob = codec.encode_headers(pairs)
    assert codec.decode_headers(blob) == pairs
    assert len(blob) >= sum(len(n.encode("utf-8", "surrogatepass")) + len(v) for n, v in pairs)


@given(st.lists(records, max_size=4).map(tuple))
def test_records_come_back(outputs) -> None:
    """All fields of all of them."""
    assert codec.decode_records(codec.encode_records(outputs)) == outputs


def test_the_blob_is_small() -> None:
    """Beside names and values: 4 bytes for each of them, and 8."""
    size = sum(len(name) + len(value) for name, value in HEADERS)
    assert len(codec.encode_headers(HEADERS)) == size + 8 * len(HEADERS) + 8


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_are_exact_to_the_microsecond(time) -> None:
    """Before 1970 as well; whatever the zone, the same instant."""
    assert codec.from_us(codec.to_us(time)) == time


def test_a_time_of_another_zone_comes_back_in_utc() -> None:
    """The same instant."""
    time = datetime(2026, 1, 5, 11, tzinfo=timezone(timedelta(hours=2)))
    assert codec.from_us(codec.to_us(time)) == time
    assert codec.from_us(codec.to_us(time)).tzinfo is UTC
    assert codec.maybe_time(codec.maybe_us(None)) is None
