"""A process that takes part: whose answer a mail gets, what is written down, and at what price."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from careerops.adapters.memory.clock import FakeClock
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain.career import Classification
from careerops.domain.errors import (
    CareerOpsError,
    ConfigurationError,
    Outage,
    Permanent,
    Transient,
)
from careerops.domain.taxonomy import EventType
from careerops.llm.budget import Spent
from careerops.llm.errors import ProviderDown
from careerops.llm.experiments.book import ExperimentBook
from careerops.llm.experiments.classifier import ExperimentClassifier
from careerops.llm.experiments.definition import Experiment, Variant, new_experiment
from careerops.llm.experiments.tally import Shard
from careerops.llm.metering import charge
from careerops.ops.context import PartContext
from support.adapters import RECEIVED, ScriptedClassifier, context, mail
from support.waiting import until

CHAMPION = Variant(name="champion", champion=True, weight=1)
HALF = Variant(name="champion", champion=True, weight=0.5)
SMALL = Variant(name="small", part="small", weight=0.5)
SHADOW = Variant(name="shadow", part="quiet", shadow=True, weight=1)


def said(label: EventType, provider: str = "x", **fields: Any) -> Classification:
    """An answer."""
    return Classification(
        event_type=label, confidence=0.9, evidence="x", provider=provider, **fields
    )


OFFER, OTHER = said(EventType.OFFER), said(EventType.OTHER)


class Chain(ScriptedClassifier):
    """Everything as configured, with a fallback."""

    async def degrade(self, mail: Any, reason: str) -> Classification | None:
        """The fallback's answer."""
        del mail
        return said(EventType.OFFER, "rules", degraded=reason, review=True)


class Process:
    """A process of the experiment, with the parts that it is configured with."""

    def __init__(self, around: PartContext, chain: Any = OFFER, **parts: Any) -> None:
        self.around = around
        self.chain = Chain(chain, name="chain")
        self.parts = {
            name: part if hasattr(part, "classify") else ScriptedClassifier(part, name=name)
            for name, part in parts.items()
        }
        self.built: list[str] = []
        self.under_test = ExperimentClassifier(self.chain, self.build, around, max_shadows=2)

    def build(self, variant: Variant) -> Any:
        """A part by its name."""
        self.built.append(variant.name)
        if variant.part not in self.parts:
            raise ConfigurationError("no such part")
        return self.parts[variant.part]

    async def ask(self, thread: str = "t", event: str = "e" * 64) -> Classification:
        """Classify a mail of that conversation."""
        return await self.under_test.classify(mail(thread_key=thread, event_id=event))

    async def seen(self, experiment: Experiment) -> dict[str, Shard]:
        """What was written down, all of it."""
        await self.under_test.close()
        return await ExperimentBook(self.around.documents).seen(experiment)


async def started(around: PartContext, *variants: Variant, salt: str = "0" * 16) -> Experiment:
    """An experiment that runs."""
    found = new_experiment("x", variants, salt=salt, at=RECEIVED)
    await ExperimentBook(around.documents).start(found)
    return found


def thread_of(experiment: Experiment, variant: Variant) -> str:
    """A conversation that is assigned to `variant`."""
    return next(
        f"t{n}"
        for n in range(1000)
        if experiment.assigned(experiment.conversation_of(f"t{n}")).name == variant.name
    )


async def test_without_an_experiment_it_is_the_chain() -> None:
    """Answers carry no variant, and nothing is written."""
    around = context()
    process = Process(around)
    assert (await process.ask()).variant == ""
    degraded = await process.under_test.degrade(mail(), "x")
    assert degraded is not None
    assert (degraded.variant, degraded.degraded) == ("", "x")
    assert process.under_test.name == "chain"
    await process.under_test.close()
    assert await around.documents.read("") == {}
    assert process.chain.closed == 1


