"""`careerops`: the command line.

Exit status: 0 ok, 1 failed, 2 usage or configuration. Errors are one line that says what to do;
a traceback only with `--debug`.
"""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

from careerops.cli.session import Session, printable
from careerops.domain.errors import CareerOpsError, ConfigurationError

if TYPE_CHECKING:
    from typer.core import TyperCommand

FAILED: Final = 1
USAGE: Final = 2

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "demo": ("demo", "Run everything on a bundled sample mailbox: no key, no network."),
    "init": ("init", "Write the configuration by asking."),
    "doctor": ("doctor", "Check every part; say what to do and what leaves this machine."),
    "status": ("status", "Show what is going on."),
    "run": ("running", "Run all services in one process."),
    "ingest": ("running", "Run one service: read the mailboxes."),
    "classify": ("running", "Run one service: classify mails."),
    "research": ("running", "Run one service: research companies."),
    "notify": ("running", "Run one service: tell people."),
    "import": ("history", "Take in the mails of the past: mbox, Maildir, .eml, Takeout .zip."),
    "topics": ("topics", "Show topics, groups and their lag."),
    "tail": ("topics", "Print a topic's records."),
    "events": ("events", "Verdicts: what was understood of each mail, OTHER included."),
    "notifications": (
        "notifications",
        "What is told, by which channel, and what failed or nobody knows.",
    ),
    "dlq": ("dlq", "Dead letters: what could not be processed, and why."),
    "budget": ("budget", "What language models cost today, what is left, and for how long."),
    "experiment": ("experiment", "Compare providers, models and prompts on your own mails."),
    "cursors": ("cursors", "How far each mailbox has been read."),
    "evaluate": ("evaluate", "Measure a classifier on labelled mails."),
}
"""Command -> module of this package and one line of help."""


class LazyGroup(TyperGroup):
    """Imports a command's module when it is used: `careerops --help` imports none."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> "TyperCommand | TyperGroup | None":
        """The command, from its module; None if there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module, text = COMMANDS[cmd_name]
        part = typer.Typer(**STYLE)
        import_module(f"careerops.cli.{module}").register(part)
        part.callback()(lambda: None)
        found: Any = typer.main.get_group(part).commands[cmd_name]
        found.help = text
        return found  # type: ignore[no-any-return]  # a command or a group of typer's own classes

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands in the help text."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


STYLE: Final[dict[str, Any]] = {
    "add_completion": False,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
}

app = typer.Typer(
    name="careerops",
    cls=LazyGroup,
    help="Watches your mailbox and tells you about the mails that matter to your job search.",
    **STYLE,
)


@app.callback()
def root(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Configuration file [default: ./careerops.toml]."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback on errors.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)
    ] = False,
) -> None:
    """Global options, given before the command."""
    del version
    ctx.obj = Session(config, json, debug)


def main() -> None:
    """The entry point: run a command, turn errors into one line and an exit status."""
    arguments = sys.argv[1:] or ["--help"]
    if arguments[0] == "--version":
        from careerops import __version__

        sys.stdout.write(f"careerops {__version__}\n")
        return
    try:
        status = app(arguments, prog_name="careerops", standalone_mode=False)
    except Exception as error:  # noqa: BLE001  # whatever it is, a person gets one line; --debug shows all of it
        status = _failed(error, debug="--debug" in arguments)
    sys.exit(status)


def _failed(error: Exception, *, debug: bool) -> int:
    """Say on stderr in one line what went wrong; returns the exit status."""
    text, status = _explained(error)
    if debug:
        traceback.print_exception(error)
    sys.stderr.write(f"careerops: {printable(' '.join(text.split()))}\n")
    return status


def _explained(error: Exception) -> tuple[str, int]:
    if isinstance(error, CareerOpsError):
        return str(error), USAGE if isinstance(error, ConfigurationError) else FAILED
    if isinstance(error, typer.Abort):
        return "aborted", FAILED
    # Typer keeps the base class of its usage errors to itself; this is what it is known by.
    message: Callable[[], str] | None = getattr(error, "format_message", None)
    if message is not None:
        command = getattr(getattr(error, "ctx", None), "command_path", "careerops")
        return f"{message().rstrip('.')}; see {command} --help", USAGE
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}; check it and its permissions", FAILED
    from careerops.ops.logevents import LogEvent
    from careerops.ops.logging import get_logger

    get_logger("cli").critical(LogEvent.UNHANDLED_ERROR, exc_info=error)
    kind = type(error).__name__
    return f"{kind} where none was expected: repeat it with --debug and report that", FAILED
