"""Which variant a conversation belongs to, and how an experiment is written down."""

from datetime import UTC, datetime
from math import sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.domain.errors import ConfigurationError
from careerops.llm.experiments.definition import (
    MAX_VARIANTS,
    SHARDS,
    Experiment,
    Variant,
    new_experiment,
)
from careerops.llm.experiments.notation import variants_of
from support.adapters import mail

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHAMPION = Variant(name="champion", champion=True, weight=1)
SHADOW = Variant(name="shadow", part="rules", shadow=True, weight=1)


def started(
    *variants: Variant, salt: str = "0123456789abcdef", name: str = "smaller"
) -> Experiment:
    """An experiment of these variants."""
    return new_experiment(name, variants, salt=salt, at=AT)


def shared(*weights: float, salt: str = "0123456789abcdef") -> Experiment:
    """The champion, and variants of these weights."""
    others = [Variant(name=f"v{n}", part="x", weight=w) for n, w in enumerate(weights)]
    return started(CHAMPION.model_copy(update={"weight": 1 - sum(weights)}), *others, salt=salt)


salts = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
weights_that_leave_some = st.lists(st.floats(0.01, 0.3), min_size=1, max_size=3)


@given(salts, weights_that_leave_some, st.text())
def test_a_conversation_stays_with_its_variant(salt: str, weights: list[float], key: str) -> None:
    """In this process, after a restart, and in another one that read it from the store."""
    experiment = shared(*weights, salt=salt)
    read = Experiment.model_validate_json(experiment.model_dump_json())
    first, later = experiment.conversation_of(key), read.conversation_of(key)
    assert first == later
    assert experiment.assigned(first) == read.assigned(later)
    assert 0 <= first.place < 1
    assert 0 <= first.shard < SHARDS


@given(salts, weights_that_leave_some)
def test_weights_are_met_within_binomial_error(salt: str, weights: list[float]) -> None:
    """Whatever the salt: by five standard errors at most, over 2,000 conversations."""
    experiment = shared(*weights, salt=salt)
    count = 2000
    found = [experiment.assigned(experiment.conversation_of(f"c{n}")).name for n in range(count)]
    for variant in experiment.variants:
        error = sqrt(count * variant.weight * (1 - variant.weight))
        assert abs(found.count(variant.name) - count * variant.weight) < 5 * error


def test_another_experiment_deals_anew() -> None:
    """Its salt is another, so who was with the variant once is not always."""
    one, two = shared(0.5, salt="a" * 16), shared(0.5, salt="b" * 16)
    keys = [f"c{n}" for n in range(400)]
    same = sum(
        one.assigned(one.conversation_of(key)).name == two.assigned(two.conversation_of(key)).name
        for key in keys
    )
    assert 150 < same < 250


def test_every_mail_of_a_conversation_goes_where_its_first_went() -> None:
    """One without a conversation is its own."""
    experiment = shared(0.5)
    first, second = (mail(thread_key="t", event_id=digit * 64) for digit in "12")
    assert experiment.conversation(first) == experiment.conversation(second)
    alone = [experiment.conversation(mail(event_id=digit * 64)) for digit in "12"]
    assert alone[0].key != alone[1].key


def test_the_last_variant_has_what_rounding_leaves() -> None:
    """A place beyond the sum of all weights is still somebody's."""
    experiment = shared(0.5)
    edge = experiment.conversation_of("x")._replace(place=1.0)
    assert experiment.assigned(edge) == experiment.acting[-1]


def test_a_shadow_is_asked_about_its_share_always_the_same() -> None:
    """Sticky too, and independent of other shadows."""
    half = [SHADOW.model_copy(update={"name": name, "weight": 0.5}) for name in ("s1", "s2")]
    experiment = started(CHAMPION, *half, SHADOW)
    beside = [experiment.beside(experiment.conversation_of(f"c{n}")) for n in range(400)]
    for name in ("s1", "s2"):
        assert 150 < sum(name in {each.name for each in found} for found in beside) < 250
    both = sum(len(found) == 3 for found in beside)
    assert 60 < both < 140
    assert all(SHADOW in found for found in beside)
    assert experiment.beside(experiment.conversation_of("c1")) == beside[1]


