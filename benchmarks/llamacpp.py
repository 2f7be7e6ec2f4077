"""A real model behind a real server (llama.cpp's): the bundled mails through the whole pipeline.

Run by hand, against a server that runs already; no accuracy is claimed of a small model:

    python benchmarks/llamacpp.py http://127.0.0.1:8080/v1 [--mails 100]

What counts is that every answer is valid, was repaired, or was fallen back from with its reason,
and that no confidence outside 0 to 1 passes. A log of the server's is not needed: how often it was
asked follows from the metrics. Exits 1 where a mail has no verdict or an event is out of bounds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

_LONGEST_S = 3 * 3600.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the pipeline, count what became of the answers."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("base_url")
    parser.add_argument("--mails", type=int, default=100)
    parser.add_argument("--structured", default="json_schema")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _bundled(folder / "mails", options.mails)
        (folder / "careerops.toml").write_text(
            'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "eml"\npath = "mails"\n'
            '[classify]\nconcurrency = 1\n[logging]\nlevel = "info"\n'
            '[[classifier]]\nkind = "openai"\nname = "here"\npreset = "llamacpp"\n'
            f'base_url = "{options.base_url}"\nstructured = "{options.structured}"\n'
            'timeout_s = 120\n[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
        )
        began_s = time.monotonic()
        log = _careerops(folder, "run", "--until-idle", "--max-wait", "600").stderr
        took_s = time.monotonic() - began_s
        events = json.loads(_careerops(folder, "events", "list", "--json").stdout)
        budget = json.loads(_careerops(folder, "budget", "--json").stdout)
        letters = json.loads(_careerops(folder, "dlq", "list", "--json").stdout)
        topics = json.loads(_careerops(folder, "topics", "--json").stdout)
    # Copies of a mail are one mail.
    mails = sum(each["end"] - each["start"] for each in topics if each["topic"].startswith("raw_"))
    print(f"{mails} mails in {took_s:.0f} s")
    failed = Counter(
        line.get("error_type", "")
        for line in map(json.loads, (text for text in log.splitlines() if text.startswith("{")))
        if line.get("event") == "provider_failed"
    )
    print(f"failures by type: {dict(failed)}")
    return _judged(mails, events, len(letters), budget)


def _judged(
    mails: int, events: Sequence[dict[str, Any]], letters: int, budget: dict[str, Any]
) -> int:
    own = [event for event in events if event["provider"] == "here"]
    reasons = Counter(event["degraded"] for event in events if event["degraded"])
    calls = budget["providers"].get("here", {}).get("calls", 0)
    spent = budget["providers"].get("here", {})
    outside = [event for event in events if not 0 <= event["confidence"] <= 1]
    print(f"{calls} calls, {spent.get('input_tokens', 0) / max(calls, 1):.0f} tokens in a call")
    print(f"answered by the model: {len(own)}, for review {sum(e['review'] for e in own)}")
    print(f"fallen back: {sum(reasons.values())} {dict(reasons)}")
    print(f"calls beyond one a mail (repairs): {calls - mails}")
    print(f"labels: {dict(Counter(event['event_type'] for event in events))}")
    print(f"confidences {min(e['confidence'] for e in events)} to", end=" ")
    print(f"{max(e['confidence'] for e in events)}; dead letters {letters}")
    complete = len(events) + letters == mails
    accounted = all(event["provider"] == "here" or event["degraded"] for event in events)
    return int(bool(outside) or not complete or not accounted)


def _bundled(folder: Path, count: int) -> None:
    """Write the first bundled mails into `folder`."""
    folder.mkdir()
    mails = sorted(
        (each for each in files("careerops.data.demo").iterdir() if each.name.endswith(".eml")),
        key=lambda each: each.name,
    )[:count]
    for each in mails:
        (folder / each.name).write_bytes(each.read_bytes())


def _careerops(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "careerops", *arguments],
        cwd=folder,
        env={**os.environ, "XDG_CONFIG_HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=_LONGEST_S,
        check=True,
    )


if __name__ == "__main__":
    sys.exit(main())
