"""`notifications`: what is to be told, by which channel, and what became of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careerops.cli.session import (
    JsonOption,
    opened,
    print_json,
    print_line,
    print_table,
    run_async,
    session_of,
)

if TYPE_CHECKING:
    from careerops.config import Config
    from careerops.ports.ledger import EntryState
    from careerops.services.notifications import Notifications

_ID_CHARS = 12
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As in notifications list.")]
ChannelOption = Annotated[str, typer.Option("--channel", help="Of this channel alone.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer()
    group.command("list", help="List what is planned, failed or of unknown outcome.")(list_)
    group.command("show", help="Show one notification on all its channels.")(show)
    group.command("drop", help="Never tell a notification.")(drop)
    group.command("retry", help="Tell a notification again that failed or may not be told.")(retry)
    app.add_typer(group, name="notifications")


@asynccontextmanager
async def _notifications(config: "Config") -> "AsyncIterator[Notifications]":
    from careerops.services.notifications import Notifications

    async with opened(config) as around:
        yield Notifications(around.stores.ledger, around.clock)


def list_(
    ctx: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Also what was told or is over.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 200,
    json_: JsonOption = False,
) -> None:
    """List what is planned, failed or of unknown outcome, newest first."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with _notifications(config) as notifications:
            states = await notifications.listed(everything=all_, limit=limit)
        found = [_summary(state) for state in states]
        if session.json:
            print_json(found)
            return
        columns = ("id", "channel", "account", "status", "changed", "reason", "about")
        rows = [
            (
                each["notification_id"][:_ID_CHARS],
                *(each[name] for name in columns[1:4]),
                (each["changed_at"] or "")[:19],
                each["reason"],
                each["about"],
            )
            for each in found
        ]
        print_table(columns, rows)

    run_async(main)


def show(
    ctx: typer.Context,
    notification_id: IdArgument,
    channel: ChannelOption = "",
    json_: JsonOption = False,
) -> None:
    """Show one notification: what it tells, and how it fares on each channel."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with _notifications(config) as notifications:
            states = await notifications.find(notification_id, channel)
        found = [_summary(state) for state in states]
        if session.json:
            print_json(found)
            return
        for each in found:
            for name, value in each.items():
                if value not in ("", None):
                    print_line(f"{name:<16} {value}")
            print_line()
        print_line(f"again: careerops notifications retry {notification_id}")
        print_line(f"never: careerops notifications drop {notification_id}")

    run_async(main)


def drop(
    ctx: typer.Context,
    notification_id: IdArgument,
    channel: ChannelOption = "",
    json_: JsonOption = False,
) -> None:
    """Never tell a notification that is planned, failed or of unknown outcome."""
    _decide(ctx, notification_id, channel, json_=json_, drop_=True)


def retry(
    ctx: typer.Context,
    notification_id: IdArgument,
    channel: ChannelOption = "",
    json_: JsonOption = False,
) -> None:
    """Tell a notification again that failed, expired or may not have been told."""
    _decide(ctx, notification_id, channel, json_=json_, drop_=False)


def _decide(
    ctx: typer.Context, notification_id: str, channel: str, *, json_: bool, drop_: bool
) -> None:
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with _notifications(config) as notifications:
            decide = notifications.drop if drop_ else notifications.retry
            channels = await decide(notification_id, channel)
        if session.json:
            print_json({"notification_id": notification_id, "channels": channels})
            return
        what = "will not be told by" if drop_ else "is told again, by a careerops run, by"
        print_line(f"{notification_id[:_ID_CHARS]} {what} {', '.join(channels)}")

    run_async(main)


def _summary(state: "EntryState") -> dict[str, Any]:
    from careerops.services.notifications import title_of

    entry = state.entry
    return {
        "notification_id": entry.notification_id,
        "channel": entry.channel,
        "account": entry.account,
        "event_id": entry.event_id,
        "status": state.status.value,
        "attempts": state.attempts,
        "unknown": state.unknown,
        "changed_at": state.changed_at.isoformat() if state.changed_at else None,
        "due": entry.due.isoformat() if entry.due else None,
        "worth_until": entry.worth_until.isoformat() if entry.worth_until else None,
        "reason": state.reason,
        "about": title_of(state),
    }