@pytest.mark.parametrize(
    ("variants", "complaint"),
    [
        ([CHAMPION], "nothing to compare"),
        ([CHAMPION, CHAMPION], "two variants are called champion"),
        ([SHADOW, Variant(name="a", weight=1)], "needs one champion"),
        ([CHAMPION, Variant(name="a", weight=0.2)], r"add up to 1\.2: make them"),
        (
            [CHAMPION, SHADOW.model_copy(update={"part": "configured", "model": "m"})],
            "needs a part",
        ),
        (
            [CHAMPION, *(SHADOW.model_copy(update={"name": f"s{n}"}) for n in range(MAX_VARIANTS))],
            "at most 8",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    variants: list[Variant], complaint: str
) -> None:
    """That says what to change."""
    with pytest.raises(ConfigurationError, match=complaint) as caught:
        started(*variants)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "Upper", "a b", "a" * 33, "../x", "a:b"])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    """It stands in keys of documents and on command lines."""
    with pytest.raises(ConfigurationError, match="name is of at most 32"):
        started(CHAMPION, SHADOW, name=name)


def test_variants_as_they_are_written() -> None:
    """Models may hold colons and slashes; the champion has what is left."""
    found = variants_of(
        "champion=configured",
        ["small=openai, model=org/llama3:8b ,prompt=classify.v1,weight=0.25"],
        ["here=rules", "some=rules,weight=0.5"],
    )
    assert found == (
        Variant(name="champion", weight=0.75, champion=True),
        Variant(
            name="small",
            part="openai",
            model="org/llama3:8b",
            prompt="classify.v1",
            weight=0.25,
        ),
        Variant(name="here", part="rules", weight=1, shadow=True),
        Variant(name="some", part="rules", weight=0.5, shadow=True),
    )
    assert [variant.role for variant in found] == ["champion", "variant", "shadow", "shadow"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"variants": ["a=x"]}, "--variant a: add ,weight="),
        ({"variants": ["x"]}, "--variant: write NAME=PART"),
        ({"variants": ["=x,weight=1"]}, "--variant: write NAME=PART"),
        ({"variants": ["A=x,weight=0.1"]}, "lower-case"),
        ({"variants": ["a=,weight=0.1"]}, "--variant: write NAME=PART"),
        ({"variants": ["a=x,weight=0"]}, "a share above 0"),
        ({"variants": ["a=x,weight=1.5"]}, "a share above 0"),
        ({"variants": ["a=x,weight=nan"]}, "a share above 0"),
        ({"variants": ["a=x,weight=much"]}, "a share above 0"),
        ({"variants": ["a=x,weight=0.6", "b=x,weight=0.4"]}, "add up to 1, which leaves"),
        ({"shadows": ["a=x,modell=y"]}, "--shadow a: write NAME=PART"),
        ({"shadows": ["a=x,model="]}, "--shadow a: write NAME=PART"),
        ({"shadows": ["a=x,model"]}, "--shadow a: write NAME=PART"),
        ({"shadows": ["a=x,model=y,model=z"]}, "each at most once"),
        ({"shadows": ["a=x,model=" + "y" * 201]}, "--shadow a: write NAME=PART"),
        ({"champion": "champion"}, "--champion: write NAME=PART"),
    ],
)
def test_what_is_not_written_so_is_refused_in_one_line(
    arguments: dict[str, Any], complaint: str
) -> None:
    """With the option, the variant and the form."""
    given_: dict[str, Any] = {"champion": "champion=configured", "variants": [], "shadows": []}
    with pytest.raises(ConfigurationError, match=complaint) as caught:
        variants_of(**given_ | arguments)
    assert "\n" not in str(caught.value)
