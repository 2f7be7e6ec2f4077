"""The kinds of hosted models: a vendor's client for each key, its quotas and its prices.

A kind is constructed from one `[[classifier]]` table. Which key may be asked is decided by
`CredentialPool`, how a vendor is asked by its client.
"""

from typing import Any, ClassVar, Final

from pydantic import BaseModel

from careerops.adapters.llm.clients.anthropic import AnthropicClient, AnthropicClientOptions
from careerops.adapters.llm.clients.gemini import GeminiClient, GeminiClientOptions
from careerops.adapters.llm.clients.groq import GroqClient, GroqClientOptions
from careerops.adapters.llm.clients.openai import OpenAIClient, OpenAIClientOptions
from careerops.adapters.llm.clients.presets import PRESETS
from careerops.adapters.llm.credentials import Keys, credentials_of, limits_by_scope
from careerops.adapters.llm.pool import CredentialPool, Member
from careerops.domain.errors import ConfigurationError
from careerops.llm.prices import OwnPrice, PriceList
from careerops.llm.quota.keeper import QuotaKeeper
from careerops.llm.quota.limits import ROLLING, Pace
from careerops.ops.context import PartContext
from careerops.ops.http import host_of, is_loopback
from careerops.ports.chatmodel import ChatRequest

_PACIFIC: Final = "America/Los_Angeles"
_HOSTED: Final = frozenset(
    host_of(preset.base_url)
    for preset in PRESETS.values()
    if not is_loopback(host_of(preset.base_url))
)
"""Hosts of the presets that answer nobody without a key."""


class PooledOptions(BaseModel):
    """What all hosted models can be told beside what their client can.

    Attributes:
        api_keys: in order, as references or tables (below); a variable may hold several, separated
            by commas. May be empty for servers that ask for none.
        price: what a million tokens cost in US dollars, `{input = 0.1, output = 0.4}`, for models
            that the bundled price list does not know.
    """

    api_keys: Keys = ()
    price: OwnPrice | None = None


class OpenAIOptions(OpenAIClientOptions, PooledOptions):
    """`[[classifier]] kind = "openai"`."""


class GroqOptions(GroqClientOptions, PooledOptions):
    """`[[classifier]] kind = "groq"`."""


class GeminiOptions(GeminiClientOptions, PooledOptions):
    """`[[classifier]] kind = "gemini"`."""


class AnthropicOptions(AnthropicClientOptions, PooledOptions):
    """`[[classifier]] kind = "anthropic"`."""


AnyOptions = OpenAIOptions | GroqOptions | GeminiOptions | AnthropicOptions


class _PooledModel(CredentialPool):
    """A `ChatModel` of one vendor, constructed as every part is."""

    _kind: ClassVar[str]
    _client: ClassVar[type[Any]]
    _variable: ClassVar[str]
    _day: ClassVar[str] = ROLLING
    """When a day's quota is whole again, as the vendor documents it."""
    _pace: ClassVar[Pace] = "bold"

    def __init__(self, options: AnyOptions, context: PartContext) -> None:
        """Construct the clients; nothing is connected yet.

        Raises:
            ConfigurationError: the SDK is missing, a key is missing or unreadable, or keys of one
                scope contradict each other about what it may do.
        """
        name = context.name or self._kind
        self._options = options
        self._host = host_of(options.base_url)
        if not options.api_keys and self._needs_key(self._host):
            raise ConfigurationError(
                f'api_keys: missing; write api_keys = ["env:{self._variable}"]'
            )
        found = list(credentials_of(name, options.api_keys))
        limits = limits_by_scope(found, self._day)
        members = [
            Member(
                credential,
                self._client(options, clock=context.clock, name=name),
                limits[credential.scope],
                (key.pace if key else None) or self._pace,
            )
            for credential, key in found
        ]
        quotas = QuotaKeeper(context.documents, context.clock, context.metrics)
        super().__init__(name, members, quotas, context.clock, room=options.room)

    def egress(self) -> str:
        """The host that mail text is sent to; '' for a server on this machine."""
        return "" if is_loopback(self._host) else self._host

    def price_list(self) -> PriceList:
        """What its calls cost; a server on this machine is free."""
        options = self._options
        free = is_loopback(self._host)
        return PriceList(options.base_url, options.model, options.price, free=free)

    def room(self, request: ChatRequest) -> int:
        """Tokens that an answer to `request` may take."""
        return self._options.room(request)

    async def check(self) -> str:
        """Ask with each key for something that costs nothing, and say which work.

        Raises:
            ConfigurationError: every key is refused, or the address is wrong.
            Outage, Transient: it cannot be asked now.
        """
        refused, keys = await self.check_keys()
        text = f"{self.name}: {self._host} answers, model {self._options.model}"
        return f"{text}; but refuses {refused} of {keys} keys" if refused else text

    @classmethod
    def _needs_key(cls, host: str) -> bool:
        del host
        return True


class OpenAIChatModel(_PooledModel):
    """A `ChatModel` over OpenAI's chat completions, its own or another server's."""

    Options = OpenAIOptions
    _kind = "openai"
    _client = OpenAIClient
    _variable = "OPENAI_API_KEY"

    @classmethod
    def _needs_key(cls, host: str) -> bool:
        return host in _HOSTED


class GroqChatModel(_PooledModel):
    """A `ChatModel` over Groq's API."""

    Options = GroqOptions
    _kind = "groq"
    _client = GroqClient
    _variable = "GROQ_API_KEY"


class GeminiChatModel(_PooledModel):
    """A `ChatModel` over the Gemini API of Google AI Studio.

    A day ends at midnight Pacific time, and no answer says how much is left (source: Gemini API,
    "Rate limits"), so limits that are not configured are felt for rather than run into.
    """

    Options = GeminiOptions
    _kind = "gemini"
    _client = GeminiClient
    _variable = "GEMINI_API_KEY"
    _day = _PACIFIC
    _pace: ClassVar[Pace] = "cautious"


class AnthropicChatModel(_PooledModel):
    """A `ChatModel` over Anthropic's Messages API."""

    Options = AnthropicOptions
    _kind = "anthropic"
    _client = AnthropicClient
    _variable = "ANTHROPIC_API_KEY"
