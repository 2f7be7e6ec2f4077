"""Counting: first mails count, sums add up, documents stay small and survive damage."""

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.domain.taxonomy import EventType
from careerops.llm.budget import Spent
from careerops.llm.experiments.tally import (
    MAX_CONVERSATIONS,
    MAX_LABELS,
    Observation,
    Shard,
    Tally,
    decode_shard,
    merged,
)

OFFER, OTHER = EventType.OFFER, EventType.OTHER


def answered(event: str = "e", label: EventType = OFFER, took_s: float = 1.0) -> Observation:
    """An answer."""
    return Observation(event, label, took_s, Spent(1, 0, 200, 20, 300))


def failed(event: str = "e", error: str = "providerdown") -> Observation:
    """None."""
    return Observation(event, None, 30.0, error=error)


def compared(event: str = "e", *, agreed: bool = True) -> Observation:
    """A shadow's answer."""
    return Observation(event, OFFER, 1.0, agreed=agreed)


@st.composite
def observations(draw: st.DrawFn) -> tuple[str, Observation]:
    """A conversation and what was seen in it."""
    label = draw(st.sampled_from([None, OFFER, OTHER]))
    return draw(st.sampled_from([f"c{n}" for n in range(8)])), Observation(
        event_id=draw(st.sampled_from([f"{n:016x}rest" for n in range(12)])),
        label=label,
        took_s=draw(st.sampled_from([0.0, 0.001, 0.5, 2.0, 61.0])),
        spent=Spent(1, 0, draw(st.integers(0, 9)), 1, draw(st.integers(0, 30_000))),
        error="" if label else draw(st.sampled_from(["outage", "invalid_answer"])),
        agreed=None if label is None else draw(st.sampled_from([None, True, False])),
    )


def same(one: Tally, two: Tally) -> None:
    """Equal, but for the guesses of which spread is made, and rounding."""
    assert [one.mails, one.conversations, one.failed, one.compared, one.agreed] == [
        two.mails,
        two.conversations,
        two.failed,
        two.compared,
        two.agreed,
    ]
    assert (one.errors, one.buckets, one.spent) == (two.errors, two.buckets, two.spent)
    for mine, other in ((one.latency, two.latency), (one.cost, two.cost)):
        assert (mine.n, mine.most) == (other.n, other.most)
        assert mine.mean == pytest.approx(other.mean)


@given(st.lists(observations()))
def test_shards_add_up_to_what_one_would_have_counted(seen: list[tuple[str, Observation]]) -> None:
    """Conversations are dealt to shards, in whatever order the shards are added."""
    whole, parts = Shard(), [Shard() for _ in range(3)]
    for conversation, observation in seen:
        whole.note(conversation, observation)
        parts[int(conversation[1:]) % 3].note(conversation, observation)
    for found in (merged(parts), merged(reversed(parts))):
        same(found.tally, whole.tally)
        assert found.answers == whole.answers


@given(st.lists(observations()))
def test_a_shard_is_read_as_it_was_written(seen: list[tuple[str, Observation]]) -> None:
    """To the last digit, and goes on counting as if nothing had been."""
    shard = Shard()
    for conversation, observation in seen:
        shard = decode_shard(shard.encode())
        shard.note(conversation, observation)
    at_once = Shard()
    for conversation, observation in seen:
        at_once.note(conversation, observation)
    assert shard == at_once


def test_only_the_first_mail_of_a_conversation_counts_for_rates() -> None:
    """Ten mails of one conversation are not ten cases."""
    shard = Shard()
    shard.note("a", failed("1"))
    for event in "23456":
        shard.note("a", answered(event))
    shard.note("b", answered("7"))
    shard.note("b", failed("8"))
    tally = shard.tally
    assert (tally.conversations, tally.failed, tally.mails) == (2, 1, 8)
    assert tally.errors == Counter(providerdown=2)
    assert tally.latency.n == 6
    assert tally.cost.n == 8


def test_a_shadow_is_compared_once_a_conversation_where_both_answered() -> None:
    """At the first mail at which both did."""
    shard = Shard()
    shard.note("a", failed("1"))
    shard.note("a", compared("2", agreed=False))
    shard.note("a", compared("3", agreed=True))
    shard.note("b", compared("4"))
    assert (shard.tally.compared, shard.tally.agreed) == (2, 1)
    shard.skip()
    assert shard.tally.skipped == 1
    assert shard.tally.mails == 4


def test_the_first_answer_about_a_mail_stands() -> None:
    """As it does in the verdicts, also when a redelivered mail is asked about again."""
    shard = Shard()
    shard.note("a", failed("1"))
    assert shard.answers == {"a": {"1": ""}}
    shard.note("a", answered("1", OFFER))
    shard.note("a", answered("1", OTHER))
    shard.note("a", failed("1"))
    assert shard.answers == {"a": {"1": "OFFER"}}


def test_documents_stay_small() -> None:
    """Old conversations go first; the counts stay."""
    shard = Shard()
    for number in range(MAX_CONVERSATIONS + 10):
        shard.note(f"{number:016x}", answered(f"{number:016x}" + "f" * 48))
    assert len(shard.answers) == MAX_CONVERSATIONS
    assert f"{9:016x}" not in shard.answers
    assert shard.tally.conversations == MAX_CONVERSATIONS + 10
    assert len(shard.encode()) < 80 * MAX_CONVERSATIONS
    for number in range(MAX_LABELS + 10):
        shard.note("long", answered(f"{number:016x}"))
    assert len(shard.answers["long"]) == MAX_LABELS


@pytest.mark.parametrize("took_s", [0.0, 0.0004, 0.001, 0.07, 1.0, 3.3, 29.0, 500.0])
def test_the_histogram_is_at_most_a_fifth_too_high(took_s: float) -> None:
    """Down to a millisecond."""
    shard = Shard()
    shard.note("a", answered(took_s=took_s))
    found = shard.tally.latency_quantile_s(0.95)
    assert max(took_s, 0.001) <= found * (1 + 1e-9)
    assert found <= max(took_s, 0.001) * 1.2


def test_a_quantile_is_what_so_many_did_not_exceed() -> None:
    """Of a hundred answers, five are slow."""
    shard = Shard()
    for number in range(100):
        shard.note(f"{number}", answered(took_s=10.0 if number < 5 else 1.0))
    assert shard.tally.latency_quantile_s(0.95) < 1.2
    assert shard.tally.latency_quantile_s(0.96) > 9
    assert shard.tally.latency.mean == pytest.approx(1.45)
    assert Tally().latency_quantile_s(0.95) == 0


def test_nothing_of_a_mail_is_kept() -> None:
    """Hashes, labels and sums."""
    shard = Shard()
    shard.note("c" * 16, answered("e" * 64))
    document = json.loads(shard.encode())
    assert document["seen"] == {"c" * 16: [0, {"e" * 16: "OFFER"}]}


@pytest.mark.parametrize(
    "damage", [None, b"", b"[]", b"{", b"{}", b'{"mails": 1}', b"\xff", b'"x"', b"null"]
)
def test_a_damaged_document_is_an_empty_one(damage: bytes | None) -> None:
    """An experiment is not worth a mail."""
    assert decode_shard(damage) == Shard()


def test_a_part_of_a_document_that_is_of_no_use_makes_it_an_empty_one() -> None:
    """Whatever is wrong with it."""
    shard = Shard()
    shard.note("a", answered())
    good = json.loads(shard.encode())
    for key in good:
        for wrong in (None, "x", [1], {"x": "y"}):
            assert decode_shard(json.dumps(good | {key: wrong}).encode()) == Shard(), (key, wrong)
