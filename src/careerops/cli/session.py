"""What every command shares: global options, configuration, stores, output."""

import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from careerops.bootstrap.pipeline import Surroundings
    from careerops.config import Config

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@dataclass(slots=True)
class Session:
    """The global options of one invocation."""

    config_path: Path | None = None
    json: bool = False
    debug: bool = False

    def load(self, *, quietly: bool = False) -> "Config":
        """The configuration, with logging set up as it says; `quietly` at least at warning.

        Raises:
            ConfigurationError: there is none, or it is not usable.
        """
        from careerops.config import find_config, load_config

        config = load_config(find_config(self.config_path))
        start_logging(config, quietly=quietly)
        return config


def start_logging(config: "Config", *, quietly: bool = False) -> None:
    """Logs go to stderr, as `[logging]` says; `quietly` leaves out what is merely information."""
    from careerops.ops.logging import configure_logging

    settings = config.logging
    level = "warning" if quietly and settings.level == "info" else settings.level
    configure_logging(level=level, stream=sys.stderr, fmt=settings.format)


def session_of(ctx: typer.Context, json_too: bool = False) -> Session:
    """The session of a command; `--json` counts before and after the command's name."""
    session: Session = ctx.find_root().obj
    session.json = session.json or json_too
    return session


@asynccontextmanager
async def opened(config: "Config") -> "AsyncIterator[Surroundings]":
    """Log and stores, open while the block runs."""
    from careerops.bootstrap.pipeline import Surroundings
    from careerops.bootstrap.stores import open_stores, process_owner

    stores = await open_stores(config)
    try:
        yield Surroundings(config, stores, owner=process_owner())
    finally:
        await stores.close()


def run_async(main: Callable[[], Coroutine[Any, Any, int | None]]) -> None:
    """Run a short command; its result is the exit status."""
    import asyncio

    status = asyncio.run(main())
    if status:
        raise typer.Exit(status)


def run_stoppable(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a longer command to its end; a signal cancels it where it is."""
    import asyncio

    from careerops.ops.lifecycle import Lifecycle, run_process

    async def main(lifecycle: Lifecycle) -> None:
        current = asyncio.current_task()

        def end() -> None:
            if current is not None:
                current.cancel()

        lifecycle.on_stop(end)
        try:
            await work()
        except asyncio.CancelledError:
            if not lifecycle.stopping.is_set():
                raise

    run_process(main)


def print_json(value: object) -> None:
    """One JSON document on one line, to stdout; what a terminal might obey is escaped."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    sys.stdout.write(text + "\n")


def print_line(text: str = "") -> None:
    """One line of text, to stdout, without control characters that mails may smuggle in."""
    sys.stdout.write(printable(text) + "\n")


def note(text: str) -> None:
    """One line to stderr, for the person and not for the pipe."""
    sys.stderr.write(printable(text) + "\n")


def printable(text: str) -> str:
    """`text` without control characters and escape sequences."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table: with borders and colours on a terminal, plain columns in a pipe."""
    cells = [[printable(str(cell)).replace("\n", " ") for cell in row] for row in rows]
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markup import escape
        from rich.table import Table

        table = Table(*columns)
        for row in cells:
            table.add_row(*(escape(cell) for cell in row))
        Console().print(table)
        return
    widths = [
        max(len(column), *(len(row[index]) for row in cells)) if cells else len(column)
        for index, column in enumerate(columns)
    ]
    for row in [list(columns), *cells]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")