async def test_every_answer_carries_the_variant_of_its_conversation() -> None:
    """In two processes, mail after mail; both variants answer by themselves."""
    around = context()
    experiment = await started(around, HALF, SMALL)
    one, two = (Process(around, OFFER, small=OTHER) for _ in range(2))
    for number in range(40):
        thread = f"t{number}"
        answers = [await process.ask(thread, f"{number:064x}") for process in (one, two, one)]
        wanted = experiment.assigned(experiment.conversation_of(thread)).name
        assert {answer.variant for answer in answers} == {wanted}
        assert {answer.event_type for answer in answers} == {
            EventType.OTHER if wanted == "small" else EventType.OFFER
        }
    assert one.built == two.built == ["small"]


async def test_a_start_and_a_stop_are_followed_within_two_seconds() -> None:
    """And not looked up for every mail."""
    around = context()
    clock = around.clock
    assert isinstance(clock, FakeClock)
    process = Process(around, small=OTHER)
    assert (await process.ask()).variant == ""
    experiment = await started(around, HALF, SMALL)
    thread = thread_of(experiment, SMALL)
    await clock.advance(1.9)
    assert (await process.ask(thread)).variant == ""
    await clock.advance(0.1)
    assert (await process.ask(thread)).variant == "small"
    await ExperimentBook(around.documents).stop(clock.now())
    await clock.advance(2)
    assert (await process.ask(thread)).variant == ""
    assert process.parts["small"].calls == 1


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ProviderDown("x", provider="small"), "providerdown"),
        (Transient("x"), "transient"),
        (Outage("x", scope="small"), "outage"),
        (Outage("x", scope="budget"), "budget"),
        (Permanent("x", reason="invalid_answer"), "invalid_answer"),
        (CareerOpsError("x"), "careeropserror"),
        (KeyError("x"), "unexpected"),
        (said(EventType.OFFER, degraded="y"), "degraded"),
    ],
)
async def test_the_chain_answers_for_a_variant_that_fails(error: Any, word: str) -> None:
    """Still as that variant's mail; the failure is written down by its kind."""
    around = context()
    experiment = await started(around, HALF, SMALL)
    process = Process(around, said(EventType.OTHER, "configured"), small=error)
    answer = await process.ask(thread_of(experiment, SMALL))
    assert (answer.variant, answer.provider, answer.degraded) == ("small", "configured", None)
    seen = await process.seen(experiment)
    assert seen["small"].tally.errors == {word: 1}
    assert seen["small"].tally.failed == 1
    assert seen["champion"].tally.mails == 0


async def test_a_variant_whose_provider_is_down_is_left_alone_for_a_while() -> None:
    """Mails do not wait for its timeouts, one after another."""
    around = context()
    experiment = await started(around, HALF, SMALL)
    process = Process(around, small=ProviderDown("x", provider="small"))
    for _ in range(8):
        assert (await process.ask(thread_of(experiment, SMALL))).variant == "small"
    assert process.parts["small"].calls == 5
    seen = await process.seen(experiment)
    assert seen["small"].tally.errors == {"providerdown": 5, "left_alone": 3}


async def test_a_process_without_the_part_answers_by_the_chain() -> None:
    """It tries to construct it once, and what it could not do is written down."""
    around = context()
    experiment = await started(around, HALF, SMALL)
    process = Process(around)
    for _ in range(2):
        assert (await process.ask(thread_of(experiment, SMALL))).variant == "small"
    assert process.built == ["small"]
    assert (await process.seen(experiment))["small"].tally.errors == {"not_configured": 2}


async def test_the_chain_as_champion_raises_what_it_raises() -> None:
    """The engine holds or retries the mail as ever; the fallback's answer has its variant."""
    around = context()
    experiment = await started(around, CHAMPION, SHADOW)
    outage = Outage("x", scope="llm")
    process = Process(around, outage, quiet=OTHER)
    with pytest.raises(Outage) as caught:
        await process.ask()
    assert caught.value is outage
    answer = await process.under_test.degrade(mail(), "outage of llm")
    assert answer is not None
    assert (answer.variant, answer.degraded, answer.review) == ("champion", "outage of llm", True)
    seen = await process.seen(experiment)
    assert seen["champion"].tally.errors == {"outage": 1}
    assert process.parts["quiet"].calls == 0


