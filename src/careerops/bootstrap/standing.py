"""How mailboxes, channels and models fare, left where a tool beside the process can read it.

What is so now is a report, which costs no durable write and goes with its process. What a mailbox's
last contact and mail were is kept in the cache as well, so that the next process knows. Both may be
missing or late; nothing is decided by them.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from pydantic import ValidationError

from careerops.bootstrap.pipeline import Pipeline
from careerops.config import Config, PartConfig
from careerops.domain.model import Model, UtcTime
from careerops.ports.cache import Cache
from careerops.ports.reports import Reports

MAILBOXES: Final = "mailboxes"
CHANNELS: Final = "channels"
MODELS: Final = "models"
A_PIECE: Final = 250
"""How many mailboxes are written together: reports and a cache's values are bounded."""
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


def kind_of(what: str, piece: int = 0) -> str:
    """The kind of report that holds the `piece`-th part of `what`."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(piece))
    return f"{what}-{letters}"


async def say(reports: Reports, kind: str, rows: Sequence[Model], owner: str) -> None:
    """Leave how `rows` fare now, for as long as a report lives.

    Raises:
        Outage: it cannot be left now.
    """
    value = json.dumps([row.model_dump(mode="json") for row in rows]).encode()
    await reports.leave(kind, owner, value, reports.lives_s)


async def said(reports: Reports, kind: str, row: type[T]) -> list[T]:
    """What living processes say now; what is not of this release's shape is passed over.

    Raises:
        Outage: it cannot be read now.
    """
    found: list[T] = []
    for report in await reports.read(kind):
        try:
            each_said = json.loads(report.value)
        except (ValueError, RecursionError):
            continue
        found += _understood(each_said, row)
    return found


async def remember(cache: Cache, key: str, rows: Sequence[MailboxRow], now: datetime) -> None:
    """Keep `rows` beyond the end of this process, and those of other mailboxes as they are.

    What two processes write at once the next write mends.

    Raises:
        Outage: the store cannot be asked or written.
    """
    ours = {(row.account, row.name) for row in rows}
    before = await remembered(cache, key, now)
    others = [row for row in before if (row.account, row.name) not in ours]
    kept = (*rows, *others[: max(0, A_PIECE - len(rows))])
    value = json.dumps([row.model_dump(mode="json") for row in kept]).encode()
    await cache.put(key, value, now + _KEPT)


async def remembered(cache: Cache, key: str, now: datetime) -> list[MailboxRow]:
    """What was kept last of each mailbox, whether its process lives or not.

    Raises:
        Outage: the store cannot be asked.
    """
    value = await cache.get(key, now)
    try:
        return _understood(json.loads(value) if value else [], MailboxRow)
    except (ValueError, RecursionError):
        return []


def _understood(rows: object, row: type[T]) -> list[T]:
    found: list[T] = []
    for each in rows if isinstance(rows, list) else ():
        try:
            found.append(row.model_validate(each))
        except ValidationError:
            continue  # of another release
    return found
