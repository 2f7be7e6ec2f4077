"""`dlq`: the dead letter queue."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careerops.cli.session import (
    JsonOption,
    note,
    opened,
    print_json,
    print_line,
    print_table,
    run_async,
    session_of,
)
from careerops.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from careerops.config import Config
    from careerops.services.deadletters import DeadLetters, Letter

_SHOWN = ("stage", "reason", "explanation", "attempts", "time", "topic", "channel", "source")


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer()
    group.command("list", help="List the letters that wait for a decision.")(list_)
    group.command("show", help="Explain one letter.")(show)
    group.command("replay", help="Send letters through their stage again.")(replay)
    group.command("discard", help="Put a letter aside for good.")(discard)
    app.add_typer(group, name="dlq")


@asynccontextmanager
async def dead_letters(config: "Config") -> "AsyncIterator[DeadLetters]":
    """The dead letter queue, open while the block runs."""
    from careerops.bootstrap.pipeline import new_parser
    from careerops.services.deadletters import DeadLetters
    from careerops.services.unparsed import Reparser

    async with opened(config) as around, AsyncExitStack() as closing:
        stores = around.stores
        parser = new_parser(closing)
        reparser = Reparser(parser, stores.cursors, stores.log, around.clock)
        yield DeadLetters(stores.log, stores.verdicts, stores.ledger, reparser, around.clock)


def list_(ctx: typer.Context, json_: JsonOption = False) -> None:
    """List the letters that wait for a decision, oldest first."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with dead_letters(config) as queue:
            letters = [letter async for letter in queue.waiting()]
        if session.json:
            print_json([_summary(letter) for letter in letters])
            return
        rows = [
            (
                letter.letter_id,
                letter.notes.get("stage", ""),
                letter.notes.get("reason", ""),
                letter.notes.get("time", "")[:19],
                letter.event_id[:12],
            )
            for letter in letters
        ]
        print_table(("id", "stage", "reason", "time", "event"), rows)

    run_async(main)


def show(
    ctx: typer.Context,
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="As in dlq list.")],
    json_: JsonOption = False,
) -> None:
    """Explain one letter: what happened and where, without the mail's contents."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with dead_letters(config) as queue:
            (letter,) = await queue.find([letter_id])
        if session.json:
            print_json({**_summary(letter), "notes": letter.notes})
            return
        print_line(f"letter       {letter.letter_id}")
        print_line(f"event        {letter.event_id} ({letter.event_type})")
        for name in (*_SHOWN, "locator", "size", "sha256"):
            if letter.notes.get(name):
                print_line(f"{name:<12} {letter.notes[name]}")
        print_line(f"bytes        {len(letter.record.value)}")
        if letter.notes.get("frames"):
            print_line("frames")
            print_line(letter.notes["frames"])
        print_line()
        print_line(f"again: careerops dlq replay {letter.letter_id}")
        print_line(f"never: careerops dlq discard {letter.letter_id}")

    run_async(main)


def replay(
    ctx: typer.Context,
    letter_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="As in dlq list.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every waiting letter.")] = False,
    rate: Annotated[
        float, typer.Option("--rate", min=0.0, help="Letters a second at most; 0 is no limit.")
    ] = 20.0,
    json_: JsonOption = False,
) -> None:
    """Send letters through their stage again, with their original bytes and id."""
    session = session_of(ctx, json_)
    if bool(letter_ids) == all_:
        raise ConfigurationError("name letters, or give --all: see careerops dlq list")
    config = session.load()

    async def main() -> int:
        from careerops.domain.errors import Permanent
        from careerops.ops.clock import SystemClock
        from careerops.services.deadletters import Pace

        failed = 0
        async with dead_letters(config) as queue:
            letters = await queue.find(letter_ids or [])
            if all_:
                letters = [letter async for letter in queue.waiting()]
            pace = Pace(SystemClock(), rate)
            for letter in letters:
                await pace.turn()
                try:
                    done = await queue.replay(letter)
                except Permanent as error:
                    failed += 1
                    note(f"{letter.letter_id}: {error}")
                else:
                    _said(letter, done, as_json=session.json)
        return 1 if failed else 0

    run_async(main)


def discard(
    ctx: typer.Context,
    letter_id: Annotated[str, typer.Argument(metavar="ID", help="As in dlq list.")],
    json_: JsonOption = False,
) -> None:
    """Put a letter aside: it is not listed any more."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with dead_letters(config) as queue:
            (letter,) = await queue.find([letter_id])
            await queue.discard(letter)
        _said(letter, "discarded", as_json=session.json)

    run_async(main)


def _said(letter: "Letter", done: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": letter.letter_id, "event_id": letter.event_id, "done": done})
    else:
        print_line(f"{letter.letter_id}: {done}")


def _summary(letter: "Letter") -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": letter.letter_id,
        "event_id": letter.event_id,
        "event_type": letter.event_type,
        "bytes": len(letter.record.value),
    }
    return facts | {name: letter.notes.get(name, "") for name in _SHOWN}
