"""`budget`: what calls of language models cost today, what is left, and for how long."""

from collections.abc import Mapping
from dataclasses import asdict
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
    from careerops.llm.budget import Spent, Today


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("budget")(budget)


def budget(ctx: typer.Context, json_: JsonOption = False) -> None:
    """Show what was spent since midnight by each provider, and what is left."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        from careerops.llm.budget import Spending, total

        async with opened(config) as around:
            spending = Spending(around.stores.documents, around.clock, config.classify.budget)
            today = await spending.today()
        if session.json:
            print_json(_as_json(today))
            return
        print_table(
            ("provider", "calls", "tokens in", "tokens out", "dollars", "unpriced calls"),
            [_row(name, spent) for name, spent in sorted(_with_total(today, total).items())],
        )
        for line in _lines(today):
            print_line(line)

    run_async(main)


def _with_total(today: "Today", total: Any) -> "Mapping[str, Spent]":
    several = len(today.providers) > 1
    return {**today.providers, **({"~ all": total(today.providers)} if several else {})}


def _row(name: str, spent: "Spent") -> tuple[str, ...]:
    return (
        name.removeprefix("~ "),
        f"{spent.calls:,}",
        f"{spent.input_tokens:,}",
        f"{spent.output_tokens:,}",
        _dollars(spent.micro_usd),
        f"{spent.unpriced:,}" if spent.unpriced else "",
    )


def _lines(today: "Today") -> list[str]:
    lines = [f"since midnight of {today.day}, {today.budget.zone}; prices are list prices"]
    if today.left_micro_usd is not None:
        limit = _dollars(round((today.budget.usd_per_day or 0) * 1_000_000))
        lines.append(f"left  {_dollars(today.left_micro_usd)} of {limit} dollars")
    if today.left_tokens is not None:
        lines.append(f"left  {today.left_tokens:,} of {today.budget.tokens_per_day:,} tokens")
    if today.exhausted_at is not None:
        lines.append(f"at this pace spent at {today.exhausted_at:%H:%M} UTC")
    if not today.budget.limited:
        lines.append("no limit: set [classify.budget] usd_per_day or tokens_per_day")
    return lines


def _dollars(micro_usd: int) -> str:
    return f"{micro_usd / 1_000_000:,.4f}"


def _as_json(today: "Today") -> dict[str, Any]:
    return {
        "day": today.day,
        "zone": today.budget.zone,
        "providers": {name: asdict(spent) for name, spent in today.providers.items()},
        "usd_per_day": today.budget.usd_per_day,
        "tokens_per_day": today.budget.tokens_per_day,
        "left_micro_usd": today.left_micro_usd,
        "left_tokens": today.left_tokens,
        "exhausted_at": today.exhausted_at.isoformat() if today.exhausted_at else None,
    }