async def test_what_the_chain_degraded_itself_stands_and_is_no_answer_of_the_champion() -> None:
    """No shadow is compared with the fallback."""
    around = context()
    experiment = await started(around, CHAMPION, SHADOW)
    process = Process(around, said(EventType.OFFER, degraded="a: refused"), quiet=OTHER)
    answer = await process.ask()
    assert (answer.degraded, answer.variant) == ("a: refused", "champion")
    assert process.chain.calls == 1
    seen = await process.seen(experiment)
    assert seen["champion"].tally.errors == {"degraded": 1}
    assert process.parts["quiet"].calls == 0


async def test_a_champion_with_a_part_of_its_own_is_asked_by_itself() -> None:
    """The chain is for when it fails."""
    around = context()
    part = CHAMPION.model_copy(update={"part": "big"})
    await started(around, part, SHADOW)
    process = Process(around, OTHER, big=[OFFER, Permanent("x")], quiet=OTHER)
    assert [(await process.ask()).event_type.value for _ in range(2)] == ["OFFER", "OTHER"]
    await process.under_test.close()
    assert process.parts["big"].closed == process.chain.closed == 1


class Slow:
    """A classifier that answers when it is let."""

    name = "quiet"

    def __init__(self) -> None:
        self.let = asyncio.Event()
        self.asked = self.cancelled = 0

    async def classify(self, mail: Any) -> Classification:
        """Wait first."""
        del mail
        self.asked += 1
        try:
            await self.let.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return OTHER

    async def close(self) -> None:
        """Nothing to close."""


async def test_a_shadow_delays_no_answer_and_changes_none() -> None:
    """It is asked beside, two at once; what it would have been asked more is counted."""
    around = context()
    experiment = await started(around, CHAMPION, SHADOW)
    slow = Slow()
    process = Process(around, quiet=slow)
    answers = [await process.ask(f"t{n}", f"{n:064x}") for n in range(5)]
    assert [answer.event_type for answer in answers] == [EventType.OFFER] * 5
    assert {answer.variant for answer in answers} == {"champion"}
    await until(lambda: slow.asked == 2, "both shadows")
    slow.let.set()
    await until(lambda: not process.under_test._shadows._tasks, "their answers")
    seen = await process.seen(experiment)
    shadow = seen["shadow"].tally
    assert (shadow.mails, shadow.skipped, shadow.compared, shadow.agreed) == (2, 3, 2, 0)
    assert seen["champion"].tally.mails == 5
    assert slow.asked == 2


async def test_shadows_are_cancelled_at_the_end() -> None:
    """At once; what had been seen by then is written."""
    around = context()
    experiment = await started(around, CHAMPION, SHADOW)
    slow = Slow()
    process = Process(around, quiet=slow)
    await process.ask()
    await until(lambda: slow.asked == 1, "the shadow")
    seen = await process.seen(experiment)
    assert slow.cancelled == 1
    assert (seen["champion"].tally.mails, seen["shadow"].tally.mails) == (1, 0)
    await process.under_test.close()


@pytest.mark.parametrize("error", [Outage("x", scope="y"), Permanent("x"), KeyError("x")])
async def test_a_shadow_that_fails_is_written_down_and_nothing_else(error: Exception) -> None:
    """Also one with a fault nobody thought of."""
    around = context()
    experiment = await started(around, CHAMPION, SHADOW)
    process = Process(around, quiet=error)
    assert (await process.ask()).event_type is EventType.OFFER
    await until(lambda: not process.under_test._shadows._tasks, "the shadow")
    seen = await process.seen(experiment)
    assert (seen["shadow"].tally.failed, seen["shadow"].tally.compared) == (1, 0)


async def test_a_shadow_is_asked_about_what_the_champion_answers_and_no_other_mail() -> None:
    """There would be nothing to compare it with."""
    around = context()
    experiment = await started(around, HALF, SMALL, SHADOW)
    process = Process(around, small=OFFER, quiet=OFFER)
    await process.ask(thread_of(experiment, SMALL))
    await process.ask(thread_of(experiment, HALF))
    await until(lambda: process.parts["quiet"].calls > 0, "the shadow")
    seen = await process.seen(experiment)
    assert (seen["shadow"].tally.mails, seen["shadow"].tally.agreed) == (1, 1)
    assert (seen["champion"].tally.mails, seen["small"].tally.mails) == (1, 1)


