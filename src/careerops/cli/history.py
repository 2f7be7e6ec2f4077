"""`import`: the mails of the past."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careerops.cli.session import (
    JsonOption,
    Session,
    print_json,
    print_line,
    run_stoppable,
    session_of,
)
from careerops.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from careerops.bootstrap.pipeline import Surroundings
    from careerops.config import Config, PartConfig
    from careerops.services.source_progress import SourceProgress

_HEAD_BYTES = 5


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_)


def import_(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    account: Annotated[str, typer.Option(metavar="A", help="Whose mails they are.")] = "me",
    notify: Annotated[
        bool, typer.Option("--notify", help="Tell about them, as if they came now.")
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Read mails into the log; interrupted, the same command goes on where it was."""
    session = session_of(ctx, json_)
    # What ingest logs of each batch would break the progress bar and fill a pipe.
    config = session.load(quietly=True)
    parts = [part_of(found, account) for path in paths for found in mail_in(path)]
    run_stoppable(lambda: _import_all(session, config, parts, notify=notify))


def mail_in(path: Path) -> list[Path]:
    """`path` itself, or the mbox files and mails in it where it is a folder of such.

    Raises:
        ConfigurationError: it is a folder without any mail.
    """
    if not path.is_dir() or (path / "cur").is_dir() or (path / "new").is_dir():
        return [path]
    boxes = sorted(each for each in path.rglob("*.mbox") if each.is_file())
    single = [path] if next(path.rglob("*.eml"), None) is not None else []
    if not boxes and not single:
        raise ConfigurationError(
            f"{path}: holds no .eml or .mbox file and is no Maildir (no cur or new folder in it)"
        )
    return [*boxes, *single]


def part_of(path: Path, account: str) -> "PartConfig":
    """The mailbox that `path` is, by looking at it.

    Raises:
        ConfigurationError: nothing is there, or it is none of the known forms.
    """
    from pydantic import ValidationError

    from careerops.config import PartConfig, explain

    where = path.expanduser().absolute()
    table = {"kind": _kind(where), "path": str(where), "account": account}
    try:
        return PartConfig.model_validate(table)
    except ValidationError as error:
        raise ConfigurationError(f"import: {explain(error, PartConfig)}") from None


def _kind(path: Path) -> str:
    if path.is_dir():
        return "maildir" if (path / "cur").is_dir() or (path / "new").is_dir() else "eml"
    if not path.exists():
        raise ConfigurationError(f"{path}: no such file or folder")
    if not path.is_file():
        raise ConfigurationError(f"{path}: neither a file nor a folder; name one of these")
    if path.suffix.lower() == ".zip":
        return "takeout"
    if path.suffix.lower() == ".eml":
        return "eml"
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head != b"From " and path.stat().st_size:
        raise ConfigurationError(
            f"{path}: not an mbox (it does not begin with 'From '); name a single mail *.eml"
        )
    return "mbox"


async def _import_all(
    session: Session, config: "Config", parts: "Sequence[PartConfig]", *, notify: bool
) -> None:
    from careerops.bootstrap.housekeeping import trim_once
    from careerops.bootstrap.parts import build_part
    from careerops.bootstrap.pipeline import new_parser, reader_of
    from careerops.cli.session import opened
    from careerops.domain.topics import RAW_BACKFILL, RAW_INBOX

    async with opened(config) as around, AsyncExitStack() as closing:
        parser = new_parser(closing)
        for part in parts:
            _, mailbox = build_part(config, part, "import", ("mailbox",), around.context)
            topic = RAW_INBOX if notify else RAW_BACKFILL
            reader = reader_of(around, part, mailbox, parser, where="import", topic=topic)
            with progress_bar(Path(part.options["path"])) as show:
                reader.on_progress = show
                await reader.run(follow=False, patient=False)
            _report(session, part, reader.progress)
        await trim_once(around)
        if not session.json:
            print_line(await _next_step(around))


async def _next_step(around: "Surroundings") -> str:
    for info in await around.stores.log.topics():
        if any(group.member for group in info.groups):
            return "the run that is going on classifies them as live mail leaves it time"
    return "next: careerops run classifies them; then see careerops events list"


def _report(session: Session, part: "PartConfig", progress: "SourceProgress") -> None:
    facts: dict[str, Any] = {
        "path": part.options["path"],
        "kind": part.kind,
        "mails": progress.mails,
        "new": progress.published,
        "known": progress.duplicates,
        "dead_letters": progress.dead,
        "bytes": progress.read_bytes,
    }
    if session.json:
        print_json(facts)
        return
    print_line(
        f"{facts['path']}: {facts['mails']} mails read, {facts['new']} new, "
        f"{facts['known']} known already, {facts['dead_letters']} dead letters"
    )


@contextmanager
def progress_bar(path: Path) -> "Iterator[Callable[[SourceProgress], None] | None]":
    """A bar with rate and time left on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[mails]} mails, {task.fields[rate]:.0f}/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(path.name, total=_size_bytes(path), mails=0, rate=0.0)
        started = bar.get_time()

        def show(progress: "SourceProgress") -> None:
            elapsed_s = max(0.001, bar.get_time() - started)
            bar.update(
                task,
                completed=progress.read_bytes,
                mails=progress.mails,
                rate=progress.mails / elapsed_s,
            )

        yield show


def _size_bytes(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
