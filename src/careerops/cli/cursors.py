"""`cursors`: how far each source was read, and reading it again."""

from typing import Annotated

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
from careerops.domain.errors import CareerOpsError

_SHOWN_CHARS = 60


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer()
    group.command("list", help="List the sources with their cursors.")(list_)
    group.command("reset", help="Read a source from its start again; nothing is told twice.")(reset)
    app.add_typer(group, name="cursors")


def list_(ctx: typer.Context, json_: JsonOption = False) -> None:
    """List every source that was ever read."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            sources = await around.stores.cursors.sources()
        if session.json:
            print_json([{"source": name, "cursor": text} for name, text in sources.items()])
            return
        rows = [(name, (text or "")[:_SHOWN_CHARS]) for name, text in sources.items()]
        print_table(("source", "cursor"), rows)

    run_async(main)


def reset(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(help="A source as in cursors list.")],
    json_: JsonOption = False,
) -> None:
    """Forget how far a source was read; mails known already stay known."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            if not await around.stores.cursors.reset(source):
                raise CareerOpsError(f"no source {source!r}: see careerops cursors list")
        if session.json:
            print_json({"source": source, "reset": True})
        else:
            print_line(f"{source}: the next run reads it from the start")

    run_async(main)
