"""`careerops`: the command line.

Exit status: 0 ok, 1 failed, 2 usage or configuration. Errors are one line that says what to do;
a traceback only with `--debug`.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from careerops.cli import (
    cursors,
    demo,
    dlq,
    doctor,
    evaluate,
    events,
    history,
    init,
    running,
    status,
    topics,
)
from careerops.cli.session import Session
from careerops.domain.errors import CareerOpsError, ConfigurationError

FAILED = 1
USAGE = 2

app = typer.Typer(
    name="careerops",
    help="Watches your mailbox and tells you about the mails that matter to your job search.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
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


for module in (
    demo,
    init,
    doctor,
    status,
    running,
    history,
    topics,
    events,
    dlq,
    cursors,
    evaluate,
):
    module.register(app)


def main() -> None:
    """The entry point: run a command, turn errors into one line and an exit status."""
    if "--version" in sys.argv[1:2]:
        from careerops import __version__

        sys.stdout.write(f"careerops {__version__}\n")
        return
    debug = "--debug" in sys.argv[1:]
    try:
        app()
    except ConfigurationError as error:
        _fail(error, USAGE, debug=debug)
    except CareerOpsError as error:
        _fail(error, FAILED, debug=debug)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong with us.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)


def _fail(error: CareerOpsError, status: int, *, debug: bool) -> None:
    if debug:
        raise error
    text = " ".join(str(error).split())
    sys.stderr.write(f"careerops: {text}\n")
    sys.exit(status)
