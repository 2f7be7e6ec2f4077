"""`experiment`: providers, models and prompts compared on the mails as they come."""

from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

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
    from careerops.llm.experiments.definition import Experiment
    from careerops.llm.experiments.report import Report, Row
    from careerops.llm.experiments.sequences import Interval
    from careerops.services.experiments import Experiments

_SPEC = "NAME=PART[,model=M][,prompt=P][,weight=W]"
_SHOWN_IDS = 5


class _Unit(NamedTuple):
    """How a figure is printed."""

    scale: float
    form: str
    sign: str = ""


_SHARE = _Unit(100.0, "{:.1f}", "%")
_RATIO = _Unit(1.0, "{:.2f}")
_MEANS = {
    "latency_s": ("latency, s", _Unit(1.0, "{:.3f}")),
    "cost_micro_usd": ("dollars/1,000", _Unit(1e-3, "{:.3f}")),
}


def register(app: typer.Typer) -> None:
    """Add the command group."""
    group = typer.Typer()
    group.command("start")(start)
    group.command("status", help="Show what runs.")(status)
    group.command("report", help="Compare the variants with the champion.")(report)
    group.command("stop", help="End the experiment; what was seen is kept.")(stop)
    app.add_typer(group, name="experiment")


def start(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As you will call it.")],
    *,
    variant: Annotated[
        list[str] | None,
        typer.Option(metavar=_SPEC, help="Answers for a share of conversations; repeatable."),
    ] = None,
    shadow: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_SPEC, help="Is asked beside the champion and acts on nothing; repeatable."
        ),
    ] = None,
    champion: Annotated[
        str, typer.Option(metavar=_SPEC, help="What the others are compared with.")
    ] = "champion=configured",
    json_: JsonOption = False,
) -> None:
    """Start an experiment; all processes follow within seconds.

    PART is the name or kind of a [[classifier]] table, `rules`, or `configured`: everything as it
    is configured. W is a share of conversations, such as 0.2: the champion has what is left, a
    shadow is asked about all that the champion answers unless W says less.
    """
    from careerops.llm.experiments.notation import variants_of

    session = session_of(ctx, json_)
    variants = variants_of(champion, variant or [], shadow or [])
    config = session.load()

    async def main() -> None:
        from careerops.bootstrap.experiments import check_variants

        async with opened(config) as around:
            await check_variants(config, around.context, variants)
            started = await _experiments(around).start(name, variants)
        if session.json:
            print_json(_as_json(started))
        else:
            print_line(f"{started.name} runs: careerops experiment report compares")

    run_async(main)


def status(ctx: typer.Context, json_: JsonOption = False) -> None:
    """Show the experiment that runs, and those that ended."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            kept = await _experiments(around).kept()
        if session.json:
            print_json([_as_json(each) for each in kept])
            return
        running = kept[-1] if kept and kept[-1].stopped_at is None else None
        if running is None:
            print_line("no experiment is running: careerops experiment start begins one")
        else:
            print_line(f"{running.name} runs since {running.started_at:%Y-%m-%d %H:%M} UTC")
            print_table(
                ("variant", "role", "part", "model", "prompt", "weight"),
                [
                    (v.name, v.role, v.part, v.model, v.prompt, f"{v.weight:.2%}")
                    for v in running.variants
                ],
            )
        for each in kept:
            if each.stopped_at is not None:
                ended = f"{each.started_at:%Y-%m-%d} to {each.stopped_at:%Y-%m-%d}"
                print_line(f"{each.name} ran from {ended}")

    run_async(main)


def report(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The latest one if left out.")] = "",
    alpha: Annotated[
        float,
        typer.Option(min=1e-6, max=0.5, help="Probability that an interval is ever wrong."),
    ] = 0.05,
    json_: JsonOption = False,
) -> None:
    """Compare the variants with the champion, with intervals that hold whenever you look."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        from careerops.llm.experiments.report import as_json

        async with opened(config) as around:
            found = await _experiments(around).report(name, alpha=alpha)
        if session.json:
            print_json(as_json(found))
        else:
            _print_report(found)

    run_async(main)


def stop(ctx: typer.Context, json_: JsonOption = False) -> None:
    """End the experiment that runs: mails are answered as configured again."""
    session = session_of(ctx, json_)
    config = session.load()

    async def main() -> None:
        async with opened(config) as around:
            stopped = await _experiments(around).stop()
        if session.json:
            print_json(_as_json(stopped))
        else:
            print_line(f"{stopped.name} ended: careerops experiment report still compares")

    run_async(main)


def _experiments(around: "Surroundings") -> "Experiments":
    from careerops.services.experiments import Experiments

    stores = around.stores
    return Experiments(stores.documents, stores.corrections, around.clock)


def _as_json(experiment: "Experiment") -> dict[str, Any]:
    return experiment.model_dump(mode="json")


def _print_report(found: "Report") -> None:
    from careerops.llm.experiments.report import Measure

    experiment = found.experiment
    end = experiment.stopped_at
    until = f"to {end:%Y-%m-%d %H:%M}" if end else "and still runs"
    print_line(f"{experiment.name}, from {experiment.started_at:%Y-%m-%d %H:%M} UTC {until}")
    print_table(
        ("variant", "role", "conversations", "mails", "failed", "p95 s", "tokens", "dollars"),
        [_seen(found, variant.name, variant.role) for variant in experiment.variants],
    )
    print_line()
    sure = f"{1 - found.alpha:.0%} sure"
    order = list(Measure)
    print_table(
        ("measure", "variant", "of", "value", sure, "against the champion", "it is"),
        [_row(row) for row in sorted(found.rows, key=lambda row: order.index(row.measure))],
    )
    for name, mails in found.unjudged.items():
        if mails:
            some = " ".join(mails[:_SHOWN_IDS])
            print_line(f"{name} and the champion disagree; who is right? careerops events")
            print_line(f"  relabel ID TYPE says it, for ID of: {some}")


def _seen(found: "Report", name: str, role: str) -> tuple[str, ...]:
    tally = found.tallies[name]
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(tally.errors.items()))
    skipped = f" ({tally.skipped} skipped)" if tally.skipped else ""
    unpriced = f" ({tally.spent.unpriced} unpriced)" if tally.spent.unpriced else ""
    return (
        name,
        role,
        f"{tally.conversations:,}",
        f"{tally.mails:,}{skipped}",
        kinds,
        f"{tally.latency_quantile_s(0.95):.3f}",
        f"{tally.spent.tokens:,}",
        f"{tally.spent.micro_usd / 1e6:,.4f}{unpriced}",
    )


def _row(row: "Row") -> tuple[str, ...]:
    name, unit = _MEANS.get(row.measure.value, (row.measure.value, _SHARE))
    against = row.against
    comparison = finding = ""
    if against is not None:
        in_unit = {"difference": unit, "ratio": _RATIO, "wins": _SHARE}[against.kind]
        comparison = f"{against.kind} {_ends(against.interval, in_unit)}"
        finding = against.finding.value
    return (
        name,
        row.variant.name,
        f"{row.n:,}",
        unit.form.format(row.value * unit.scale) + unit.sign if row.n else "",
        _ends(row.interval, unit),
        comparison,
        finding,
    )


def _ends(interval: "Interval", unit: _Unit) -> str:
    low, high = (unit.form.format(end * unit.scale) for end in (interval.low, interval.high))
    return f"{low} to {high}{unit.sign}"
