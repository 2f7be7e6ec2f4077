"""CloudEvents headers: what is written is read again, what is foreign is refused."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.domain.envelope import MAX_RECORD_BYTES, Envelope, check_type, read_envelope
from careerops.domain.errors import Outage, Permanent
from careerops.domain.limits import (
    MAX_DEAD_LETTER_BYTES,
    MAX_DEAD_LETTER_HEADER_BYTES,
    check_record,
)
from careerops.domain.topics import DEAD_LETTERS, RAW_INBOX
from careerops.domain.verdicts import Headers, Record

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
WHEN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TIMES = st.builds(
    lambda seconds, zone: (WHEN + timedelta(seconds=seconds)).astimezone(zone),
    st.integers(-(10**9), 10**9),
    ZONES,
)
ENVELOPES = st.builds(
    Envelope,
    id=TEXT,
    type=TEXT,
    source=TEXT,
    time=TIMES,
    revision=st.integers(0, 2**31),
    traceparent=st.one_of(st.just(""), TEXT),
    replay=st.integers(0, 1000),
)
GOOD = Envelope("e1", "careerops.mail.received.v1", "careerops/ingest", WHEN).headers()


@given(envelope=ENVELOPES)
def test_an_envelope_survives_its_headers(envelope: Envelope) -> None:
    """Every attribute, the time as the same instant in UTC."""
    assert read_envelope(envelope.headers()) == envelope


def test_the_headers_are_those_of_the_kafka_binding() -> None:
    """Binary content mode: `ce_` attributes, and the media type without the prefix."""
    headers = dict(GOOD)
    assert headers["ce_specversion"] == b"1.0"
    assert headers["content-type"] == b"application/json"
    assert headers["ce_time"] == b"2026-01-05T09:00:00Z"
    assert "traceparent" not in headers
    assert "careerops-replay" not in headers


@given(name=st.sampled_from([name for name, _ in GOOD]), value=st.binary(max_size=20))
def test_a_header_that_is_added_later_changes_nothing(name: str, value: bytes) -> None:
    """The first of a repeated header wins."""
    assert read_envelope((*GOOD, (name, value))) == read_envelope(GOOD)


def without(name: str) -> Headers:
    """The good headers but one."""
    return tuple(pair for pair in GOOD if pair[0] != name)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        without("ce_id"),
        without("ce_type"),
        without("ce_time"),
        (("ce_id", b""), *without("ce_id")),
        (("ce_type", b""), *without("ce_type")),
        (("ce_time", b"yesterday"), *without("ce_time")),
        (("ce_time", b"0001-01-01T00:00:00+14:00"), *without("ce_time")),
        (("ce_revision", b"two"), *without("ce_revision")),
        (("ce_source", b"\xff"), *without("ce_source")),
        (("careerops-replay", b"x"), *GOOD),
    ],
)
def test_headers_that_are_no_envelope_are_undecodable(headers: Headers) -> None:
    """One permanent error whatever is wrong; what stood there is not repeated."""
    with pytest.raises(Permanent) as caught:
        read_envelope(headers)
    assert caught.value.reason == "undecodable"
    assert "yesterday" not in str(caught.value)


@given(headers=st.lists(st.tuples(st.text(), st.binary())).map(tuple))
def test_no_headers_at_all_raise_anything_else(headers: Headers) -> None:
    """Whatever a foreign producer writes, it is an envelope or undecodable."""
    try:
        read_envelope((*headers, *GOOD))
    except Permanent as error:
        assert error.reason == "undecodable"  # noqa: PT017  # either outcome is right, this is the second


@given(known=st.integers(1, 9999), seen=st.integers(1, 9999))
def test_older_versions_are_read_and_newer_ones_wait_for_an_upgrade(known: int, seen: int) -> None:
    """A newer version is the stage's outage: no message is to blame."""
    newest, actual = f"careerops.mail.received.v{known}", f"careerops.mail.received.v{seen}"
    if seen <= known:
        check_type(actual, newest)
        return
    with pytest.raises(Outage) as caught:
        check_type(actual, newest)
    assert caught.value.scope == "version:careerops.mail.received"


@pytest.mark.parametrize(
    "actual",
    ["careerops.mail.sent.v1", "careerops.mail.received", "careerops.mail.received.v0", ""],
)
def test_another_type_is_undecodable(actual: str) -> None:
    """Not of this stage, or no versioned type at all."""
    with pytest.raises(Permanent) as caught:
        check_type(actual, "careerops.mail.received.v1")
    assert caught.value.reason == "undecodable"


def test_a_stage_has_to_name_a_versioned_type() -> None:
    """A mistake of ours is no message's fault."""
    with pytest.raises(ValueError, match="versioned"):
        check_type("careerops.mail.received.v1", "mail")


@pytest.mark.parametrize(
    ("topic", "limit"), [(RAW_INBOX, MAX_RECORD_BYTES), (DEAD_LETTERS, MAX_DEAD_LETTER_BYTES)]
)
def test_a_value_may_be_as_large_as_its_topic_carries(topic: str, limit: int) -> None:
    """And not a byte more."""
    check_record(Record(topic, "k", b"x" * limit))
    with pytest.raises(Permanent) as caught:
        check_record(Record(topic, "k", b"x" * (limit + 1)))
    assert caught.value.reason == "too_large"


def test_headers_are_bounded_too() -> None:
    """Names and values count together, names in UTF-8."""
    room = MAX_DEAD_LETTER_HEADER_BYTES - 2
    check_record(Record(RAW_INBOX, "k", b"", (("ü", b"x" * room),)))
    with pytest.raises(Permanent) as caught:
        check_record(Record(RAW_INBOX, "k", b"", (("ü", b"x" * (room + 1)),)))
    assert caught.value.reason == "too_large"
