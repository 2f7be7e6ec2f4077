"""`status`: what is going on."""

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
    """Show stages with their lag, what was decided and told, and what waits for a person."""
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
