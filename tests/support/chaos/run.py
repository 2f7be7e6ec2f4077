"""A whole chaos run: a lane, a seed and a plan in, evidence and complaints out."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from support.chaos.collect import gather
from support.chaos.evidence import Evidence
from support.chaos.hostile import HostileDriver
from support.chaos.inputs import Inbox
from support.chaos.lane import Lane
from support.chaos.member import NOTES
from support.chaos.oracle import judge
from support.chaos.outside import outside
from support.chaos.plan import Step
from support.cli import Home

REPORT: Final = os.environ.get("CHAOS_REPORT", "")
"""A folder for the results of a long run; '' = they are not kept."""


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended.

    Attributes:
        name: of the lane and its layout.
        missed: steps whose point the program never came to.
        note: what there is to know about the lane.
    """

    name: str
    seed: int
    evidence: Evidence
    complaints: Sequence[str]
    missed: int
    note: str = ""

    def facts(self) -> dict[str, Any]:
        """What a summary is made of."""
        evidence = self.evidence
        counts = Counter(effect.number for effect in evidence.effects)
        runs = Counter(run.number for run in evidence.runs if not run.repair)
        places = Counter(s.place for s in evidence.sightings if s.what == "delivered")
        return {
            "lane": self.name,
            "seed": self.seed,
            "note": self.note,
            "faults": dict(Counter(fault.kind for fault in evidence.faults)),
            "missed": self.missed,
            "mails": len(evidence.inputs),
            "effects": len(counts),
            "dead_letters": dict(Counter(letter.reason for letter in evidence.letters)),
            "effects_repeated": counts.total() - len(counts),
            "effects_unknown": sum(known.unknown for known in evidence.known),
            "runs_repeated": runs.total() - len(runs),
            "handed_over": sum(s.what == "revoked" for s in evidence.sightings),
            "uncommitted": sum(s.what == "uncommitted" for s in evidence.sightings),
            "deliveries_repeated": places.total() - len(places),
            "complaints": list(self.complaints),
        }


def chaos_run(
    folder: Path,
    lane: Lane,
    steps: Sequence[Step],
    seed: int,
    *,
    name: str = "",
    environment: Mapping[str, str] | None = None,
    poison: float = 0.03,
) -> Result:
    """Apply `steps` to the program in `folder`, and judge.

    The evidence is kept in `folder`; of a run with a `name` the facts are with `CHAOS_REPORT`.

    Args:
        folder: an empty folder, where `lane` is.
        lane: where it runs.
        steps: what is done to it.
        seed: of the mails.
        name: of the run in the summary; without one it is not part of it.
        environment: of the members, besides the lane's: a breakage.
        poison: share of mails that end as dead letters.
    """
    home = Home(folder)
    with outside(folder / "recorded.jsonl") as world:
        inbox = Inbox(folder / "inbox.mbox", seed, poison=poison, accounts=lane.accounts)
        driver = HostileDriver(home, lane, world, inbox, environment or {})
        driver.run(steps)
        evidence = gather(home, world, driver, seed=seed)
    evidence.save(folder / "evidence.json")
    missed = len(driver.missed)
    result = Result(name or lane.name, seed, evidence, judge(evidence), missed, lane.note)
    if REPORT and name:
        _report(result, folder)
    return result


def _report(result: Result, folder: Path) -> None:
    """Keep the facts, and where something is wrong also the evidence and the program's log."""
    place = Path(REPORT) / f"{result.name}-{result.seed}"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.with_suffix(".json").write_text(json.dumps(result.facts(), indent=1))
    if result.complaints:
        place.mkdir()
        for name in ("evidence.json", "log.txt", "recorded.jsonl", NOTES):
            shutil.copy(folder / name, place)