class Paying:
    """A classifier whose calls take a time and cost something."""

    name = "small"

    def __init__(self, clock: FakeClock, spent: Spent, took_s: float) -> None:
        self._clock = clock
        self._spent = spent
        self._took_s = took_s

    async def classify(self, mail: Any) -> Classification:
        """Answer after a while."""
        del mail
        await self._clock.sleep(self._took_s)
        charge(self._spent)
        return OFFER

    async def close(self) -> None:
        """Nothing to close."""


async def test_what_a_variant_costs_and_takes_is_its_own() -> None:
    """A shadow's bill is not on the champion's, whatever runs at once."""
    clock = FakeClock(RECEIVED)
    around = PartContext(clock, context().cache, context().metrics, MemoryDocuments())
    part = CHAMPION.model_copy(update={"part": "big"})
    experiment = await started(around, part, SHADOW)
    big = Paying(clock, Spent(1, 0, 100, 10, 500), 2.0)
    quiet = Paying(clock, Spent(2, 1, 30, 3, 0), 4.0)
    process = Process(around, big=big, quiet=quiet)
    asking = [asyncio.create_task(process.ask(f"t{n}", f"{n:064x}")) for n in range(2)]
    await clock.advance(10)
    await asyncio.gather(*asking)
    seen = await process.seen(experiment)
    assert seen["champion"].tally.spent == Spent(2, 0, 200, 20, 1000)
    assert seen["shadow"].tally.spent == Spent(4, 2, 60, 6, 0)
    assert seen["champion"].tally.latency.mean == pytest.approx(2.0)
    assert seen["shadow"].tally.latency.mean == pytest.approx(4.0)


class Broken(MemoryDocuments):
    """A store that is out when it is told to be."""

    def __init__(self) -> None:
        super().__init__()
        self.out = False
        self.refused = 0

    async def change(self, key: str, change: Callable[..., Any]) -> Any:
        """Refuse while it is out."""
        self._refuse()
        return await super().change(key, change)

    async def read(self, prefix: str) -> Any:
        """Refuse while it is out."""
        self._refuse()
        return await super().read(prefix)

    def _refuse(self) -> None:
        if self.out:
            self.refused += 1
            raise Outage("down", scope="store")


async def test_a_store_that_is_out_costs_no_mail() -> None:
    """The experiment goes on as it was known; what was seen is written when the store is back."""
    documents, clock = Broken(), FakeClock(RECEIVED)
    around = PartContext(clock, context().cache, context().metrics, documents)
    experiment = await started(around, HALF, SMALL)
    thread = thread_of(experiment, SMALL)
    process = Process(around, small=OTHER)
    await process.ask(thread)
    documents.out = True
    await clock.advance(5)
    for number in range(3):
        assert (await process.ask(thread, f"{number:064x}")).variant == "small"
    await until(lambda: documents.refused >= 2, "a refused write")
    documents.out = False
    assert (await process.seen(experiment))["small"].tally.mails == 4


async def test_a_store_that_is_out_from_the_start_is_no_experiment() -> None:
    """Mails are answered as configured, and it is not asked for each of them."""
    documents, clock = Broken(), FakeClock(RECEIVED)
    documents.out = True
    process = Process(PartContext(clock, context().cache, context().metrics, documents))
    for _ in range(3):
        assert (await process.ask()).variant == ""
    assert documents.refused == 1


async def test_an_end_without_a_store_is_an_end() -> None:
    """Some observations are lost, and nothing waits for them."""
    documents, clock = Broken(), FakeClock(RECEIVED)
    around = PartContext(clock, context().cache, context().metrics, documents)
    await started(around, CHAMPION, SHADOW)
    process = Process(around, quiet=OTHER)
    await process.ask()
    documents.out = True
    await process.under_test.close()
    assert process.chain.closed == 1
