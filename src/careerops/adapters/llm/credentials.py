"""The keys of one provider: by reference, read when needed, put aside while they are refused."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from careerops.domain.errors import ConfigurationError, Outage
from careerops.llm.quota.limits import DayRule, Limits, Pace
from careerops.ops.secrets import Secret


class KeyOptions(BaseModel):
    """A key with its quota scope, and what we keep to ourselves of that scope's limits.

    Attributes:
        key: a secret; it may hold several keys, separated by commas.
        scope: keys of one scope share its quota; '' makes each key a scope of its own.
        rpm, rpd: requests a minute and a day.
        tpm, tpd: tokens a minute and a day, sent and answered.
        day: when a day's quota is whole again: a time zone, at whose midnight, or `rolling` for
            24 hours. None: as the provider has it.
        pace: how to find out limits that are neither written here nor told: `bold` asks as fast
            as it can until it is refused, `cautious` one at a time until it knows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: Secret
    scope: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,64}$")
    rpm: int | None = Field(default=None, ge=1, le=1_000_000)
    rpd: int | None = Field(default=None, ge=1, le=100_000_000)
    tpm: int | None = Field(default=None, ge=1, le=1_000_000_000)
    tpd: int | None = Field(default=None, ge=1, le=100_000_000_000)
    day: DayRule | None = None
    pace: Pace | None = None


Keys = Annotated[
    tuple[Secret | KeyOptions, ...],
    BeforeValidator(lambda keys: (keys,) if isinstance(keys, str) else keys),
]
"""`api_keys`: in order; references, or tables as `KeyOptions`."""


@dataclass(slots=True, eq=False)
class Credential:
    """One key: the `position`-th of those that `secret` holds; '' where none is asked for.

    Attributes:
        scope: whose quota it uses, unique among all providers.
        refused: the value that the provider did not accept.
    """

    scope: str
    secret: Secret | None = None
    position: int = 0
    refused: str = field(default="", repr=False)

    async def value(self) -> str:
        """The key as it is now, '' if there is none any more.

        Raises:
            ConfigurationError: the secret could never be read.
        """
        if self.secret is None:
            return ""
        fresh = self.secret.fresh
        if fresh is None:
            # In a thread: a secret may be a file or a keyring.
            fresh = await asyncio.to_thread(self.secret.get)
        return _nth(fresh, self.position)

    async def usable(self) -> str | None:
        """The key if there is one that was not refused.

        Raises:
            Outage: the secret cannot be read any more.
        """
        try:
            value = await self.value()
        except ConfigurationError as error:
            raise Outage(str(error), scope=self.scope) from None
        if self.secret is not None and (not value or value == self.refused):
            return None
        return value

    async def refuse(self, value: str) -> bool:
        """The provider refused `value`: read the secret again; whether the key is another now."""
        if self.secret is None:
            return False
        await asyncio.to_thread(self.secret.refresh)
        if await self.value() != value:
            return True
        self.refused = value
        return False


def credentials_of(
    provider: str, keys: Sequence[Secret | KeyOptions]
) -> Iterator[tuple[Credential, KeyOptions | None]]:
    """A credential for each key, with its options; one without a key if there are none.

    Raises:
        ConfigurationError: a secret cannot be read.
    """
    number = 0
    for item in keys:
        options = item if isinstance(item, KeyOptions) else KeyOptions(key=item)
        for position in range(len(_split(options.key.get()))):
            number += 1
            scope = f"{provider}:{options.scope or number}"
            yield Credential(scope, options.key, position), options
    if not number:
        yield Credential(f"{provider}:none"), None


def limits_by_scope(
    found: Sequence[tuple[Credential, KeyOptions | None]], day: DayRule
) -> dict[str, Limits]:
    """Scope -> what its keys say about it; what only one of them says holds for all.

    Raises:
        ConfigurationError: two keys of a scope say different things of it.
    """
    said: dict[str, dict[str, Any]] = {}
    for credential, options in found:
        about = said.setdefault(credential.scope, {})
        for name in ("rpm", "rpd", "tpm", "tpd", "day"):
            value = getattr(options, name, None)
            if value is None:
                continue
            if about.setdefault(name, value) != value:
                raise ConfigurationError(
                    f"api_keys: scope {credential.scope.partition(':')[2]} has two values of"
                    f" {name}: its keys share one quota, so write it once"
                )
    return {
        scope: Limits(
            requests_per_minute=about.get("rpm"),
            requests_per_day=about.get("rpd"),
            tokens_per_minute=about.get("tpm"),
            tokens_per_day=about.get("tpd"),
            day=about.get("day") or day,
        )
        for scope, about in said.items()
    }


def _split(joined: str) -> list[str]:
    return [key.strip() for key in joined.split(",") if key.strip()]


def _nth(joined: str, position: int) -> str:
    keys = _split(joined)
    return keys[position] if position < len(keys) else ""
