"""Bills follow a call through tasks and do not run into one another."""

import asyncio

from careerops.adapters.memory.documents import MemoryDocuments
from careerops.llm.accounting import AccountedModel
from careerops.llm.budget import BudgetOptions, Spending, Spent
from careerops.llm.metering import NOTHING, billed, charge
from careerops.llm.prices import PriceList
from careerops.ops.clock import SystemClock
from careerops.ops.metrics import Metrics
from careerops.ports.chatmodel import ChatRequest
from support.adapters import ScriptedModel

ONE = Spent(1, 0, 10, 1, 5)


def test_without_a_bill_nothing_is_written() -> None:
    """Most calls have none."""
    charge(ONE)
    with billed() as bill:
        pass
    assert bill.spent == NOTHING


def test_a_bill_within_a_bill_is_its_own() -> None:
    """The outer one goes on after it."""
    with billed() as outer:
        charge(ONE)
        with billed() as inner:
            charge(ONE + ONE)
        charge(ONE)
    assert (outer.spent, inner.spent) == (ONE + ONE, ONE + ONE)


async def test_a_bill_is_of_those_who_opened_it_and_of_their_tasks() -> None:
    """Two at once do not mix, and a task of one of them is on its bill."""

    async def asked(times: int) -> Spent:
        with billed() as bill:
            async with asyncio.TaskGroup() as group:
                for _ in range(times):
                    group.create_task(paid())
        return bill.spent

    async def paid() -> None:
        await asyncio.sleep(0)
        charge(ONE)

    assert await asyncio.gather(asked(1), asked(3)) == [ONE, ONE + ONE + ONE]


async def test_a_paid_call_is_on_the_bill() -> None:
    """As it is in the day's ledger."""
    clock = SystemClock()
    spending = Spending(MemoryDocuments(), clock, BudgetOptions())
    prices = PriceList("https://llm.example", "x", own=None)
    model = AccountedModel(ScriptedModel(["{}"]), prices, spending, clock=clock, metrics=Metrics())
    with billed() as bill:
        await model.complete(ChatRequest(messages=(("user", "x"),), schema={}, schema_name="a"))
    assert bill.spent == (await spending.today()).providers["scripted"]
    assert bill.spent.input_tokens == 7
