"""A hosted or local language model, as little of it as we need."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Unit(StrEnum):
    """What a quota counts."""

    REQUESTS = "requests"
    TOKENS = "tokens"


class Period(StrEnum):
    """For how long a quota is."""

    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class QuotaHint:
    """What a provider said about one quota of the scope that a call counted against.

    Attributes:
        unit: what it counts, None if unsaid.
        period: for how long it is, None if unsaid.
        limit: how many there are a period, None if unsaid.
        remaining: how many are left, None if unsaid.
        reset_s: seconds until it is whole again, None if unsaid.
    """

    unit: Unit | None = None
    period: Period | None = None
    limit: int | None = None
    remaining: int | None = None
    reset_s: float | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question.

    Attributes:
        messages: (role, text) in order; roles `system`, `user`, `assistant`. Static text first
            (providers cache the prefix), the mail last in a message of its own.
        schema: JSON schema of the answer.
        schema_name: its name, for providers that want one.
        temperature: 0..2.
        max_output_tokens: upper bound of the answer.
        history: whether it is about a mail of the past, which leaves quota to live mail.
    """

    messages: tuple[tuple[str, str], ...]
    schema: Mapping[str, Any]
    schema_name: str
    temperature: float = 0.1
    max_output_tokens: int = 300
    history: bool = False


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """One answer.

    Attributes:
        text: as the model gave it.
        truncated: whether it was cut off by the token limit.
        model: who answered, as the provider names it.
        input_tokens, output_tokens: as the provider counted them; 0 if it did not.
        cached_tokens: of the input, those that it had in its cache and charges less for.
        hints: what it said about quotas.
        sent_after_s: seconds from asking until the request was on its way: waiting for a connection
            and making one; 0 if nobody looked.
    """

    text: str
    truncated: bool
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    hints: tuple[QuotaHint, ...] = ()
    sent_after_s: float = 0.0


class ChatClient(Protocol):
    """One model at one vendor with one pooled HTTP client, for one credential; no retries.

    The key is given to each call, because a secret may be renewed while the process runs.
    Its errors are those of `careerops.llm.errors`.
    """

    async def complete(self, request: ChatRequest, key: str) -> ChatAnswer:
        """Ask once, within the client's own timeout. Cancelling closes the request.

        Raises:
            ProviderDown: timeout, no connection, 5xx, or no answer in the vendor's form.
            RateLimited: 429; carries what was said about the quota.
            CredentialRefused: 401, 403.
            BillingBlocked: 402, or a 429 that no time will cure.
            SchemaRefused: the provider does not take the schema of the answer.
            ModelMissing: 404: address or model are wrong.
            Permanent: this request is refused for good: `refused` by a safety filter, `too_long`,
                else `bad_request`.
        """
        ...

    async def check(self, key: str) -> None:
        """Ask something that costs nothing; raises as `complete` does."""
        ...

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        ...


class ChatModel(Protocol):
    """One model behind one credential, with one pooled client and its own timeouts; no retries."""

    @property
    def name(self) -> str:
        """The provider's kind, as in metric labels."""
        ...

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """Ask once. Cancelling closes the request.

        Raises:
            Transient: timeout, connection error, 5xx, 429 of a minute (with its delay).
            Outage: a spent day's quota, billing, a refused credential: names the scope.
            Permanent: the provider refuses this request for good (reason `refused`, `bad_request`).
        """
        ...

    async def close(self) -> None:
        """Close the client. Idempotent."""
        ...
