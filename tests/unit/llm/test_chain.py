"""Providers in order, the fallback, and what becomes of a mail when they all fail."""

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from careerops.domain.career import Classification
from careerops.domain.errors import Outage, Permanent, Transient
from careerops.domain.taxonomy import EventType
from careerops.llm.chain import ClassifierChain
from careerops.llm.errors import ProviderDown
from careerops.ops.context import PartContext
from careerops.ops.logging import configure_logging
from support.adapters import RECEIVED, ScriptedClassifier, context, mail

PLANTED = "PLANTED-SECRET-0815"


def classified(provider: str, **fields: Any) -> Classification:
    """An answer of `provider`."""
    return Classification(
        event_type=EventType.OFFER, confidence=0.9, evidence="x", provider=provider, **fields
    )


FALLBACK = classified("rules")


def chain(
    *answers: Any, fallback: Any = FALLBACK, around: PartContext | None = None
) -> ClassifierChain:
    """Providers a, b, c ... with these answers."""
    links = [ScriptedClassifier(answer, name=chr(97 + n)) for n, answer in enumerate(answers)]
    last = ScriptedClassifier(fallback, name="rules") if fallback is not None else None
    return ClassifierChain(links, fallback=last, context=around or context())


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged."""
    stream = io.StringIO()
    undo = configure_logging(level="debug", stream=stream, fmt="json")
    yield stream
    undo()


async def test_the_first_valid_answer_wins() -> None:
    """And nobody else is asked."""
    first, second = ScriptedClassifier(classified("a")), ScriptedClassifier(classified("b"))
    both = ClassifierChain([first, second], fallback=None, context=context())
    assert (await both.classify(mail())).provider == "a"
    assert (first.calls, second.calls) == (1, 0)


@pytest.mark.parametrize(
    "error",
    [
        ProviderDown("x", provider="a"),
        Transient("x", provider="a"),
        Outage("x", scope="a"),
        Permanent("x", reason="invalid_answer"),
    ],
)
async def test_the_next_provider_answers_for_one_that_fails(error: Exception) -> None:
    """Unmarked: it is as good as the first."""
    answer = await chain(error, classified("b")).classify(mail())
    assert (answer.provider, answer.degraded, answer.review) == ("b", None, False)


async def test_without_a_valid_answer_the_fallback_answers_marked() -> None:
    """As degraded, by which failures, and for review."""
    failing = chain(Permanent("x", reason="invalid_answer"), Permanent("y", reason="refused"))
    answer = await failing.classify(mail())
    assert (answer.provider, answer.review) == ("rules", True)
    assert answer.degraded == "a: invalid_answer, b: refused"


async def test_without_a_valid_answer_and_fallback_the_mail_is_a_dead_letter() -> None:
    """`fallback = "none"`."""
    failing = chain(Permanent(PLANTED, reason="invalid_answer"), fallback=None)
    with pytest.raises(Permanent) as caught:
        await failing.classify(mail())
    assert caught.value.reason == "all_invalid"
    assert str(caught.value) == "no valid answer from any provider (a: invalid_answer)"


@pytest.mark.parametrize(
    "errors",
    [
        [ProviderDown("x", provider="a")],
        [Outage("x", scope="a")],
        [ProviderDown("x", provider="a"), Outage("y", scope="b")],
        [Transient("x", provider="a", retry_after_s=9), Transient("y", provider="b")],
    ],
)
async def test_when_nobody_can_answer_it_is_an_outage_and_no_ones_attempt(
    errors: list[Exception],
) -> None:
    """Never a dead letter, and never the fallback's business before the hold is over."""
    for fallback in (FALLBACK, None):
        with pytest.raises(Outage) as caught:
            await chain(*errors, fallback=fallback).classify(mail())
        assert caught.value.scope == "llm"


