"""`topics` and `tail`: the log, from outside."""

import base64
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careerops.cli.session import (
    JsonOption,
    opened,
    print_json,
    print_line,
    print_table,
    run_async,
    run_stoppable,
    session_of,
)
from careerops.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from careerops.ports.eventlog import EventLog, LogRecord, TopicInfo

_PAGE = 200


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("topics")(topics)
    app.command("tail")(tail)


def topics(ctx: typer.Context, json_: JsonOption = False) -> None:
    """Show every topic with the groups that read it."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            infos = await around.stores.log.topics()
        if session.json:
            print_json([_topic(info) for info in infos])
            return
        columns = ("topic", "records", "group", "position", "lag", "oldest unsettled", "member")
        print_table(columns, [row for info in infos for row in _rows(info)])

    run_async(main)


def _topic(info: "TopicInfo") -> dict[str, Any]:
    return {
        "topic": info.topic,
        "partition": info.partition,
        "start": info.start,
        "end": info.end,
        "groups": [
            {
                "group": group.group,
                "position": group.position,
                "lag": group.lag,
                "settled_ahead": group.settled_ahead,
                "member": group.member,
                "oldest_unsettled": group.oldest_unsettled and group.oldest_unsettled.isoformat(),
            }
            for group in info.groups
        ],
    }


def _rows(info: "TopicInfo") -> list[tuple[object, ...]]:
    records = info.end - info.start
    if not info.groups:
        return [(info.topic, records, "", "", "", "", "")]
    return [
        (
            info.topic,
            records,
            group.group,
            group.position,
            group.lag,
            group.oldest_unsettled.isoformat(timespec="seconds") if group.oldest_unsettled else "",
            group.member,
        )
        for group in info.groups
    ]


def tail(
    ctx: typer.Context,
    topic: Annotated[str, typer.Argument(help="The topic.")],
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Start with the oldest record.")
    ] = False,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="Stop at the end instead of waiting for more.")
    ] = False,
    json_: JsonOption = False,
) -> None:
    """Print a topic's records as they come."""
    session = session_of(ctx, json_)
    config = session.load()

    async def follow() -> None:
        async with opened(config) as around:
            log = around.stores.log
            found = [each for each in await log.topics() if each.topic == topic]
            if not found:
                raise ConfigurationError(f"no topic {topic!r}: see careerops topics")
            offsets = {each.partition: each.start if from_beginning else each.end for each in found}
            while True:
                records = await _page(log, topic, offsets)
                for record in records:
                    _print_record(record, as_json=session.json)
                    offsets[record.partition] = record.offset + 1
                sys.stdout.flush()  # who reads the pipe follows as it goes
                if not records:
                    if until_end:
                        return
                    await _more(log, topic, offsets)

    run_stoppable(follow)


async def _page(log: "EventLog", topic: str, offsets: dict[int, int]) -> "list[LogRecord]":
    """The next records of every partition, oldest first among them."""
    pages = [await log.read(topic, offset, _PAGE, each) for each, offset in offsets.items()]
    return sorted((record for page in pages for record in page), key=lambda record: record.time)


async def _more(log: "EventLog", topic: str, offsets: dict[int, int]) -> None:
    """Return once any partition holds more."""
    import asyncio

    found = asyncio.Event()

    async def watch(partition: int, offset: int) -> None:
        await log.wait(topic, offset, partition)
        found.set()

    try:
        async with asyncio.TaskGroup() as tasks:
            watching = [tasks.create_task(watch(*place)) for place in offsets.items()]
            await found.wait()
            for task in watching:
                task.cancel()
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None


def _print_record(record: "LogRecord", *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "topic": record.topic,
                "partition": record.partition,
                "offset": record.offset,
                "key": record.key,
                "time": record.time.isoformat(),
                "headers": {name: _text(value) for name, value in record.headers},
                "value": _value(record.value),
            }
        )
        return
    headers = dict(record.headers)
    print_line(
        f"{record.time.isoformat(timespec='milliseconds')} {record.topic}/{record.partition}"
        f"@{record.offset} {_text(headers.get('ce_type', b''))} "
        f"{_text(headers.get('ce_id', b''))[:16]} {len(record.value)} bytes"
    )


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _value(value: bytes) -> Any:
    """The value as JSON where it is JSON, else as base64."""
    try:
        return json.loads(value)
    except ValueError:
        return {"base64": base64.b64encode(value).decode()}
