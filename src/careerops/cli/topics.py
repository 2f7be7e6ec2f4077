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
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from careerops.bootstrap.presence import Presence
    from careerops.ports.eventlog import EventLog, GroupInfo, LogRecord, TopicInfo

_PAGE = 200


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("topics")(topics)
    app.command("tail")(tail)


def topics(ctx: typer.Context, json_: JsonOption = False) -> None:
    """Show every topic, how far each group is with it, and what its members are at."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        from careerops.bootstrap.presence import members_of

        async with opened(config) as around:
            infos = await around.stores.log.topics()
            members = await members_of(around.stores.reports)
            now = around.clock.now()
        view = _View(now, members)
        if session.json:
            print_json([view.topic(info) for info in infos])
            return
        print_table(_TOPIC_COLUMNS, [row for info in infos for row in view.rows(info)])
        at_work = [view.member_row(each) for known in members.values() for each in known]
        if at_work:
            print_line()
            print_table(_MEMBER_COLUMNS, at_work)

    run_async(main)


_TOPIC_COLUMNS = (
    "topic",
    "partition",
    "records",
    "group",
    "position",
    "lag",
    "holes",
    "watermark age",
    "oldest stuck",
    "member",
)
_MEMBER_COLUMNS = ("group", "member", "at work", "parked lanes", "waiting for")


class _View:
    """The topics and groups as they stand at one moment."""

    def __init__(self, now: "datetime", members: "Mapping[str, Sequence[Presence]]") -> None:
        self._now = now
        self._members = members

    def topic(self, info: "TopicInfo") -> dict[str, Any]:
        """As JSON."""
        return {
            "topic": info.topic,
            "partition": info.partition,
            "start": info.start,
            "end": info.end,
            "groups": [self._group(group) for group in info.groups],
        }

    def _group(self, group: "GroupInfo") -> dict[str, Any]:
        return {
            "group": group.group,
            "position": group.position,
            "lag": self._lag(group),
            "settled_ahead": self._holes(group),
            "watermark_age_s": self._age_s(group),
            "member": self._member(group),
            "oldest_unsettled": group.oldest_unsettled and group.oldest_unsettled.isoformat(),
            "oldest_stuck": group.position if group.oldest_unsettled else None,
            "members": [each.model_dump() for each in self._members.get(group.group, ())],
        }

    def rows(self, info: "TopicInfo") -> "Iterator[tuple[object, ...]]":
        """As lines of a table."""
        records = info.end - info.start
        if not info.groups:
            yield (info.topic, info.partition, records, *[""] * 7)
        for group in info.groups:
            age_s = self._age_s(group)
            yield (
                info.topic,
                info.partition,
                records,
                group.group,
                group.position,
                self._lag(group),
                self._holes(group),
                "" if age_s is None else f"{age_s:.0f} s",
                "" if age_s is None else f"@{group.position}",
                self._member(group),
            )

    def member_row(self, member: "Presence") -> tuple[object, ...]:
        """What one member is at."""
        waits = ", ".join(f"{name} ({number})" for name, number in member.scopes.items())
        return (member.group, member.member, member.running, member.parked, waits)

    def _member(self, group: "GroupInfo") -> str:
        """Who reads the partition, as the log says or as the member itself does."""
        ours = [
            each.member
            for each in self._members.get(group.group, ())
            if group.partition in each.partitions.get(group.topic, ())
        ]
        return group.member or next(iter(ours), "")

    def _holes(self, group: "GroupInfo") -> int:
        """What the log says, or the member that keeps count."""
        place = f"{group.topic}/{group.partition}"
        known = [each.holes.get(place, 0) for each in self._members.get(group.group, ())]
        return group.settled_ahead or sum(known)

    def _lag(self, group: "GroupInfo") -> int:
        return max(0, group.lag - (self._holes(group) - group.settled_ahead))

    def _age_s(self, group: "GroupInfo") -> float | None:
        if group.oldest_unsettled is None:
            return None
        return round((self._now - group.oldest_unsettled).total_seconds(), 3)


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