async def test_an_outage_ends_with_the_first_provider_that_is_back() -> None:
    """The earliest of their times, if each names one."""
    hour = RECEIVED + timedelta(hours=1)
    one = Outage("x", scope="a", retry_at=hour)
    soon = Transient("y", provider="b", retry_after_s=30)
    with pytest.raises(Outage) as caught:
        await chain(one, soon).classify(mail())
    assert caught.value.retry_at == RECEIVED + timedelta(seconds=30)
    with pytest.raises(Outage) as caught:
        await chain(one, Outage("y", scope="b")).classify(mail())
    assert caught.value.retry_at is None


async def test_the_only_providers_rate_limit_is_this_mails_to_wait_for() -> None:
    """With the delay it asked for."""
    with pytest.raises(Transient) as caught:
        await chain(Transient("x", provider="z", retry_after_s=7)).classify(mail())
    assert (caught.value.provider, caught.value.retry_after_s) == ("a", 7)


async def test_one_mail_that_a_provider_chokes_on_is_no_outage() -> None:
    """A provider that answered the mail before fails because of this one, until it fails again."""
    down = ProviderDown("x", provider="a")
    only = chain([classified("a"), down, classified("a"), down, down])
    await only.classify(mail())
    for _ in range(2):
        with pytest.raises(Transient) as caught:
            await only.classify(mail())
        assert caught.value.provider == "a"
        if len(only._links[0].classifier.answer) == 3:
            await only.classify(mail())
    with pytest.raises(Outage):
        await only.classify(mail())


async def test_a_mail_that_one_refuses_and_another_cannot_be_asked_about_is_degraded() -> None:
    """The others are not held up for it, and the person is told now."""
    mixed = chain(Permanent("x", reason="invalid_answer"), Outage("y", scope="b"))
    answer = await mixed.classify(mail())
    assert answer.degraded == "a: invalid_answer, b: outage"


async def test_without_a_fallback_such_a_mail_waits_for_the_other_provider() -> None:
    """Alone."""
    mixed = chain(Permanent("x"), ProviderDown("y", provider="b"), fallback=None)
    with pytest.raises(Transient) as caught:
        await mixed.classify(mail())
    assert caught.value.provider == "b"


async def test_an_open_breaker_is_an_outage_without_a_call() -> None:
    """The provider is left alone; when it may be asked again is known."""
    around = context()
    provider = ScriptedClassifier(ProviderDown("x", provider="a"), name="a")
    only = ClassifierChain([provider], fallback=None, context=around)
    for _ in range(7):
        with pytest.raises(Outage) as caught:
            await only.classify(mail())
    assert provider.calls == 5
    assert caught.value.retry_at == RECEIVED + timedelta(seconds=10)


@pytest.mark.parametrize(
    "error", [Transient("429", provider="a"), Outage("spent", scope="a"), Permanent("bad")]
)
async def test_a_refusal_opens_no_breaker(error: Exception) -> None:
    """A bad key or a spent quota is no outage of the provider."""
    around = context()
    provider = ScriptedClassifier(error, name="a")
    only = ClassifierChain([provider], fallback=None, context=around)
    for _ in range(12):
        with pytest.raises(type(error)):
            await only.classify(mail())
    assert provider.calls == 12


async def test_a_cancelled_call_leaves_the_breaker_as_it_was() -> None:
    """Shutting down says nothing about a provider."""
    around = context()
    script: list[Any] = [ProviderDown("x", provider="a")] * 4
    script += [asyncio.CancelledError(), classified("a")]
    only = ClassifierChain([ScriptedClassifier(script, name="a")], fallback=None, context=around)
    for _ in range(4):
        with pytest.raises(Outage):
            await only.classify(mail())
    with pytest.raises(asyncio.CancelledError):
        await only.classify(mail())
    assert (await only.classify(mail())).provider == "a"


async def test_the_classify_service_can_have_a_mail_degraded() -> None:
    """After the hold; None where there is nobody to ask."""
    answer = await chain().degrade(mail(), "outage of llm")
    assert answer is not None
    assert (answer.degraded, answer.review, answer.provider) == ("outage of llm", True, "rules")
    assert await chain(fallback=None).degrade(mail(), "x") is None


