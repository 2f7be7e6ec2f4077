"""Checking every configured part, one after the other, whatever the ones before had to say."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from careerops.bootstrap.channels import Channel, channels_by_account, wire_channels
from careerops.bootstrap.own import watched_recipients
from careerops.bootstrap.parts import build_part
from careerops.bootstrap.pipeline import Surroundings
from careerops.bootstrap.sources import wire_mailboxes
from careerops.bootstrap.stores import (
    forgetful_stores,
    is_shared,
    open_stores,
    process_owner,
    servers_of,
    store_place,
)
from careerops.config import Config, PartConfig
from careerops.domain.errors import CareerOpsError, ConfigurationError
from careerops.ops.context import PartContext

_CHECK_TIMEOUT_S = 20.0
_FAMILIES: dict[str, tuple[str, ...]] = {
    "mailbox": ("mailbox",),
    "classifier": ("classifier", "chatmodel"),
    "researcher": ("researcher",),
    "notifier": ("notifier",),
}
_MAILS = "the text of your mails"
_LEAVES = {
    "mailbox": "your credentials",
    "classifier": _MAILS,
    "researcher": "the names of companies",
    "notifier": "what you are told",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check of one part said.

    Attributes:
        part: its key in the configuration.
        ok: whether it works.
        text: what is right, or what is wrong and what to do.
        leaves_to: the host it sends to, '' if nothing leaves the machine.
        what_leaves: what that is.
    """

    part: str
    ok: bool
    text: str
    leaves_to: str = ""
    what_leaves: str = ""


async def check_all(config: Config) -> list[Finding]:
    """Check database, port and every part of `config`."""
    findings = [_check_port(config)]
    try:
        stores = await open_stores(config)
    except CareerOpsError as error:
        findings.append(Finding("log", ok=False, text=str(error)))
        stores = forgetful_stores()  # parts are checked all the same
    else:
        findings += _opened(config)
    try:
        around = Surroundings(config, stores, owner=process_owner())
        for key in _FAMILIES:
            for index, part in enumerate(getattr(config, key)):
                findings.append(await _check_part(config, key, index, part, around.context))
        findings += await _check_together(config, around.context, {f.text for f in findings})
        findings += _told_to_watched(config)
    finally:
        await stores.close()
    if not config.mailbox:
        findings.append(
            Finding("mailbox", ok=False, text="none configured; add a [[mailbox]]: careerops init")
        )
    return findings


def _opened(config: Config) -> list[Finding]:
    """The log, and the store where it is another place; what they carry leaves this machine."""
    if not is_shared(config):
        return [Finding("log", ok=True, text=config.log)]
    servers = servers_of(config)
    place = store_place(config)
    return [
        Finding("log", ok=True, text=config.log, leaves_to=servers, what_leaves=_MAILS),
        Finding(
            "store",
            ok=True,
            text=place or "an SQLite file on this machine",
            leaves_to=place,
            what_leaves="what was understood of your mails, and what you are told" if place else "",
        ),
    ]


def _check_port(config: Config) -> Finding:
    host, port = config.http.host, config.http.port
    if not port:
        return Finding("http.port", ok=True, text="off")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or "this is no host"
            text = f"{host}:{port}: {why}; end what listens there or choose another"
            return Finding("http.port", ok=False, text=text)
    return Finding("http.port", ok=True, text=f"{host}:{port} is free")


async def _check_part(
    config: Config, key: str, index: int, part: PartConfig, context: PartContext
) -> Finding:
    where = f"{key}[{index}]"
    try:
        _, built = build_part(config, part, where, _FAMILIES[key], context)
    except ConfigurationError as error:
        return Finding(where, ok=False, text=str(error))
    egress: Callable[[], str] = getattr(built, "egress", lambda: "")
    try:
        text, ok = await _checked(built), True
    except TimeoutError:
        text, ok = f"no answer in {_CHECK_TIMEOUT_S:.0f} s: check host and network", False
    except CareerOpsError as error:
        text, ok = str(error), False
    except Exception as error:  # noqa: BLE001  # a part of a third party may raise anything; the others are checked all the same
        text, ok = f"its check failed ({type(error).__name__}): ask who provides it", False
    finally:
        close: Callable[[], Awaitable[None]] | None = getattr(built, "close", None)
        if close is not None:
            await close()
    return Finding(
        where, ok=ok, text=f"{part.kind}: {text}", leaves_to=egress(), what_leaves=_LEAVES[key]
    )


async def _checked(built: Any) -> str:
    check: Callable[[], Awaitable[str]] | None = getattr(built, "check", None)
    if check is None:
        return "ready"
    async with asyncio.timeout(_CHECK_TIMEOUT_S):
        return await check()


def _told_to_watched(config: Config) -> list[Finding]:
    """Where a notification comes back into a watched mailbox: right, but worth knowing."""
    return [
        Finding(
            f"notifier[{number}].to",
            ok=True,
            text=f"also watched by mailbox[{index}]: what it tells comes back there, "
            "is recognised and not told again",
        )
        for number, index in watched_recipients(config)
    ]


async def _check_together(config: Config, context: PartContext, said: set[str]) -> list[Finding]:
    """What is wrong with parts only beside one another, unless it is `said` of one already."""
    findings: list[Finding] = []
    channels: list[Channel] = []
    try:
        wire_mailboxes(config, context)
    except ConfigurationError as error:
        findings.append(Finding("mailbox", ok=False, text=str(error)))
    try:
        channels = wire_channels(config, context)
        channels_by_account(config, channels)
    except ConfigurationError as error:
        findings.append(Finding("notifier", ok=False, text=str(error)))
    for channel in channels:
        await channel.notifier.close()
    return [finding for finding in findings if finding.text not in said]
