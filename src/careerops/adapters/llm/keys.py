"""The keys of one provider: which may be used now, and what it means when none may.

Quota belongs to a scope (a project, an organisation), not to a key: when one is used up, all keys
of its scope wait. An unnamed key is a scope of its own.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from careerops.domain.errors import CareerOpsError, ConfigurationError, Outage, Transient
from careerops.ops.secrets import Secret
from careerops.ports.clock import Clock

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)
_PATIENCE_S: Final = 120.0
"""A longer wait is an outage: nobody's attempt."""
_REFUSED_S: Final = 60.0


class KeyOptions(BaseModel):
    """A key with its quota scope, and requests per minute and per day that we keep to ourselves.

    The day is the last 24 hours of this process; a restart begins it anew.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: Secret
    scope: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,64}$")
    rpm: int | None = Field(default=None, ge=1, le=1_000_000)
    rpd: int | None = Field(default=None, ge=1, le=1_000_000)


@dataclass(slots=True)
class Quota:
    """What a scope may still do.

    Attributes:
        blocked_until: UTC; used up until then.
        spent: whether it is more than a minute's quota (a day's, or the money).
        windows: (limit, span, times of the requests within it).
    """

    blocked_until: datetime | None = None
    spent: bool = False
    windows: list[tuple[int, timedelta, deque[datetime]]] = field(default_factory=list)

    def free_at(self, now: datetime) -> datetime:
        """When a request may be sent: `now`, or later."""
        times = [now]
        if self.blocked_until is not None:
            times.append(self.blocked_until)
        for limit, span, sent in self.windows:
            if len(sent) == limit:
                times.append(sent[0] + span)
        return max(times)

    def count(self, now: datetime) -> None:
        """A request is sent now."""
        for _, _, sent in self.windows:
            sent.append(now)


@dataclass(slots=True, eq=False)
class Credential:
    """One key: the `position`-th of those that `secret` holds, separated by commas."""

    secret: Secret
    position: int
    scope: str
    refused: str = field(default="", repr=False)

    async def value(self) -> str:
        """The key as it is now, '' if there is none any more."""
        # In a thread: a secret may be a file or a keyring, read again every minute.
        return _nth(await asyncio.to_thread(self.secret.get), self.position)

    async def refuse(self, value: str) -> bool:
        """The provider refused `value`: read the secret again; whether the key is another now."""
        await asyncio.to_thread(self.secret.refresh)
        if await self.value() == value:
            self.refused = value
            return False
        return True


def _nth(joined: str, position: int) -> str:
    keys = [key.strip() for key in joined.split(",") if key.strip()]
    return keys[position] if position < len(keys) else ""


class KeyPool:
    """The credentials of one provider. Only the event loop touches it."""

    def __init__(self, provider: str, keys: tuple[Secret | KeyOptions, ...], clock: Clock) -> None:
        """Hold `keys`.

        Raises:
            ConfigurationError: a secret cannot be read.
        """
        self._provider = provider
        self._clock = clock
        self.credentials: list[Credential] = []
        self._quotas: dict[str, Quota] = {}
        for item in keys:
            options = item if isinstance(item, KeyOptions) else KeyOptions(key=item)
            for position in range(len(_split(options.key))):
                self._add(options, position)

    def _add(self, options: KeyOptions, position: int) -> None:
        scope = options.scope or f"{self._provider}-{len(self.credentials) + 1}"
        self.credentials.append(Credential(options.key, position, scope))
        quota = self._quotas.setdefault(scope, Quota())
        if not quota.windows:
            for limit, span in ((options.rpm, MINUTE), (options.rpd, DAY)):
                if limit is not None:
                    quota.windows.append((limit, span, deque(maxlen=limit)))

    async def pick(self, tried: set[Credential]) -> tuple[Credential, str] | None:
        """The first usable credential not `tried`, with its key; None if there is none.

        Raises:
            Outage: a secret cannot be read any more.
        """
        for credential in self.credentials:
            quota = self._quotas[credential.scope]
            if credential in tried or quota.free_at(self._clock.now()) > self._clock.now():
                continue
            try:
                value = await credential.value()
            except ConfigurationError as error:
                raise Outage(str(error), scope=self._provider) from None
            if value and value != credential.refused:
                quota.count(self._clock.now())
                return credential, value
        return None

    def block(self, credential: Credential, delay_s: float, *, spent: bool) -> None:
        """The quota of `credential`'s scope is used up for `delay_s` seconds."""
        quota = self._quotas[credential.scope]
        quota.blocked_until = self._clock.now() + timedelta(seconds=delay_s)
        quota.spent = spent

    @property
    def all_refused(self) -> bool:
        """Whether there are keys and the provider refuses every one."""
        return bool(self.credentials) and all(each.refused for each in self.credentials)

    def why_none(self) -> CareerOpsError:
        """What to raise when no credential is usable."""
        now = self._clock.now()
        waiting = {c.scope: self._quotas[c.scope] for c in self.credentials if not c.refused}
        if self.all_refused:
            return Outage(
                f"{self._provider} refuses every key: put a valid one where api_keys points to",
                scope=self._provider,
                retry_at=now + timedelta(seconds=_REFUSED_S),
            )
        scope, quota = min(waiting.items(), key=lambda item: item[1].free_at(now))
        free_at = quota.free_at(now)
        wait_s = (free_at - now).total_seconds()
        if wait_s > _PATIENCE_S or quota.spent:
            message = f"the quota of {self._provider} is spent in every scope: wait, or add another"
            return Outage(message, scope=f"{self._provider}:{scope}", retry_at=free_at)
        message = f"{self._provider} limits the rate of requests"
        return Transient(message, retry_after_s=max(wait_s, 0.01), provider=self._provider)


def _split(secret: Secret) -> list[str]:
    return [key for key in secret.get().split(",") if key.strip()]
