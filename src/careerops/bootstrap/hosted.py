"""A language model as a classifier: checked against the rules, paid from the day's budget."""

from typing import Protocol

from careerops.llm.accounting import AccountedModel
from careerops.llm.budget import Spending
from careerops.llm.classifier import LLMClassifier
from careerops.llm.prices import PriceList
from careerops.llm.prompt import Prompt
from careerops.ops.context import PartContext
from careerops.ports.chatmodel import ChatModel, ChatRequest
from careerops.ports.classifier import Classifier


class HostedModel(ChatModel, Protocol):
    """A chat model of the registry: it also knows its price."""

    def price_list(self) -> PriceList:
        """What its calls cost."""
        ...

    def room(self, request: ChatRequest) -> int:
        """Tokens that an answer to `request` may take."""
        ...


def asking(
    model: HostedModel,
    rules: Classifier,
    *,
    prompt: Prompt,
    spending: Spending,
    context: PartContext,
) -> LLMClassifier:
    """A classifier that asks `model` with `prompt`; `rules` are the second opinion."""
    paid = AccountedModel(
        model,
        model.price_list(),
        spending,
        clock=context.clock,
        metrics=context.metrics,
        room=model.room,
    )
    return LLMClassifier(paid, second=rules, context=context, prompt=prompt)
