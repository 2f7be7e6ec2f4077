"""`events`: what was understood of each mail, correcting it, telling it again."""

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
from careerops.domain.taxonomy import EventType

if TYPE_CHECKING:
    from careerops.bootstrap.pipeline import Surroundings
    from careerops.services.events import Events, KnownEvent

_SHOWN = 50
_MOST = 1_000_000

EventId = Annotated[str, typer.Argument(metavar="ID", help="An event id, or how it begins.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer()
    group.command("list", help="List classified mails, newest first.")(list_)
    group.command("show", help="Show one: evidence, confidence, what was told.")(show)
    group.command("relabel", help="Correct the type; kept as truth.")(relabel)
    group.command("resend", help="Tell one again, on purpose.")(resend)
    app.add_typer(group, name="events")


def events_of(around: "Surroundings") -> "Events":
    """The events of an open store."""
    from careerops.services.events import Events

    stores = around.stores
    return Events(stores.log, stores.verdicts, stores.ledger, stores.corrections, around.clock)


def list_(
    ctx: typer.Context,
    type_: Annotated[EventType | None, typer.Option("--type", help="Only this type.")] = None,
    account: Annotated[str, typer.Option(help="Only this account.")] = "",
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=_MOST, help="At most so many: 50, or with --json all."),
    ] = None,
    json_: JsonOption = False,
) -> None:
    """List classified mails, newest first."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            most = limit or (_MOST if session.json else _SHOWN)
            found = await events_of(around).recent(label=type_, account=account, limit=most)
        if session.json:
            print_json([as_json(known) for known in found])
            return
        rows = [_row(known) for known in found]
        print_table(("id", "received", "type", "conf", "company", "subject", "told"), rows)

    run_async(main)


def show(ctx: typer.Context, event_id: EventId, json_: JsonOption = False) -> None:
    """Show one classified mail: why it was understood so, and what was told."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            known = await events_of(around).show(event_id)
        if session.json:
            print_json(as_json(known))
        else:
            _print_known(known)

    run_async(main)


def relabel(
    ctx: typer.Context,
    event_id: EventId,
    type_: Annotated[EventType, typer.Argument(metavar="TYPE", help="The right type.")],
    json_: JsonOption = False,
) -> None:
    """Correct the type of a mail."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            known = await events_of(around).relabel(event_id, type_)
        if session.json:
            print_json(as_json(known))
        else:
            print_line(f"{known.event.event_id[:12]} is {type_.value} now, by you")

    run_async(main)


def resend(ctx: typer.Context, event_id: EventId, json_: JsonOption = False) -> None:
    """Tell an event again; the next run, or the one that runs now, sends it."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            notification = await events_of(around).resend(event_id)
        if session.json:
            print_json({"event_id": event_id, "notification_id": notification})
        else:
            print_line("queued: careerops run sends it")

    run_async(main)


def as_json(known: "KnownEvent") -> dict[str, Any]:
    """The event as JSON, with its verdict's status and its sends."""
    return {
        **known.event.model_dump(mode="json"),
        "status": known.verdict.status.value,
        "decided_at": known.verdict.decided_at.isoformat(),
        "sends": [
            {
                "notification_id": state.entry.notification_id,
                "channel": state.entry.channel,
                "status": state.status.value,
                "attempts": state.attempts,
                "unknown": state.unknown,
                "reason": state.reason,
            }
            for state in known.sends
        ],
    }


def _row(known: "KnownEvent") -> tuple[str, ...]:
    from careerops.services.own import OWN

    event = known.event
    mark = " ?" if event.review else ""
    told = ", ".join(f"{s.entry.channel} {s.status.value}" for s in known.sends)
    return (
        event.event_id[:12],
        event.received_at.strftime("%Y-%m-%d %H:%M"),
        event.event_type.value + mark,
        f"{event.confidence:.2f}",
        event.company[:24],
        event.subject[:48],
        told or (event.summary if event.provider == OWN else ""),
    )


def _print_known(known: "KnownEvent") -> None:
    event = known.event
    facts = {
        "event": event.event_id,
        "type": f"{event.event_type.value} (confidence {event.confidence:.2f})",
        "status": known.verdict.status.value,
        "received": event.received_at.isoformat(),
        "from": f"{event.sender.name} <{event.sender.address}>",
        "subject": event.subject,
        "company": event.company,
        "role": event.role,
        "summary": event.summary,
        "evidence": event.evidence,
        "warnings": ", ".join(event.warnings),
        "decided by": " ".join(filter(None, (event.provider, event.model, event.prompt_version))),
        "review": "yes: please check" if event.review else "",
        "degraded": event.degraded or "",
    }
    for name, text in facts.items():
        if text:
            print_line(f"{name:<11} {text}")
    for state in known.sends:
        print_line(
            f"{'told by':<11} {state.entry.channel}: {state.status.value}, "
            f"{state.attempts} attempts, {state.unknown} of unknown outcome {state.reason}"
        )
