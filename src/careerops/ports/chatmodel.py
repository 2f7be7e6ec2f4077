"""A hosted or local language model, as little of it as we need."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


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
    """

    messages: tuple[tuple[str, str], ...]
    schema: Mapping[str, Any]
    schema_name: str
    temperature: float = 0.1
    max_output_tokens: int = 300


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """One answer. `truncated`: cut off by the token limit. Token counts are the provider's."""

    text: str
    truncated: bool
    model: str
    input_tokens: int = 0
    output_tokens: int = 0


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
