"""`run`, and each service on its own: the commands that stay."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from careerops.cli.session import JsonOption, Session, note, print_json, session_of

if TYPE_CHECKING:
    from careerops.ops.lifecycle import Lifecycle

_ALL = ("ingest", "classify", "research", "notify")

UntilIdle = Annotated[bool, typer.Option("--until-idle", help="End when everything is done.")]
MaxWait = Annotated[
    float,
    typer.Option(
        "--max-wait", metavar="S", min=0, help="With --until-idle: longest outage, in seconds."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    app.command("ingest")(ingest)
    app.command("classify")(classify)
    app.command("research")(research)
    app.command("notify")(notify)


def run(
    ctx: typer.Context,
    until_idle: UntilIdle = False,
    max_wait: MaxWait = 30.0,
    json_: JsonOption = False,
) -> None:
    """Run all services in one process."""
    serve(session_of(ctx, json_), _ALL, until_idle=until_idle, max_wait_s=max_wait)


def ingest(
    ctx: typer.Context,
    until_idle: UntilIdle = False,
    max_wait: MaxWait = 30.0,
    json_: JsonOption = False,
) -> None:
    """Read the mailboxes into the log."""
    serve(session_of(ctx, json_), ("ingest",), until_idle=until_idle, max_wait_s=max_wait)


def classify(
    ctx: typer.Context,
    until_idle: UntilIdle = False,
    max_wait: MaxWait = 30.0,
    json_: JsonOption = False,
) -> None:
    """Classify mails into career events."""
    serve(session_of(ctx, json_), ("classify",), until_idle=until_idle, max_wait_s=max_wait)


def research(
    ctx: typer.Context,
    until_idle: UntilIdle = False,
    max_wait: MaxWait = 30.0,
    json_: JsonOption = False,
) -> None:
    """Research companies and write notifications."""
    serve(session_of(ctx, json_), ("research",), until_idle=until_idle, max_wait_s=max_wait)


def notify(
    ctx: typer.Context,
    until_idle: UntilIdle = False,
    max_wait: MaxWait = 30.0,
    json_: JsonOption = False,
) -> None:
    """Tell people."""
    serve(session_of(ctx, json_), ("notify",), until_idle=until_idle, max_wait_s=max_wait)


def serve(
    session: Session, services: Sequence[str], *, until_idle: bool, max_wait_s: float
) -> None:
    """Run `services` until a signal, or with `until_idle` until everything is done."""
    from careerops.bootstrap.process import serve_until_stopped
    from careerops.ops.lifecycle import run_process

    config = session.load()

    async def main(lifecycle: "Lifecycle") -> int:
        return await serve_until_stopped(
            config, services, lifecycle, max_wait_s=max_wait_s if until_idle else None
        )

    waiting = run_process(main)
    if session.json and until_idle:
        print_json({"idle": True, "dead_letters": waiting})
    if waiting:
        report_dead_letters(waiting)


def report_dead_letters(count: int) -> None:
    """Say on stderr that dead letters wait: as a log line in a pipe, in words on a terminal."""
    if sys.stderr.isatty():
        note(f"{count} dead letters wait: see careerops dlq list")
        return
    from careerops.ops.logevents import LogEvent
    from careerops.ops.logging import get_logger

    get_logger("cli").error(LogEvent.DEAD_LETTERS_WAITING, count=count)
