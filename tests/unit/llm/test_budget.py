"""A day's money and tokens: held before a call, written down after it, begun anew at midnight."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from careerops.adapters.memory.clock import FakeClock
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain.errors import Outage
from careerops.llm.accounting import AccountedModel, Room, asked_room
from careerops.llm.budget import BudgetOptions, Spending, Spent, decode_day, encode_day, total
from careerops.llm.prices import OwnPrice, PriceList
from careerops.ops.metrics import Metrics
from careerops.ports.chatmodel import ChatAnswer, ChatRequest
from support.waiting import until

EVENING = datetime(2026, 3, 2, 20, tzinfo=UTC)
REQUEST = ChatRequest(
    messages=(("system", "." * 200), ("user", "." * 200)), schema={}, schema_name="a"
)
DOLLAR_A_CALL = OwnPrice(input=Decimal(5000), output=Decimal(0))
"""At 200 tokens sent."""


class Model:
    """Answers with so many tokens; counts its calls."""

    name = "m"

    def __init__(self, sent: int = 200, said: int = 50) -> None:
        self.calls = 0
        self.closed = 0
        self._answer = ChatAnswer(
            "{}", truncated=False, model="x", input_tokens=sent, output_tokens=said
        )
        self.held: asyncio.Event | None = None

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """The answer, once nobody holds it back."""
        del request
        self.calls += 1
        if self.held is not None:
            await self.held.wait()
        return self._answer

    async def close(self) -> None:
        """Count."""
        self.closed += 1


def accounted(
    model: Model,
    documents: MemoryDocuments | None = None,
    clock: FakeClock | None = None,
    *,
    price: OwnPrice | None = DOLLAR_A_CALL,
    room: Room = asked_room,
    **budget: Any,
) -> AccountedModel:
    """`model` paid from a budget."""
    clock = clock or FakeClock(EVENING)
    spending = Spending(documents or MemoryDocuments(), clock, BudgetOptions(**budget))
    prices = PriceList("https://llm.example", "x", own=price)
    return AccountedModel(model, prices, spending, clock=clock, metrics=Metrics(), room=room)


async def test_money_is_spent_to_the_last_call_that_fits_and_not_beyond() -> None:
    """Then it is an outage of the budget until midnight, known exactly."""
    model, clock = Model(), FakeClock(EVENING)
    paid = accounted(model, clock=clock, usd_per_day=3.5)
    for _ in range(3):
        await paid.complete(REQUEST)
    with pytest.raises(Outage) as caught:
        await paid.complete(REQUEST)
    error = caught.value
    assert (error.scope, error.exact, error.retry_at) == (
        "budget",
        True,
        datetime(2026, 3, 3, tzinfo=UTC),
    )
    await clock.advance(4 * 3600)
    await paid.complete(REQUEST)
    assert model.calls == 4


async def test_a_day_begins_at_midnight_of_its_zone() -> None:
    """Where the person is."""
    paid = accounted(Model(), usd_per_day=0, zone="Asia/Kolkata")
    with pytest.raises(Outage) as caught:
        await paid.complete(REQUEST)
    assert caught.value.retry_at == datetime(2026, 3, 3, 18, 30, tzinfo=UTC)


async def test_tokens_have_a_budget_too_and_what_is_free_uses_it() -> None:
    """A call may be cheap and long."""
    model = Model(sent=400, said=100)
    free = OwnPrice(input=Decimal(0), output=Decimal(0))
    paid = accounted(model, price=free, tokens_per_day=1400)
    await paid.complete(REQUEST)
    await paid.complete(REQUEST)
    with pytest.raises(Outage):
        await paid.complete(REQUEST)


async def test_calls_under_way_are_held_against_the_budget() -> None:
    """A hundred at once spend no more than one after another."""
    model = Model()
    model.held = asyncio.Event()
    paid = accounted(model, usd_per_day=5)
    calls = [asyncio.create_task(paid.complete(REQUEST)) for _ in range(100)]
    await until(lambda: sum(call.done() for call in calls) == 95, "the refusals")
    model.held.set()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert model.calls == sum(isinstance(each, ChatAnswer) for each in results) == 5


async def test_what_a_model_may_think_is_held_against_the_budget_too() -> None:
    """It is paid like an answer; once it is known how much it was, the rest is free again."""
    model = Model()
    model.held = asyncio.Event()
    paid = accounted(model, tokens_per_day=2500, room=lambda _: 1000)
    calls = [asyncio.create_task(paid.complete(REQUEST)) for _ in range(5)]
    await until(lambda: sum(call.done() for call in calls) == 3, "the refusals")
    model.held.set()
    await asyncio.gather(*calls, return_exceptions=True)
    await paid.complete(REQUEST)
    assert model.calls == 3


async def test_a_restart_and_another_process_know_what_was_spent() -> None:
    """The ledger is in the store; what the other spends is known within seconds."""
    documents, clock = MemoryDocuments(), FakeClock(EVENING)
    mine = accounted(Model(), documents, clock, usd_per_day=2.5)
    theirs = accounted(Model(), documents, clock, usd_per_day=2.5)
    await mine.complete(REQUEST)
    await theirs.complete(REQUEST)
    await clock.advance(3)
    for each in (mine, theirs, accounted(Model(), documents, clock, usd_per_day=2.5)):
        with pytest.raises(Outage):
            await each.complete(REQUEST)


async def test_every_call_is_written_down_also_without_a_budget_or_a_price() -> None:
    """What nobody knows the price of is counted as that, not as free."""
    documents = MemoryDocuments()
    await accounted(Model(), documents).complete(REQUEST)
    await accounted(Model(), documents, price=None).complete(REQUEST)
    ((key, document),) = (await documents.read("spent:")).items()
    assert key == "spent:2026-03-02"
    assert decode_day(document) == {"m": Spent(2, 1, 400, 100, 1_000_000)}


class Broken(MemoryDocuments):
    """A store that is out."""

    async def change(self, key: str, change: Any) -> Any:
        """Refuse."""
        raise Outage("down", scope="store")


async def test_an_answer_that_is_paid_for_is_not_lost_for_want_of_a_ledger() -> None:
    """It is used; the store's outage is logged."""
    model = Model()
    assert isinstance(await accounted(model, Broken()).complete(REQUEST), ChatAnswer)


