"""What a call costs: prices of hosted models, dated, from genai-prices' bundled data.

Nothing is fetched: a release of the package is a state of its price list. A model that it does not
know has no price, unless the configuration says one: such a call is counted as *unpriced*, never
as free. A server on this machine is free.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_UP, Decimal
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from careerops.ports.chatmodel import ChatAnswer

_MILLION: Final = Decimal(1_000_000)


class OwnPrice(BaseModel):
    """A price that the configuration says, in US dollars for a million tokens.

    Attributes:
        input: of tokens sent.
        output: of tokens answered.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Decimal = Field(ge=0, le=10_000)
    output: Decimal = Field(ge=0, le=10_000)


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of one provider.

    Attributes:
        base_url: of its API; says whose prices hold.
        model: as configured; the provider may name the one that answered more exactly.
        own: what the configuration says, before all else.
        free: it is a server on this machine.
    """

    base_url: str
    model: str
    own: OwnPrice | None = None
    free: bool = False

    def micro_usd(self, answer: ChatAnswer, at: datetime) -> int | None:
        """What `answer` cost at the prices of `at`, in millionths of a dollar, rounded up.

        None if nobody knows its price.
        """
        used = Tokens(answer.input_tokens, answer.cached_tokens, answer.output_tokens)
        for model in dict.fromkeys((answer.model, self.model)):
            cost = self._usd(model, used, at)
            if cost is not None:
                return int((cost * _MILLION).to_integral_value(ROUND_UP))
        return None

    def estimate(self, input_tokens: int, output_tokens: int, at: datetime) -> int | None:
        """The same for a call that is still to come, none of it cached."""
        cost = self._usd(self.model, Tokens(input_tokens, 0, output_tokens), at)
        return None if cost is None else int((cost * _MILLION).to_integral_value(ROUND_UP))

    def _usd(self, model: str, used: "Tokens", at: datetime) -> Decimal | None:
        if self.own is not None:
            return (used.input * self.own.input + used.output * self.own.output) / _MILLION
        if self.free:
            return Decimal(0)
        return _listed_usd(self.base_url, model, used, at)


class Tokens(NamedTuple):
    """What a call used; `cached` is a part of `input`."""

    input: int
    cached: int
    output: int


def _listed_usd(base_url: str, model: str, used: Tokens, at: datetime) -> Decimal | None:
    package = _package()
    if package is None:
        return None
    usage = package.Usage(
        input_tokens=max(used.input, used.cached),
        cache_read_tokens=used.cached,
        output_tokens=used.output,
    )
    try:
        found = package.calc_price(
            usage, model, provider_api_url=base_url, genai_request_timestamp=at
        )
    except (LookupError, ValueError):  # it does not know the provider, or not the model
        return None
    total: Decimal = found.total_price
    return total


def _package() -> Any:
    try:
        import genai_prices  # noqa: PLC0415  # an extra, and slow to import: only for who asks
    except ImportError:
        return None
    return genai_prices
