"""The results of a long run, as JSON and as Markdown for docs/reliability.md.

    python -m support.chaos.report FOLDER

FOLDER holds one file a run, as `support.chaos.run` writes them; `summary.json` and `summary.md` are
added to it, and the Markdown is printed.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

from support.chaos.plan import END

_SUMS: Final = {
    "mails": "mails",
    "effects": "told",
    "effects_repeated": "told again",
    "effects_unknown": "unknown",
    "runs_repeated": "handled again",
    "deliveries_repeated": "delivered again",
}
_UNCOUNTED: Final = frozenset({"lost_answer", "hung_effect", END})
"""What the outside does, and the members' end when a plan is done, are no faults of it."""


def faults_of(run: dict[str, Any]) -> Counter[str]:
    """The faults of one run, by kind."""
    return Counter({kind: n for kind, n in run["faults"].items() if kind not in _UNCOUNTED})


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """All runs, and their sums by lane."""
    lanes: dict[str, dict[str, Any]] = {}
    for run in runs:
        lane = lanes.setdefault(
            run["lane"], {"seeds": [], "faults": Counter(), "letters": Counter()}
        )
        lane["seeds"].append(run["seed"])
        lane["faults"] += faults_of(run)
        lane["letters"] += Counter(run["dead_letters"])
        lane["note"] = run["note"]
        for name in (*_SUMS, "missed"):
            lane[name] = lane.get(name, 0) + run[name]
        lane["complaints"] = lane.get("complaints", 0) + len(run["complaints"])
    total = sum(sum(lane["faults"].values()) for lane in lanes.values())
    complaints = sum(lane["complaints"] for lane in lanes.values())
    return {"faults": total, "complaints": complaints, "lanes": lanes, "runs": runs}


def markdown(facts: dict[str, Any]) -> str:
    """The summary as tables."""
    names = ["lane", "seeds", "faults", *_SUMS.values(), "dead letters", "complaints"]
    lines = [
        f"{facts['faults']} faults, {facts['complaints']} complaints.",
        "",
        _row(names),
        _row(["---"] * len(names)),
    ]
    for name, lane in sorted(facts["lanes"].items()):
        cells = [name, _seeds(lane["seeds"]), sum(lane["faults"].values())]
        cells += [lane[key] for key in _SUMS]
        lines.append(_row([*cells, sum(lane["letters"].values()), lane["complaints"]]))
    kinds: dict[str, Counter[str]] = {}
    for name, lane in facts["lanes"].items():
        for kind, number in lane["faults"].items():
            kinds.setdefault(kind, Counter())[name] += number
    lanes = sorted(facts["lanes"])
    lines += ["", _row(["fault", *lanes]), _row(["---"] * (len(lanes) + 1))]
    lines += [_row([kind, *(kinds[kind][lane] for lane in lanes)]) for kind in sorted(kinds)]
    lines += ["", *(f"- {name}: {facts['lanes'][name]['note']}" for name in lanes)]
    return "\n".join(lines) + "\n"


def _row(cells: list[Any]) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"


def _seeds(seeds: list[int]) -> str:
    return " ".join(map(str, sorted(seeds)))


def main(folder: Path) -> int:
    """Write the summary; returns how many faults there were."""
    paths = sorted(path for path in folder.glob("*.json") if path.name != "summary.json")
    facts = summary([json.loads(path.read_text()) for path in paths])
    (folder / "summary.json").write_text(json.dumps(facts, indent=1))
    text = markdown(facts)
    (folder / "summary.md").write_text(text)
    sys.stdout.write(text)
    total: int = facts["faults"]
    return total


if __name__ == "__main__":
    WANTED: Final = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    found = main(Path(sys.argv[1]))
    sys.exit(f"only {found} faults, {WANTED} are wanted" if found < WANTED else 0)
