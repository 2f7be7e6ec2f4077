"""`demo`: the whole pipeline on a bundled sample mailbox, without configuration, key or network."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from careerops.cli.session import JsonOption, print_json, print_line, print_table, session_of

if TYPE_CHECKING:
    from careerops.bootstrap.pipeline import Pipeline
    from careerops.domain.notification import Notification

_MAX_WAIT_S = 60.0
_QUOTE_CHARS = 76
_REFRESH_S = 0.1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(ctx: typer.Context, json_: JsonOption = False) -> None:
    """Read, classify, research and "tell" the sample mailbox; then show what was told and why."""
    from careerops.ops.logging import configure_logging

    session = session_of(ctx, json_)
    configure_logging(level="error", stream=sys.stderr, fmt="auto")
    with (
        tempfile.TemporaryDirectory(prefix="careerops-demo-") as folder,
        as_file(files("careerops.data") / "demo") as mails,
    ):
        mail_count = sum(1 for _ in mails.glob("*.eml"))
        _run(Path(folder), mails)
        told = _told(Path(folder) / "told.jsonl")
    told.sort(key=lambda each: each.event.received_at if each.event else each.notification_id)
    if session.json:
        print_json([each.model_dump(mode="json") for each in told])
    else:
        _print(told, mail_count)


def _run(folder: Path, mails: Path) -> None:
    from careerops.bootstrap.process import serve_until_stopped
    from careerops.config import build_config
    from careerops.ops.lifecycle import Lifecycle, run_process

    tables: dict[str, Any] = {
        "log": "sqlite:///demo.db",
        "mailbox": [{"kind": "eml", "path": str(mails)}],
        "classifier": [{"kind": "rules"}],
        "notifier": [{"kind": "jsonl", "path": "told.jsonl"}],
    }
    # The person's own CAREEROPS_ variables speak of the person's own set-up.
    config = build_config(tables, folder, environ={})

    async def main(lifecycle: Lifecycle) -> None:
        with live_view() as show:

            def watch(pipeline: "Pipeline") -> None:
                if show is not None:
                    lifecycle.spawn("live view", _refresh(show, pipeline))

            await serve_until_stopped(
                config,
                ("ingest", "classify", "research", "notify"),
                lifecycle,
                max_wait_s=_MAX_WAIT_S,
                on_wired=watch,
            )

    run_process(main)


def _told(path: Path) -> "list[Notification]":
    from careerops.domain.notification import Notification

    if not path.exists():
        return []
    with path.open("rb") as lines:
        return [Notification.model_validate_json(line) for line in lines]


async def _refresh(show: Any, pipeline: "Pipeline") -> None:
    import asyncio

    while True:
        show(pipeline)
        await asyncio.sleep(_REFRESH_S)


@contextmanager
def live_view() -> Iterator[Any]:
    """A view that is drawn anew while the pipeline works; None where there is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.live import Live

    with Live(console=Console(stderr=True), transient=True) as live:
        yield lambda pipeline: live.update(_picture(pipeline))


def _picture(pipeline: "Pipeline") -> Any:
    from rich.table import Table

    table = Table("stage", "done", "at work", "waiting", title="CareerOps at work")
    read = sum(reader.progress.mails for reader in pipeline.readers)
    table.add_row("ingest", str(read), "", "")
    for worker in pipeline.workers:
        waiting = max(0, worker.held - worker.running)
        table.add_row(worker.stage, str(worker.settled), str(worker.running), str(waiting))
    return table


def _print(told: "list[Notification]", mail_count: int) -> None:
    from careerops.domain.render import render_text

    rows = []
    for each in told:
        event = each.event
        if event is None:
            continue
        quote = " ".join(event.evidence.split())
        rows.append(
            (
                event.received_at.strftime("%d %b"),
                event.event_type.value + (" ?" if event.review else ""),
                event.company or event.sender.domain,
                quote if len(quote) <= _QUOTE_CHARS else quote[: _QUOTE_CHARS - 1] + "…",
            )
        )
    print_line(f"{mail_count} mails read, {len(told)} worth telling (? = please check):")
    print_line()
    print_table(("date", "what", "who", "why: the mail says"), rows)
    example = _example(told)
    if example is not None:
        print_line()
        print_line("On your phone, one of them reads:")
        print_line()
        print_line(render_text(example))
    print_line()
    print_line("Your own mailbox: careerops init")


def _example(told: "list[Notification]") -> "Notification | None":
    """An interview with a time, if there is one: the mail nobody wants to miss."""
    timed = [n for n in told if n.event and n.event.interview and n.event.interview.start]
    return next(iter(timed or told), None)
