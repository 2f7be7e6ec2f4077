"""What the vendors' clients share: options, one call within its time, and our errors."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from careerops.adapters.llm.clients.refusals import Cause, Refusal, cause_of, refusal_of
from careerops.adapters.llm.clients.wire import Exchange, Wire, current_exchange
from careerops.domain.errors import CareerOpsError, ConfigurationError, Permanent
from careerops.llm.errors import (
    BillingBlocked,
    CredentialRefused,
    ModelMissing,
    ProviderDown,
    RateLimited,
    SchemaRefused,
)
from careerops.ports.chatmodel import ChatRequest, QuotaHint
from careerops.ports.clock import Clock

_MAX_KEY_CHARS: Final = 1000
_FOR_ALL: Final[Mapping[Cause, tuple[type[CareerOpsError], str]]] = {
    Cause.CREDENTIAL: (CredentialRefused, "does not accept the key"),
    Cause.BILLING: (BillingBlocked, "wants money or another plan"),
    Cause.SCHEMA: (SchemaRefused, "does not take how it is asked, whatever the mail"),
    Cause.MODEL: (ModelMissing, "does not serve this model at this address"),
}
"""Causes that are not one request's: the error, and what it says."""


class ClientOptions(BaseModel):
    """What every vendor's client can be told.

    Attributes:
        model: as the vendor names it.
        temperature: instead of the prompt's own (0.1).
        max_output_tokens: instead of the prompt's own (300).
        thinking_tokens: added to that limit, for models that think before they answer: what they
            think counts as output.
        timeout_s: of one call, all of it.
        connections: at once to the vendor, for each key; more calls wait for one of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    model: str = Field(default="", min_length=1, max_length=200)
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_output_tokens: int | None = Field(default=None, ge=16, le=100_000)
    thinking_tokens: int = Field(default=0, ge=0, le=100_000)
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    connections: int = Field(default=20, ge=1, le=1000)

    def room(self, request: ChatRequest) -> int:
        """Tokens that an answer to `request` may take, thoughts included."""
        return (self.max_output_tokens or request.max_output_tokens) + self.thinking_tokens


class SdkClient:
    """One credential's client: its connections, its errors. A vendor's client is made from it."""

    _settings = "base_url, model, structured and temperature"
    """Those of its options that a refusal of every request may come from."""

    def __init__(self, options: ClientOptions, wire: Wire, *, name: str, clock: Clock) -> None:
        """Call over `wire`; errors speak of `name`."""
        self._common = options
        self._wire = wire
        self._name = name
        self._clock = clock
        self._free = asyncio.Semaphore(options.connections)

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        await self._wire.aclose()

    # ---- for the vendors' clients ----

    async def _ask(self, key: str, call: Callable[[], Awaitable[Any]]) -> tuple[Any, Exchange]:
        """What the SDK makes of the answer; None if the vendor refused: then see the exchange.

        A call waits for a connection first, outside of its timeout: that is our crowd and not the
        vendor's slowness. All waits end, because each call before it does.

        Raises:
            ProviderDown: timeout, no connection, or no answer in the vendor's form.
            CredentialRefused: no vendor has such a key.
        """
        if len(key) > _MAX_KEY_CHARS or not (key.isascii() and key.isprintable()):
            raise CredentialRefused(f"the key of {self._name} has characters that no key has")
        exchange = Exchange(key, asked_s=asyncio.get_running_loop().time())
        async with self._free:
            return await self._call(exchange, call)

    async def _call(
        self, exchange: Exchange, call: Callable[[], Awaitable[Any]]
    ) -> tuple[Any, Exchange]:
        # Errors are raised outside of the `except` blocks: the SDKs' own hold the request, and
        # must not hang on ours as their context.
        answer, late, broken = None, False, ""
        token = current_exchange.set(exchange)
        try:
            async with asyncio.timeout(self._common.timeout_s):
                answer = await call()
        except TimeoutError:
            late = True
        except Exception as error:  # noqa: BLE001  # an SDK fails in its own ways on what it does not expect; which way is told by the exchange, or by the type
            broken = type(error).__name__
        finally:
            current_exchange.reset(token)
        if late:
            raise self._down(f"did not answer within {self._common.timeout_s:g} s")
        if exchange.failure:
            raise self._down(exchange.failure)
        if exchange.served and broken:
            raise self._down(f"did not answer in its own form ({broken})")
        return answer, exchange

    def _down(self, what: str, retry_after_s: float | None = None) -> ProviderDown:
        return ProviderDown(
            f"{self._name} {what}", retry_after_s=retry_after_s, provider=self._name
        )

    def _no_form(self) -> ProviderDown:
        return self._down("did not answer in its own form")

    def _filtered(self) -> Permanent:
        return Permanent(f"{self._name} refuses to answer", reason="refused")

    def _refused(self, exchange: Exchange, request: ChatRequest | None = None) -> CareerOpsError:
        """The error that a refused call raises."""
        return self._error(refusal_of(exchange, request))

    def _error(self, refusal: Refusal) -> CareerOpsError:
        """The error for a refusal."""
        cause = self._cause(refusal)
        status = f"(status {refusal.status})"
        if cause is Cause.LIMITED:
            return RateLimited(
                f"{self._name} limits the rate of requests",
                hints=self._limit_hints(refusal),
                retry_after_s=self._retry_after_s(refusal),
                provider=self._name,
            )
        if cause is Cause.DOWN:
            return self._down(f"answered with {status[1:-1]}", self._retry_after_s(refusal))
        if cause is Cause.FILTERED:
            return self._filtered()
        for_all = _FOR_ALL.get(cause)
        if for_all is None:
            return Permanent(f"{self._name} refused a request {status}", reason=cause.value)
        kind, says = for_all
        remedy = f": check {self._settings}" if cause in {Cause.SCHEMA, Cause.MODEL} else ""
        return kind(f"{self._name} {says} {status}{remedy}")

    def _temperature(self, request: ChatRequest) -> float:
        own = self._common.temperature
        return request.temperature if own is None else own

    # ---- what a vendor has of its own ----

    def _cause(self, refusal: Refusal) -> Cause:
        return cause_of(refusal)

    def _limit_hints(self, refusal: Refusal) -> tuple[QuotaHint, ...]:
        raise NotImplementedError

    def _retry_after_s(self, refusal: Refusal) -> float | None:
        raise NotImplementedError


def missing_sdk(extra: str) -> ConfigurationError:
    """The error where a vendor's SDK is not installed: one line that names the extra."""
    return ConfigurationError(f'kind = "{extra}" needs its SDK: pip install "careerops[{extra}]"')


def forget_custom_headers(sdk: Any) -> None:
    """Take out the headers that an SDK found in `<VENDOR>_CUSTOM_HEADERS`.

    It offers no way to say so; a test plants them, so that a release that renames this is found.
    """
    sdk._custom_headers = {}  # noqa: SLF001  # as the docstring says


def joined(messages: tuple[tuple[str, str], ...], role: str) -> str:
    """The texts of `role`, in order, as one."""
    return "\n\n".join(text for each, text in messages if each == role)
