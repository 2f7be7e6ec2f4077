"""How mailboxes, channels and models fare, seen from beside the processes that use them."""

from typing import Any, Final

from careerops.bootstrap.pipeline import Surroundings
from careerops.bootstrap.sources import mailbox_names
from careerops.bootstrap.standing import (
    A_PIECE,
    CHANNELS,
    MAILBOXES,
    MODELS,
    ChannelRow,
    MailboxRow,
    ModelRow,
    channel_accounts,
    kind_of,
    model_names,
    remembered,
    said,
)
from careerops.ports.ledger import DeliveryStatus
from careerops.ports.mailbox import MailboxState

NOT_RUNNING: Final = "not running: start it with careerops run"
_ELSEWHERE: Final = "no running process reads it: restart careerops"
_GONE: Final = "no channel of this name is configured any more"
_DOWN: Final = MailboxState.DOWN.value


async def mailboxes(around: Surroundings) -> list[dict[str, Any]]:
    """Every configured mailbox: name, account, state, since, last_contact, last_mail, reason."""
    config, stores, now = around.config, around.stores, around.clock.now()
    living: dict[tuple[str, str], MailboxRow] = {}
    past: dict[tuple[str, str], MailboxRow] = {}
    for piece in range(-(-len(config.mailbox) // A_PIECE)):
        kind = kind_of(MAILBOXES, piece)
        past |= {
            (each.account, each.name): each for each in await remembered(stores.cache, kind, now)
        }
        now_said = await said(stores.reports, kind, MailboxRow)
        living |= {(each.account, each.name): each for each in now_said}
    reason = _ELSEWHERE if living else NOT_RUNNING
    told: list[dict[str, Any]] = []
    for part, name in zip(config.mailbox, mailbox_names(config), strict=True):
        key = (part.account, name)
        row = living.get(key)
        if row is None:
            known = past.get(key) or MailboxRow(name=name, account=part.account, state=_DOWN)
            row = known.model_copy(update={"state": _DOWN, "since": None, "reason": reason})
        told.append(row.model_dump(mode="json"))
    return told


async def channels(around: Surroundings) -> list[dict[str, Any]]:
    """Every configured channel, and those that something waits for: name, account, state, ..."""
    found = await said(around.stores.reports, kind_of(CHANNELS), ChannelRow)
    living = {row.name: row for row in found}
    planned = {
        channel: count
        for (channel, status), count in (await around.stores.ledger.counts()).items()
        if status == DeliveryStatus.PLANNED.value
    }
    accounts = channel_accounts(around.config)
    told: list[dict[str, Any]] = []
    for name in dict.fromkeys((*accounts, *sorted(planned))):
        row = living.get(name)
        why = NOT_RUNNING if name in accounts else _GONE
        told.append(
            {
                "name": name,
                "account": accounts.get(name, ""),
                "state": row.state if row else _DOWN,
                "planned": planned.get(name, 0),
                "reason": row.reason if row else why,
            }
        )
    return told


async def models(around: Surroundings) -> list[dict[str, Any]]:
    """Every configured classifier: name, state, until, reason."""
    found = await said(around.stores.reports, kind_of(MODELS), ModelRow)
    living = {row.name: row for row in found}
    return [
        (living.get(name) or ModelRow(name=name, state=_DOWN, reason=NOT_RUNNING)).model_dump(
            mode="json"
        )
        for name in model_names(around.config)
    ]
