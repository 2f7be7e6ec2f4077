"""`status`: what is going on."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from careerops.bootstrap.pipeline import Surroundings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status")(status)


def status(ctx: typer.Context, json_: JsonOption = False) -> None:
    """Show whether mailboxes are read, channels can tell and models answer, and what waits."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            facts = await _facts(around)
        if session.json:
            print_json(facts)
        else:
            _print(facts)

    run_async(main)


async def _facts(around: "Surroundings") -> dict[str, Any]:
    from careerops.bootstrap import looking
    from careerops.services.deadletters import count_waiting

    stores = around.stores
    stages = [
        {
            "group": group.group,
            "topic": group.topic,
            "lag": group.lag,
            "member": group.member,
            "oldest_unsettled": group.oldest_unsettled and group.oldest_unsettled.isoformat(),
        }
        for info in await stores.log.topics()
        for group in info.groups
    ]
    return {
        "mailboxes": await looking.mailboxes(around),
        "channels": await looking.channels(around),
        "models": await looking.models(around),
        "stages": stages,
        "sources": sorted(await stores.cursors.sources()),
        "verdicts": _nested(await stores.verdicts.counts()),
        "sends": _nested(await stores.ledger.counts()),
        "dead_letters": await count_waiting(stores.log, stores.verdicts),
    }


def _nested(counts: dict[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (outer, inner), count in sorted(counts.items()):
        nested.setdefault(outer, {})[inner] = count
    return nested


def _print(facts: dict[str, Any]) -> None:
    _print_answers(facts)
    _print_work(facts)


def _print_answers(facts: dict[str, Any]) -> None:
    """What a person asks first: is each mailbox read, can each channel tell, do models answer."""
    if not facts["mailboxes"]:
        print_line("mailbox       none configured: add a [[mailbox]], or careerops init")
    for box in facts["mailboxes"]:
        line = f"mailbox       {box['name']} of {box['account']}: {box['state']}"
        for word, key in (("since", "since"), ("last contact", "last_contact")):
            line += f", {word} {_time(box[key])}" if box[key] else ""
        line += f", last mail {_time(box['last_mail'])}" if box["last_mail"] else ""
        print_line(line + _why(box))
    for channel in facts["channels"]:
        whose = f" of {channel['account']}" if channel["account"] else ""
        line = f"channel       {channel['name']}{whose}: {channel['state']}"
        print_line(f"{line}, {channel['planned']} planned{_why(channel)}")
    for model in facts["models"]:
        until = f" until {_time(model['until'])}" if model["until"] else ""
        print_line(f"model         {model['name']}: {model['state']}{until}{_why(model)}")
    print_line()


def _why(row: dict[str, Any]) -> str:
    return f" ({row['reason']})" if row["reason"] else ""


def _time(iso: str) -> str:
    """To the second, in the machine's zone."""
    return f"{datetime.fromisoformat(iso).astimezone():%Y-%m-%d %H:%M:%S}"


def _print_work(facts: dict[str, Any]) -> None:
    rows = [
        (stage["group"], stage["topic"], stage["lag"], stage["oldest_unsettled"] or "")
        for stage in facts["stages"]
    ]
    print_table(("stage", "topic", "lag", "oldest unsettled"), rows)
    running = any(stage["member"] for stage in facts["stages"])
    print_line(f"running       {'yes' if running else 'no: start it with careerops run'}")
    print_line(f"sources       {len(facts['sources'])}")
    for name, key in (("decided", "verdicts"), ("told", "sends")):
        for outer, counts in facts[key].items():
            words = ", ".join(f"{count} {inner}" for inner, count in counts.items())
            print_line(f"{name:<13} {outer}: {words}")
    waiting = facts["dead_letters"]
    print_line(f"dead letters  {waiting}{': see careerops dlq list' if waiting else ''}")