async def test_failures_are_logged_by_type_and_counted(logged: io.StringIO) -> None:
    """And their text, which may quote what was sent, is not."""
    around = context()
    failing = chain(Permanent(PLANTED, reason="invalid_answer"), Transient(PLANTED), around=around)
    await failing.classify(mail(PLANTED, subject=PLANTED))
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    failed = [line for line in lines if line["event"] == "provider_failed"]
    assert [(line["provider"], line["error_type"]) for line in failed] == [
        ("a", "Permanent"),
        ("b", "Transient"),
    ]
    assert PLANTED not in logged.getvalue()
    sample = around.metrics.registry.get_sample_value
    for word in ("invalid_answer", "transient"):
        assert sample("careerops_classification_errors_total", {"error_type": word}) == 1


async def test_a_bug_in_a_provider_is_raised_as_it_is() -> None:
    """The engine counts it against the message; it is no outage."""
    with pytest.raises(ZeroDivisionError):
        await chain(ZeroDivisionError("x")).classify(mail())


async def test_it_closes_everybody() -> None:
    """Providers and fallback."""
    provider, rules = ScriptedClassifier(FALLBACK), ScriptedClassifier(FALLBACK)
    both = ClassifierChain([provider], fallback=rules, context=context())
    await both.close()
    assert (both.name, provider.closed, rules.closed) == ("chain", 1, 1)


@pytest.mark.parametrize("reason", ["bad_request", "too_long"])
async def test_what_is_no_providers_fault_is_shown_to_no_other(reason: str) -> None:
    """Trying the next one would be blind; the fallback answers, and says so."""
    first = ScriptedClassifier(Permanent("x", reason=reason), name="a")
    second = ScriptedClassifier(classified("b"), name="b")
    both = ClassifierChain(
        [first, second], fallback=ScriptedClassifier(FALLBACK), context=context()
    )
    answer = await both.classify(mail())
    assert (answer.provider, answer.degraded, answer.review) == ("rules", f"a: {reason}", True)
    assert second.calls == 0


async def test_quota_that_is_full_is_waited_for_until_its_exact_time() -> None:
    """The earliest of all; one whose time is a guess makes a guess of it."""
    full = Outage("full", scope="a:1", retry_at=RECEIVED + timedelta(seconds=40), exact=True)
    later = Outage("full", scope="b:1", retry_at=RECEIVED + timedelta(hours=9), exact=True)
    with pytest.raises(Outage) as caught:
        await chain(later, full).classify(mail())
    found = caught.value
    assert (found.scope, found.retry_at, found.exact) == ("llm", full.retry_at, True)
    guess = Outage("down", scope="b", retry_at=RECEIVED + timedelta(seconds=10))
    with pytest.raises(Outage) as caught:
        await chain(full, guess).classify(mail())
    assert (caught.value.retry_at, caught.value.exact) == (guess.retry_at, False)


async def test_history_waits_for_a_scope_of_its_own() -> None:
    """Quota that is kept for live mail is full for the past alone."""
    full = Outage("full", scope="a:1", retry_at=RECEIVED + timedelta(seconds=40), exact=True)
    with pytest.raises(Outage) as caught:
        await chain(full).classify(mail(backfill=True))
    assert caught.value.scope == "llm.history"


async def test_a_spent_budget_is_told_apart_from_an_outage() -> None:
    """Only where nobody else could answer later today."""
    spent = Outage("spent", scope="budget", retry_at=RECEIVED + timedelta(hours=9), exact=True)
    with pytest.raises(Outage) as caught:
        await chain(spent, spent).classify(mail())
    assert caught.value.scope == "budget"
    full = Outage("full", scope="b:1", retry_at=RECEIVED + timedelta(seconds=40), exact=True)
    with pytest.raises(Outage) as caught:
        await chain(spent, full).classify(mail())
    assert (caught.value.scope, caught.value.retry_at) == ("llm", full.retry_at)
