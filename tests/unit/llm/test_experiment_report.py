"""What a report says about counts and corrections that are known."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from careerops.domain.taxonomy import EventType
from careerops.llm.budget import Spent
from careerops.llm.experiments.definition import Experiment, Variant, new_experiment
from careerops.llm.experiments.report import (
    Finding,
    Measure,
    Report,
    Row,
    as_json,
    report,
)
from careerops.llm.experiments.tally import Observation, Shard
from careerops.llm.experiments.truths import (
    MAX_UNJUDGED,
    Truth,
    contradicted,
    duels,
    judged,
    truths_of,
    unjudged,
)
from careerops.ports.corrections import Correction

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OFFER, OTHER = EventType.OFFER, EventType.OTHER


def correction(event: str, was: EventType, label: EventType, revision: int = 1) -> Correction:
    """A person's word."""
    return Correction(event, "me", was, label, revision, AT + timedelta(hours=revision))


def truth(label: str, hours: int = 0, *, was_told_so: bool = False) -> Truth:
    """What is right, and when it was said."""
    return Truth(label, not was_told_so, AT + timedelta(hours=hours))


def experiment(*more: Variant) -> Experiment:
    """A champion and a variant of half the mails each, and more."""
    variants = (
        Variant(name="champion", champion=True, weight=0.5),
        Variant(name="b", part="x", weight=0.5),
        *more,
    )
    return new_experiment("smaller", variants, salt="0" * 16, at=AT)


SHADOW = Variant(name="s", part="x", shadow=True, weight=1)


def shard(labels: Mapping[str, EventType | None], **fields: float) -> Shard:
    """One mail a conversation, by id, with these answers."""
    found = Shard()
    for key, label in labels.items():
        spent = Spent(1, 0, 100, 10, int(fields.get("micro_usd", 0)))
        error = "" if label else "outage"
        seen = Observation(key, label, fields.get("took_s", 1.0), spent, error)
        found.note(key, seen)
    return found


def rows(found: Report, measure: Measure) -> dict[str, Row]:
    """By variant."""
    return {row.variant.name: row for row in found.rows if row.measure is measure}


def test_the_latest_word_of_a_person_holds_against_what_they_were_told_first() -> None:
    """Back and forth is no contradiction in the end."""
    found = truths_of(
        [
            correction("a" * 64, OTHER, OFFER, 2),
            correction("a" * 64, OFFER, OTHER, 1),
            correction("b" * 64, OFFER, OTHER),
            correction("c" * 64, OFFER, OFFER),
        ]
    )
    assert found["a" * 16] == Truth("OFFER", contradicted=False, at=AT + timedelta(hours=1))
    assert found["b" * 16].contradicted
    assert not found["c" * 16].contradicted


def test_of_a_conversation_the_first_word_counts() -> None:
    """About a mail that was answered at all."""
    answers = {
        "x": {"1": "OFFER", "2": "OFFER", "3": ""},
        "y": {"4": "OTHER"},
        "z": {"5": "OTHER"},
    }
    truths = {
        "1": truth("OTHER", 5),
        "2": truth("OFFER", 1),
        "3": truth("OFFER", 0),
        "4": truth("OFFER", 0),
    }
    assert judged(answers, truths) == (1, 2)
    assert contradicted(answers, truths) == 2
    confirmed = {mail: truth("OTHER", was_told_so=True) for mail in "12345"}
    assert contradicted(answers, confirmed) == 0


def test_a_duel_is_a_mail_about_which_both_differ_and_a_person_said_who_is_right() -> None:
    """Who neither is right about is lost by none; what nobody judged is asked for."""
    mine = {
        "a": {"1": "OFFER"},
        "b": {"2": "OFFER"},
        "c": {"3": "OFFER"},
        "d": {"4": "OFFER"},
        "e": {"5": "OFFER"},
        "f": {"6": ""},
    }
    champions = {
        "a": {"1": "OTHER"},
        "b": {"2": "OTHER"},
        "c": {"3": "OFFER"},
        "d": {"4": "OTHER"},
        "e": {"5": "OTHER"},
        "f": {"6": "OTHER"},
        "g": {"7": "OTHER"},
    }
    truths = {
        "1": truth("OFFER"),
        "2": truth("OTHER"),
        "3": truth("OTHER"),
        "4": truth("REJECTION"),
        "6": truth("OFFER"),
    }
    assert duels(mine, champions, truths) == (1, 1)
    assert unjudged(mine, champions, truths) == ["5"]
    many = {f"{n}": {f"m{n}": "OFFER"} for n in range(50)}
    other = {f"{n}": {f"m{n}": "OTHER"} for n in range(50)}
    assert len(unjudged(many, other, {})) == MAX_UNJUDGED


