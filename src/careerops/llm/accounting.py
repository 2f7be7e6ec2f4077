"""Every call of a model: held against the day's budget before, and written down after."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from careerops.domain.errors import Outage
from careerops.llm.budget import Spending, Spent
from careerops.llm.metering import charge
from careerops.llm.prices import PriceList
from careerops.llm.tokens import estimate_tokens
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics
from careerops.ports.chatmodel import ChatAnswer, ChatModel, ChatRequest
from careerops.ports.clock import Clock

_USD: Final = 1e-6

Room = Callable[[ChatRequest], int]
"""How many tokens an answer to a request may take."""


def asked_room(request: ChatRequest) -> int:
    """As many as the request says: of a model that does not think first."""
    return request.max_output_tokens


def estimated_tokens(request: ChatRequest) -> int:
    """Tokens that `request` sends, roughly and rather too many."""
    return sum(
        _instruction_tokens(text) if role == "system" else estimate_tokens(text)
        for role, text in request.messages
    )


@lru_cache(maxsize=16)
def _instruction_tokens(text: str) -> int:
    """Of what is the same in every call, and longer than most mails."""
    return estimate_tokens(text)


class AccountedModel:
    """A `ChatModel` whose calls are paid from a budget."""

    def __init__(
        self,
        model: ChatModel,
        prices: PriceList,
        spending: Spending,
        *,
        clock: Clock,
        metrics: Metrics,
        room: Room = asked_room,
    ) -> None:
        """Ask `model`, at `prices`, out of `spending`; an answer takes at most its `room`."""
        self._model = model
        self._prices = prices
        self._spending = spending
        self._clock = clock
        self._room = room
        self._cost = metrics.llm_cost_usd.labels(model.name)
        self._logger = get_logger("llm")
        self._unpriced_told = False

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """The model's answer, paid for; other errors are the model's.

        Raises:
            Outage: the budget of the day does not allow it (scope `budget`).
        """
        estimate = self._estimate(request)
        await self._spending.check(estimate)
        with self._spending.under_way(estimate):
            answer = await self._model.complete(request)
        await self._record(answer)
        return answer

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()

    def _estimate(self, request: ChatRequest) -> Spent:
        tokens, room = estimated_tokens(request), self._room(request)
        cost = self._prices.estimate(tokens, room, self._clock.now())
        return Spent(input_tokens=tokens, output_tokens=room, micro_usd=cost or 0)

    async def _record(self, answer: ChatAnswer) -> None:
        cost = self._prices.micro_usd(answer, self._clock.now())
        if cost is None and not self._unpriced_told:
            self._unpriced_told = True
            self._logger.warning(LogEvent.MODEL_UNPRICED, provider=self.name, model=answer.model)
        spent = Spent(
            calls=1,
            unpriced=int(cost is None),
            input_tokens=max(0, answer.input_tokens),
            output_tokens=max(0, answer.output_tokens),
            micro_usd=cost or 0,
        )
        self._cost.inc(spent.micro_usd * _USD)
        charge(spent)
        try:
            await self._spending.record(self.name, spent)
        except Outage as outage:
            # The answer is there and is paid for: it is not thrown away for want of a ledger.
            self._logger.warning(LogEvent.OUTAGE_STARTED, scope=outage.scope)
