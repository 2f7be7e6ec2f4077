"""One provider's credentials: which of them may be asked now, and what its refusals mean.

Quota belongs to a scope (a project, an organisation), not to a key: keys of one scope share what
it has, and when that is used up, all of them wait. Nothing waits in here: where no scope has room,
that is an `Outage` which says from when on there is, and the engine holds the mail.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from careerops.adapters.llm.credentials import Credential
from careerops.domain.errors import CareerOpsError, ConfigurationError, Outage, Permanent
from careerops.llm.accounting import Room, asked_room, estimated_tokens
from careerops.llm.errors import (
    BillingBlocked,
    CredentialRefused,
    ModelMissing,
    RateLimited,
    SchemaRefused,
)
from careerops.llm.quota.book import Grant, Wait
from careerops.llm.quota.keeper import QuotaKeeper
from careerops.llm.quota.limits import Limits, Pace
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ports.chatmodel import ChatAnswer, ChatClient, ChatRequest
from careerops.ports.clock import Clock

BILLING: Final = timedelta(minutes=15)
"""A scope without money is looked at again after that: somebody may have paid."""
MISSING: Final = timedelta(seconds=60)
"""A model that is not served is asked for again after that."""
REFUSED: Final = timedelta(seconds=60)
"""A secret is read again after that, so a refused key may be another one by then."""


@dataclass(frozen=True, slots=True)
class Member:
    """A credential, the client that it alone uses, and what its scope may do."""

    credential: Credential
    client: ChatClient
    limits: Limits
    pace: Pace


@dataclass(slots=True)
class _Refusals:
    """Why the credentials asked so far did not answer.

    Attributes:
        full: scope -> when it has room again.
        refused: keys that are not accepted or cannot be read.
    """

    full: dict[str, datetime] = field(default_factory=dict)
    refused: int = 0


class CredentialPool:
    """A `ChatModel` over the credentials of one provider. Only the event loop touches it."""

    def __init__(
        self,
        name: str,
        members: Sequence[Member],
        quotas: QuotaKeeper,
        clock: Clock,
        *,
        room: Room = asked_room,
    ) -> None:
        """Ask `members`, each as far as its scope has quota in `quotas`.

        `room` says how many tokens an answer may take: so many are reserved for it.
        """
        self._name = name
        self._members = tuple(members)
        self._quotas = quotas
        self._clock = clock
        self._room = room
        self._disabled = ""
        self._missing = ""
        self._missing_until = datetime.min.replace(tzinfo=UTC)
        self._under_way: Counter[str] = Counter()
        self._logger = get_logger("llm")

    @property
    def name(self) -> str:
        """The part's name, by default its kind."""
        return self._name

    async def complete(self, request: ChatRequest) -> ChatAnswer:
        """Ask once: of the scopes with the fewest calls under way, the first with quota left.

        One call after the other so uses up one scope before the next, as they are written; many
        at once spread over all of them.

        Raises:
            ProviderDown: timeout, no connection, 5xx. It is a `Transient`.
            Outage: no scope has quota, or no key is accepted, or the provider serves no such
                model or takes no such schema; says when to try again where that is known.
            Permanent: this request is refused (reason `refused`, `too_long`, `bad_request`).
        """
        if self._disabled:
            raise Outage(self._disabled, scope=self._name)
        if self._clock.now() < self._missing_until:
            raise self._no_model()
        tokens = estimated_tokens(request) + self._room(request)
        refusals = _Refusals()
        for member in sorted(
            self._members, key=lambda each: self._under_way[each.credential.scope]
        ):
            scope = member.credential.scope
            self._under_way[scope] += 1
            try:
                answer = await self._try(member, request, tokens, refusals)
            finally:
                self._under_way[scope] -= 1
            if answer is not None:
                return answer
        raise self._outage(refusals)

    async def check_keys(self) -> tuple[int, int]:
        """Ask with each key for something that costs nothing; how many are refused, of how many.

        Raises:
            ConfigurationError: every key is refused, or the address is wrong.
            Outage, Transient: it cannot be asked now.
        """
        refused = 0
        for member in self._members:
            try:
                await member.client.check(await member.credential.value())
            except CredentialRefused:
                refused += 1
            except ModelMissing as error:
                raise ConfigurationError(str(error)) from None
            except BillingBlocked as error:
                raise Outage(str(error), scope=self._name) from None
        if refused == len(self._members):
            raise ConfigurationError(self._no_key())
        return refused, len(self._members)

    async def close(self) -> None:
        """Close the clients. Idempotent."""
        for member in self._members:
            await member.client.close()

    # ---- inside ----

    async def _try(
        self, member: Member, request: ChatRequest, tokens: int, refusals: _Refusals
    ) -> ChatAnswer | None:
        """The answer by one credential, None if it cannot be used now."""
        credential = member.credential
        if credential.scope in refusals.full:
            return None
        key = await credential.usable()
        if key is None:
            refusals.refused += 1
            return None
        granted = await self._quotas.reserve(
            credential.scope, member.limits, tokens, history=request.history, pace=member.pace
        )
        if isinstance(granted, Wait):
            refusals.full[credential.scope] = granted.until
            return None
        try:
            return await self._call(member, key, granted, request)
        except RateLimited as error:
            until = await self._quotas.limited(granted, error.hints, error.retry_after_s)
            refusals.full[credential.scope] = until
            self._blocked(credential.scope, "rate_limited")
        except BillingBlocked:
            await self._quotas.release(granted)
            until = self._clock.now() + BILLING
            await self._quotas.block(credential.scope, until, "billing")
            refusals.full[credential.scope] = until
            self._blocked(credential.scope, "billing")
        except CredentialRefused:
            await self._quotas.release(granted)
            return await self._another_key(member, key, request, tokens, refusals)
        except Permanent:
            raise  # its end was said
        except BaseException:  # a cancelled call may have been served, too
            await self._quotas.failed(granted)
            raise
        return None

    async def _another_key(
        self, member: Member, key: str, request: ChatRequest, tokens: int, refusals: _Refusals
    ) -> ChatAnswer | None:
        """`key` was refused: with what its secret holds now, if that is another."""
        if await member.credential.refuse(key):
            return await self._try(member, request, tokens, refusals)
        self._logger.error(
            LogEvent.CREDENTIAL_REFUSED, provider=self._name, scope=member.credential.scope
        )
        refusals.refused += 1
        return None

    async def _call(
        self, member: Member, key: str, granted: Grant, request: ChatRequest
    ) -> ChatAnswer:
        try:
            answer = await member.client.complete(request, key)
        except SchemaRefused as error:
            # It would refuse every mail: nobody is served by asking it again and again.
            self._disabled = str(error)
            self._logger.critical(LogEvent.PROVIDER_DISABLED, provider=self._name)
            raise Outage(self._disabled, scope=self._name) from None
        except ModelMissing as error:
            # Somebody may be about to load it; until then each mail would get the same refusal.
            self._missing = str(error)
            self._missing_until = self._clock.now() + MISSING
            raise self._no_model() from None
        except Permanent:
            await self._quotas.correct(granted, granted.tokens, ())
            raise
        used = answer.input_tokens + answer.output_tokens
        await self._quotas.correct(
            granted, used or granted.tokens, answer.hints, late_s=answer.sent_after_s
        )
        return answer

    def _blocked(self, scope: str, reason: str) -> None:
        self._logger.warning(
            LogEvent.QUOTA_BLOCKED, provider=self._name, scope=scope, reason=reason
        )

    def _outage(self, refusals: _Refusals) -> CareerOpsError:
        if not refusals.full:
            return Outage(self._no_key(), scope=self._name, retry_at=self._clock.now() + REFUSED)
        scope, until = min(refusals.full.items(), key=lambda item: item[1])
        return Outage(
            f"the quota of {self._name} is used up in every scope: it waits, or add another",
            scope=scope,
            retry_at=until,
            exact=True,
        )

    def _no_model(self) -> Outage:
        return Outage(self._missing, scope=self._name, retry_at=self._missing_until)

    def _no_key(self) -> str:
        if all(member.credential.secret is None for member in self._members):
            return f"{self._name} asks for a key: set api_keys"
        return f"{self._name} refuses every key: put a valid one where api_keys points to"
