"""How mailboxes, channels and models fare, left where a tool beside the process can read it.

It is kept in the cache, so it may be missing or late; nothing is decided by it. An entry of a
process that is gone says only what was last known.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from careerops.bootstrap.pipeline import Pipeline
from careerops.config import Config, PartConfig
from careerops.domain.model import Model, UtcTime
from careerops.ports.cache import Cache

MAILBOXES: Final = "standing/mailboxes"
CHANNELS: Final = "standing/channels"
MODELS: Final = "standing/models"
A_PIECE: Final = 250
"""How many mailboxes are written together: a cache's values are bounded."""
_KEPT: Final = timedelta(days=30)
_CLASSIFY: Final = "classify"
_SCOPES: Final = frozenset({"llm", "budget"})

T = TypeVar("T", bound=Model)


class MailboxRow(Model):
    """One mailbox; see `MailboxWatch`."""

    name: str
    account: str
    state: str
    since: UtcTime | None = None
    last_contact: UtcTime | None = None
    last_mail: UtcTime | None = None
    reason: str = ""


class ChannelRow(Model):
    """One channel: `up` or `down`."""

    name: str
    state: str
    reason: str = ""


class ModelRow(Model):
    """One classifier: `up`, or `down` until it is asked again at `until`, where that is known."""

    name: str
    state: str
    until: UtcTime | None = None
    reason: str = ""


def mailbox_rows(pipeline: Pipeline) -> list[MailboxRow]:
    """The mailboxes that this process reads."""
    return [
        MailboxRow(
            name=watch.name,
            account=watch.account,
            state=watch.state.value,
            since=watch.since,
            last_contact=watch.last_contact,
            last_mail=watch.last_mail,
            reason=watch.reason,
        )
        for watch in (reader.watch for reader in pipeline.readers)
        if watch.active
    ]


def channel_rows(pipeline: Pipeline) -> list[ChannelRow]:
    """The channels that this process sends by."""
    if pipeline.sender is None:
        return []
    return [
        ChannelRow(name=each.name, state=each.state, reason=each.reason)
        for each in pipeline.sender.channels
    ]


def model_rows(pipeline: Pipeline) -> list[ModelRow]:
    """The classifiers that this process asks."""
    around = pipeline.around
    worker = next((each for each in pipeline.workers if each.stage == _CLASSIFY), None)
    if worker is None:
        return []
    waits = [scope for name, scope in worker.scopes.items() if name in _SCOPES]
    until = None
    if waits:
        left_s = min(scope.due for scope in waits) - around.clock.monotonic()
        until = around.clock.now() + timedelta(seconds=max(0.0, left_s))
    answers = {
        sample.labels["provider"]: sample.value
        for metric in around.metrics.model_answers.collect()
        for sample in metric.samples
    }
    rows: list[ModelRow] = []
    for name in model_names(around.config):
        if answers.get(name) == 0:
            reason = "its last call failed: see careerops doctor"
            rows.append(ModelRow(name=name, state="down", until=until, reason=reason))
        else:
            rows.append(ModelRow(name=name, state="up"))
    return rows


def model_names(config: Config) -> Sequence[str]:
    """What the configured classifiers are called."""
    return [_name(part) for part in config.classifier] or ["rules"]


def channel_accounts(config: Config) -> Mapping[str, str]:
    """Channel -> the accounts it tells, for a person; without any configured, the console."""
    parts = config.notifier or (PartConfig(kind="console"),)
    return {_name(part): _accounts(part) for part in parts}


def _accounts(part: PartConfig) -> str:
    to = part.options.get("to")
    return ", ".join(sorted(to)) if isinstance(to, dict) else part.account


def _name(part: PartConfig) -> str:
    return part.name or part.kind


async def leave(
    cache: Cache, key: str, rows: Sequence[Model], *, owner: str, now: datetime, life: timedelta
) -> None:
    """Put `rows` beside those of other processes; what two write at once the next round mends."""
    kept = {
        other: entry
        for other, entry in (await _entries(cache, key, now)).items()
        if other != owner and entry["until"] > now.timestamp()
    }
    kept[owner] = {
        "until": (now + life).timestamp(),
        "rows": [row.model_dump(mode="json") for row in rows],
    }
    await cache.put(key, json.dumps(kept).encode(), now + _KEPT)


async def left(
    cache: Cache, key: str, row: type[T], now: datetime, is_gone: Callable[[str], bool]
) -> tuple[list[T], list[T]]:
    """The rows of processes that live, and those of others."""
    living: list[T] = []
    past: list[T] = []
    for owner, entry in (await _entries(cache, key, now)).items():
        lives = entry["until"] > now.timestamp() and not is_gone(owner)
        for each in entry["rows"]:
            try:
                (living if lives else past).append(row.model_validate(each))
            except ValidationError:
                continue  # of another release
    return living, past


async def _entries(cache: Cache, key: str, now: datetime) -> dict[str, dict[str, Any]]:
    """Owner -> its entry; what is not of the shape of this release is as if it were not there."""
    value = await cache.get(key, now)
    try:
        found = json.loads(value) if value else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        owner: entry
        for owner, entry in found.items()
        if isinstance(entry, dict)
        and isinstance(entry.get("until"), int | float)
        and isinstance(entry.get("rows"), list)
    }
