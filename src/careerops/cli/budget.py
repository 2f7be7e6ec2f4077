"""`budget`: what calls of language models cost today, what is left, and for how long."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
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
    from careerops.llm.budget import Spent, Today
    from careerops.llm.quota.standing import ScopeStanding


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("budget")(budget)


def budget(ctx: typer.Context, json_: JsonOption = False) -> None:
    """Show what was spent since midnight by each provider, what is left, and for how long.

    Then the same of each quota scope: requests and tokens of a minute and of a day.
    """
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        from careerops.llm.budget import Spending, total
        from careerops.llm.quota.keeper import QuotaKeeper

        async with opened(config) as around:
            documents = around.stores.documents
            today = await Spending(documents, around.clock, config.classify.budget).today()
            scopes = await QuotaKeeper(documents, around.clock, around.metrics).standing()
        if session.json:
            print_json(_as_json(today) | {"scopes": [_scope_as_json(each) for each in scopes]})
            return
        print_table(
            ("provider", "calls", "tokens in", "tokens out", "dollars", "unpriced calls"),
            [_row(name, spent) for name, spent in sorted(_with_total(today, total).items())],
        )
        for line in _lines(today):
            print_line(line)
        if scopes:
            print_table(
                ("scope", "quota", "used", "of", "known", "left", "whole again", "spent"),
                [row for scope in scopes for row in _scope_rows(scope)],
            )

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


def _scope_rows(scope: "ScopeStanding") -> Iterator[tuple[str, ...]]:
    """A line for each quota that has a limit or was used, and one for what is in the way."""
    name = scope.scope
    if scope.blocked_until is not None:
        yield name, scope.reason, "", "", "", "0", _moment(scope.blocked_until), ""
        name = ""
    for quota in scope.quotas:
        if quota.limit is None and not quota.used:
            continue
        yield (
            name,
            f"{quota.unit} a {quota.period}",
            f"{quota.used:,}",
            "?" if quota.limit is None else f"{quota.limit:,}",
            quota.source,
            "?" if quota.left is None else f"{quota.left:,}",
            _moment(quota.whole_at),
            _moment(quota.spent_at),
        )
        name = ""


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%b %d %H:%M:%S} UTC"


def _scope_as_json(scope: "ScopeStanding") -> dict[str, Any]:
    return {
        "scope": scope.scope,
        "blocked_until": _iso(scope.blocked_until),
        "reason": scope.reason,
        "quotas": [
            {
                "unit": str(quota.unit),
                "period": str(quota.period),
                "used": quota.used,
                "limit": quota.limit,
                "left": quota.left,
                "source": quota.source,
                "whole_at": _iso(quota.whole_at),
                "spent_at": _iso(quota.spent_at),
            }
            for quota in scope.quotas
        ],
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


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
        "exhausted_at": _iso(today.exhausted_at),
    }