async def test_closing_closes_the_model() -> None:
    """Once."""
    model = Model()
    await accounted(model).close()
    assert model.closed == 1


@pytest.mark.parametrize(
    "document", [None, b"", b"[]", b"{", b'{"a": 1}', b'{"a": {"calls": "x"}}']
)
def test_a_damaged_ledger_is_an_empty_one(document: bytes | None) -> None:
    """A day's accounts are not worth an inbox that stands still."""
    assert decode_day(document) == {}


def test_a_day_is_read_as_it_was_written() -> None:
    """By provider, and added up."""
    day = {"a": Spent(1, 0, 2, 3, 4), "b": Spent(10, 1, 20, 30, 40)}
    assert decode_day(encode_day(day)) == day
    assert total(day) == Spent(11, 1, 22, 33, 44)
    assert total(day).tokens == 55


def test_a_zone_that_does_not_exist_is_refused() -> None:
    """When the configuration is read."""
    with pytest.raises(ValidationError, match="time zone"):
        BudgetOptions(zone="Mars/Olympus")
    assert BudgetOptions().limited is False


@pytest.mark.parametrize(
    ("spent", "budget", "left_usd", "exhausted"),
    [
        # At 20:00 two dollars were spent: a dime an hour.
        (Spent(2, 0, 100, 0, 2_000_000), {"usd_per_day": 10}, 8_000_000, None),
        (Spent(2, 0, 100, 0, 2_000_000), {"usd_per_day": 2.2}, 200_000, 22),
        (Spent(2, 0, 100, 0, 2_000_000), {"usd_per_day": 2}, 0, 20),
        (Spent(2, 0, 100, 0, 0), {"tokens_per_day": 110}, None, 22),
        (Spent(), {"usd_per_day": 5}, 5_000_000, None),
        (Spent(), {"usd_per_day": 0}, 0, 20),
        (Spent(1, 0, 5, 5, 5), {}, None, None),
    ],
)
async def test_the_pace_so_far_says_when_the_budget_is_spent(
    spent: Spent, budget: dict[str, float], left_usd: int | None, exhausted: int | None
) -> None:
    """Today, or not at all."""
    documents = MemoryDocuments()
    spending = Spending(documents, FakeClock(EVENING), BudgetOptions(**budget))
    await spending.record("m", spent)
    today = await spending.today()
    assert today.left_micro_usd == left_usd
    hour = None if exhausted is None else EVENING.replace(hour=exhausted)
    assert today.exhausted_at == hour
