"""What the figures are compared with, and how they are shown. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from stream.contenders import BARE, FULL, Entrant
from stream.measure import AfterKill, Steady
from stream.workloads import Workload

_NAME_WIDTH = 36


@dataclass(frozen=True, slots=True)
class Row:
    """One contender at one workload.

    Attributes:
        ceiling: messages a second that could be reached: the bare semaphore's, or the floor of
            the keys' depth over what was handled.
        steady: the run without a kill, None if there was none.
        after_kill: the run with one, None if there was none.
        error: why there was none.
    """

    entrant: Entrant
    ceiling: float = 0.0
    steady: Steady | None = None
    after_kill: AfterKill | None = None
    error: str = ""

    @property
    def rate(self) -> float | None:
        """Messages a second."""
        return self.steady.rate if self.steady else None

    @property
    def fraction(self) -> float | None:
        """Of the ceiling. Above 1: the order of keys is not kept, or threads sleep more exactly."""
        return self.steady.rate / self.ceiling if self.steady and self.ceiling else None

    @property
    def cpu(self) -> float | None:
        """Processor seconds a 1,000 messages."""
        return self.steady.cpu_s_per_1000 if self.steady else None

    @property
    def violations(self) -> float | None:
        """Messages out of the order of their key."""
        return self.steady.violations if self.steady else None

    @property
    def lost(self) -> float | None:
        """After the kill."""
        return self.after_kill.lost if self.after_kill else None

    @property
    def repeated(self) -> float | None:
        """After the kill."""
        return self.after_kill.repeated if self.after_kill else None

    @property
    def catch_up_s(self) -> float | None:
        """After the kill."""
        return self.after_kill.catch_up_s if self.after_kill else None

    @property
    def aborted(self) -> int:
        """Handled messages of aborted transactions, of both runs."""
        runs = (self.steady, self.after_kill)
        return sum(run.aborted for run in runs if run)

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return {
            "rate": self.rate,
            "ceiling": self.ceiling,
            "fraction": self.fraction,
            "steady": asdict(self.steady) if self.steady else None,
            "after_kill": asdict(self.after_kill) if self.after_kill else None,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    decimals: int
    value: Callable[[Row], float | None]
    best: Callable[[Iterable[float]], float]

    def cell(self, row: Row, best: float | None) -> str:
        """The figure, marked with a star if it is the best."""
        value = self.value(row)
        if value is None:
            return f"{'-':>{self.width}} "
        mark = "*" if value == best else " "
        return f"{value:>{self.width},.{self.decimals}f}{mark}"

    def best_of(self, rows: Sequence[Row]) -> float | None:
        """The best figure, None if all are equal: then nobody is better."""
        values = {value for row in rows if (value := self.value(row)) is not None}
        return self.best(values) if len(values) > 1 else None


_COLUMNS = (
    _Column("msgs/s", 9, 0, lambda row: row.rate, max),
    _Column("of ceiling", 11, 3, lambda row: row.fraction, max),
    _Column("CPU s/1,000", 12, 3, lambda row: row.cpu, min),
    _Column("out of order", 13, 0, lambda row: row.violations, min),
    _Column("lost", 7, 0, lambda row: row.lost, min),
    _Column("repeated", 9, 0, lambda row: row.repeated, min),
    _Column("catch-up s", 11, 1, lambda row: row.catch_up_s, min),
)


def table(workload: Workload, rows: Sequence[Row]) -> str:
    """The lines of one workload; a star marks the best of a column, whoever has it."""
    lines = [_headline(workload)]
    lines.append(f"{'':{_NAME_WIDTH}}" + "".join(f"{c.title:>{c.width}} " for c in _COLUMNS))
    bests = [column.best_of(rows) for column in _COLUMNS]
    for row in rows:
        cells = "".join(c.cell(row, best) for c, best in zip(_COLUMNS, bests, strict=True))
        note = f"  {row.aborted} of aborted transactions handled" if row.aborted else ""
        lines.append(f"{row.entrant.title:{_NAME_WIDTH}}{cells}{note}")
        lines += [f"    {line}" for line in row.error.splitlines()]
    return "\n".join(lines)


def _headline(workload: Workload) -> str:
    share = f", one with {workload.hot:.0%} of the messages" if workload.hot else ""
    markers = ", in transactions" if workload.markers else ""
    ceiling = "the keys' depth" if workload.bound_by_keys else "the bare semaphore's rate"
    return (
        f"{workload.name}: {workload.concurrency:,} at once, {workload.delay_s * 1000:,.0f} ms"
        f" each, {workload.keys:,} keys{share}{markers}; ceiling: {ceiling}"
    )


_FRACTIONS = {
    ("100x50ms", BARE.name): 0.97,
    ("100x50ms", FULL.name): 0.97,
    ("1000x1s", BARE.name): 0.97,
    ("1000x1s", FULL.name): 0.97,
    ("1000x50ms", BARE.name): 0.85,
    ("20keys", BARE.name): 0.95,
    ("20keys", FULL.name): 0.95,
}
_RATES = {("1000x50ms", FULL.name): 5_000.0}
_COMPARABLE = 0.5


def missed(results: Mapping[str, Sequence[Row]]) -> list[str]:
    """The targets of ours that these results miss, a line each.

    Args:
        results: the rows of each workload, by its name.
    """
    return [
        f"{workload}: {row.entrant.title}: {complaint}"
        for workload, rows in results.items()
        for row in rows
        if row.entrant.ours
        for complaint in _complaints(workload, row, rows)
    ]


def _complaints(workload: str, row: Row, rows: Sequence[Row]) -> Iterable[str]:
    place = (workload, row.entrant.name)
    if row.error:
        yield "it failed"
    if row.fraction is not None and row.fraction < (wanted := _FRACTIONS.get(place, 0.0)):
        yield f"{row.fraction:.3f} of the ceiling, wanted {wanted}"
    if row.rate is not None and row.rate < (least := _RATES.get(place, 0.0)):
        yield f"{row.rate:,.0f} messages a second, wanted {least:,.0f}"
    if row.violations:
        yield f"{row.violations} messages out of the order of their key"
    if row.aborted:
        yield f"{row.aborted} messages of aborted transactions handled"
    if row.lost:
        yield f"{row.lost} messages lost"
    if row.entrant.name == FULL.name:
        yield from _more_repeats(row, rows)


def _more_repeats(row: Row, rows: Sequence[Row]) -> Iterable[str]:
    """A peer that repeats less, loses nothing, and has as much in hand: not one at a time."""
    if row.rate is None or row.repeated is None:
        return
    for peer in rows:
        if peer.entrant.ours or peer.lost or peer.rate is None or peer.repeated is None:
            continue
        if peer.rate >= _COMPARABLE * row.rate and peer.repeated < row.repeated:
            yield f"{row.repeated} repeated, {peer.entrant.title} {peer.repeated}"
