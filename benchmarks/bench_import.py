"""`careerops import` against the standard library reading the same mbox, in the same run.

    python benchmarks/bench_import.py [--kind KIND ...] [--mails 20000] [--rounds 3]

Baseline: `mailbox.mbox` with a `policy.default` factory plus `get_body()`, one process; it only
parses. Ours: the installed command as a process, from its start to its end, with parsing, durable
publishing (fsync) and deduplication included. Rounds are interleaved; rates are medians, the ratio
is ours over baseline, mails a second, median of the rounds. CPU is time of all our processes, user
and system, over that of the baseline: it tells what a machine without a free core would show.
Memory is the largest proportional set size (PSS) of our process tree, sampled from /proc every
50 ms during one extra run.

Kinds: the bundled sample mails (`mix`), and mails made here, each with header fields as four
servers leave them, except `tiny`, which has six short ones.
"""

import argparse
import itertools
import mailbox
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from email import message_from_binary_file, policy
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from bench_parse import corpus

CONFIG = 'log = "sqlite:///bench.db"\n[http]\nport = 0\n[logging]\nlevel = "warning"\n'
MESSAGE_ID = re.compile(rb"^Message-I[Dd]:[^\r\n]*", re.MULTILINE)
SAMPLE_S = 0.05
SAMPLES = 200
MIN_RATIO = 0.5
MAX_PSS_BYTES = 250_000_000
TINY = b"""From: Ann Example <ann@example.com>
To: me@example.org
Subject: Interview
Date: Mon, 3 Jun 2024 10:00:00 +0200
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Hello Sam,

thank you for your application. We would like to invite you to an interview
next Tuesday at ten in our office. Would that suit you?

Best regards
Ann
"""
MADE = {
    "plain": "plain",
    "alternative": "alternative",
    "html": "html, short",
    "newsletter": "html, newsletter",
}
KINDS = ("mix", "tiny", *MADE)


class Taken(NamedTuple):
    """Seconds of wall time and of CPU time that a run took."""

    wall_s: float
    cpu_s: float


def samples_of(kind: str) -> list[bytes]:
    """The different mails of a kind."""
    if kind == "tiny":
        return [TINY]
    if kind == "mix":
        folder = Path(str(files("careerops.data") / "demo"))
        return [each.read_bytes() for each in sorted(folder.glob("*.eml"))]
    return corpus(SAMPLES)[MADE[kind]]


def build_mbox(path: Path, kind: str, count: int) -> None:
    """`count` mails: the samples of a kind over and over, each with an id of its own."""
    samples = itertools.cycle([raw.replace(b"\r\n", b"\n") for raw in samples_of(kind)])
    with path.open("wb") as file:
        for number, sample in zip(range(count), samples, strict=False):
            unique = b"Message-ID: <%d@bench.example>" % number
            raw, found = MESSAGE_ID.subn(unique, sample, count=1)
            raw = raw if found else unique + b"\n" + raw
            file.write(b"From bench@example.org Thu Jan  1 00:00:00 2026\n")
            file.write(re.sub(rb"^(>*From )", rb">\1", raw, flags=re.MULTILINE))
            file.write(b"\n\n")


def baseline(path: Path) -> Taken:
    """What the standard library takes."""
    started, cpu_s = time.perf_counter(), time.process_time()
    box = mailbox.mbox(
        path, factory=lambda file: message_from_binary_file(file, policy=policy.default)
    )
    for mail in box:
        mail.get_body()
    box.close()
    return Taken(time.perf_counter() - started, time.process_time() - cpu_s)


def ours(path: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start an import into a database of its own."""
    (folder / "careerops.toml").write_text(CONFIG)
    return subprocess.Popen(
        [sys.executable, "-m", "careerops", "import", str(path)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def timed(path: Path) -> Taken:
    """What our import takes, from start of the process to its end."""
    with tempfile.TemporaryDirectory() as folder:
        started, cpu_s = time.perf_counter(), children_cpu_s()
        status = ours(path, Path(folder)).wait()
        taken = Taken(time.perf_counter() - started, children_cpu_s() - cpu_s)
    if status:
        raise SystemExit(f"the import failed with status {status}")
    return taken


def children_cpu_s() -> float:
    """CPU time of all processes that were started from here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def tree(pid: int) -> list[int]:
    """`pid` and its descendants."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def pss_bytes(pid: int) -> int:
    """Proportional set size of a process, 0 if it has gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    match = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(match[1]) * 1024 if match else 0


def peak_memory(path: Path) -> int:
    """The largest sum of PSS over our process tree during an import."""
    peak = 0
    with tempfile.TemporaryDirectory() as folder:
        process = ours(path, Path(folder))
        while process.poll() is None:
            try:
                peak = max(peak, sum(pss_bytes(each) for each in tree(process.pid)))
            except FileNotFoundError:
                continue
            time.sleep(SAMPLE_S)
    return peak


def measure(kind: str, mails: int, rounds: int) -> bool:
    """Measure one kind and print its row; whether it meets the targets."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.mbox"
        build_mbox(path, kind, mails)
        pairs = [(baseline(path), timed(path)) for _ in range(rounds)]
        peak_bytes = peak_memory(path)
        size_bytes = path.stat().st_size / mails
    theirs_s = statistics.median(theirs.wall_s for theirs, _ in pairs)
    ours_s = statistics.median(mine.wall_s for _, mine in pairs)
    ratio = statistics.median(theirs.wall_s / mine.wall_s for theirs, mine in pairs)
    cpu = statistics.median(mine.cpu_s / theirs.cpu_s for theirs, mine in pairs)
    print(
        f"{kind:12} {size_bytes:8.0f} {mails / theirs_s:10.0f} {mails / ours_s:10.0f}"
        f" {ratio:6.2f} {cpu:6.2f} {peak_bytes / 1e6:8.0f}",
        flush=True,
    )
    return ratio >= MIN_RATIO and peak_bytes < MAX_PSS_BYTES


def main() -> None:
    """Measure and print the table; status 1 if a kind misses a target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kind", action="append", choices=KINDS, help="may be repeated; all")
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(f"{given.mails} mails a kind, {given.rounds} interleaved rounds")
    print("                bytes     stdlib       ours ours/std  CPU      PSS")
    print("kind            /mail    mails/s    mails/s  rate   ours/std    MB")
    kinds = given.kind or KINDS
    met = [measure(kind, given.mails, given.rounds) for kind in kinds]
    print(f"targets: rate at least {MIN_RATIO}, PSS below {MAX_PSS_BYTES / 1e6:.0f} MB")
    if not all(met):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