def test_a_variant_that_fails_less_is_corrected_less_and_is_quicker_is_found_better() -> None:
    """And cheaper; nothing is said of what is equal."""
    names = [f"{n:016x}" for n in range(1000)]
    champion = shard(
        {name: None if n % 5 == 0 else OFFER for n, name in enumerate(names)},
        took_s=9.0,
        micro_usd=9000,
    )
    variant = shard({f"b{name[1:]}": OFFER for name in names}, took_s=1.0, micro_usd=300)
    truths = {name: truth("OTHER" if n % 3 else "OFFER") for n, name in enumerate(names[:200])}
    found = report(experiment(), {"champion": champion, "b": variant}, truths, alpha=0.05)
    for measure in (Measure.FAILED, Measure.CORRECTED, Measure.LATENCY, Measure.COST):
        row = rows(found, measure)["b"]
        assert row.against is not None
        assert row.against.finding is Finding.BETTER, measure
        assert rows(found, measure)["champion"].against is None
    failed = rows(found, Measure.FAILED)
    assert (failed["champion"].value, failed["champion"].n) == (0.2, 1000)
    assert 0.2 in failed["champion"].interval
    assert rows(found, Measure.LATENCY)["champion"].value == pytest.approx(9.0)
    assert rows(found, Measure.COST)["b"].value == pytest.approx(300)
    accuracy = rows(found, Measure.ACCURACY)
    assert accuracy["b"].n == 0
    assert accuracy["b"].against is not None
    assert accuracy["b"].against.finding is Finding.OPEN
    assert Measure.AGREEMENT not in {row.measure for row in found.rows}


def test_the_other_way_round_it_is_worse() -> None:
    """Whoever is the champion."""
    names = [f"{n:016x}" for n in range(1000)]
    bad = shard({name: None if n % 5 == 0 else OFFER for n, name in enumerate(names)}, took_s=9.0)
    good = shard({f"b{name[1:]}": OFFER for name in names}, took_s=1.0)
    truths = {f"b{name[1:]}": truth("OFFER") for name in names[:200]}
    truths |= {name: truth("OTHER") for name in names[:200]}
    found = report(experiment(), {"champion": good, "b": bad}, truths, alpha=0.05)
    for measure in (Measure.FAILED, Measure.LATENCY, Measure.ACCURACY):
        row = rows(found, measure)["b"]
        assert row.against is not None
        assert row.against.finding is Finding.WORSE, measure


def test_a_shadow_is_compared_by_agreement_and_duels() -> None:
    """Nobody corrects what nobody was told, and it is asked only where the champion answered."""
    names = [f"{n:016x}" for n in range(60)]
    champion = shard(dict.fromkeys(names, OTHER))
    shadow = Shard()
    for n, name in enumerate(names):
        label = OFFER if n < 20 else OTHER
        shadow.note(name, Observation(name, label, 1.0, agreed=n >= 20))
    truths = {name: truth("OFFER") for name in names[:18]}
    seen = {"champion": champion, "b": Shard(), "s": shadow}
    found = report(experiment(SHADOW), seen, truths, alpha=0.05)
    agreement = rows(found, Measure.AGREEMENT)
    assert set(agreement) == {"s"}
    assert agreement["s"].value == pytest.approx(40 / 60)
    assert agreement["s"].against is None
    accuracy = rows(found, Measure.ACCURACY)["s"]
    assert (accuracy.value, accuracy.n) == (1.0, 18)
    assert accuracy.against is not None
    assert (accuracy.against.kind, accuracy.against.finding) == ("wins", Finding.BETTER)
    assert "s" not in rows(found, Measure.CORRECTED)
    assert rows(found, Measure.FAILED)["s"].against is None
    assert found.unjudged == {"s": names[18:20]}


def test_what_nobody_knows_the_price_of_is_not_called_cheap() -> None:
    """It is counted as unpriced, and not compared."""
    names = [f"{n:016x}" for n in range(500)]
    unpriced = Shard()
    for name in names:
        unpriced.note(name, Observation(name, OFFER, 1.0, Spent(1, 1, 100, 10, 0)))
    seen = {"champion": shard(dict.fromkeys(names, OFFER), micro_usd=9000), "b": unpriced}
    found = report(experiment(), seen, {}, alpha=0.05)
    assert rows(found, Measure.COST)["b"].against is None
    assert as_json(found)["seen"]["b"]["unpriced_calls"] == 500


def test_many_variants_have_to_show_more_each() -> None:
    """All comparisons of a measure hold together."""
    more = [Variant(name=f"s{n}", part="x", shadow=True, weight=1) for n in range(4)]
    names = [f"{n:016x}" for n in range(400)]
    seen = {"champion": shard(dict.fromkeys(names, OFFER)), "b": Shard()}
    alone = report(experiment(), seen, {}, alpha=0.05)
    many = report(experiment(*more), seen | {each.name: Shard() for each in more}, {}, alpha=0.05)
    one, two = (rows(found, Measure.COST)["b"].against for found in (alone, many))
    assert one is not None
    assert two is not None
    assert two.interval.width >= one.interval.width
    champion = [rows(found, Measure.LATENCY)["champion"] for found in (alone, many)]
    assert champion[0].interval == champion[1].interval


def test_the_report_is_json_also_with_nothing_in_it() -> None:
    """No infinity, which JSON does not know; a figure of nothing is null."""
    known = experiment(SHADOW)
    found = report(known, {each.name: Shard() for each in known.variants}, {}, alpha=0.05)
    text = json.dumps(as_json(found), allow_nan=False)
    read = json.loads(text)
    assert read["name"] == "smaller"
    assert [each["name"] for each in read["variants"]] == ["champion", "b", "s"]
    assert {row["value"] for row in read["measures"]} == {None}
    corrected = next(
        row for row in read["measures"] if (row["variant"], row["measure"]) == ("b", "corrected")
    )
    assert corrected["against_champion"] == {
        "kind": "ratio",
        "interval": [0.0, None],
        "finding": "open",
    }
    assert read["seen"]["b"]["errors"] == {}
    assert read["unjudged"] == {"s": []}
