"""`careerops import` against the standard library reading the same mbox, in the same run.

    python benchmarks/bench_import.py [--mails 20000] [--rounds 5]

Baseline: `mailbox.mbox` with a `policy.default` factory plus `get_body()`, one process; it only
parses. Ours: the installed command as a process, from its start to its end, with parsing, durable
publishing (fsync) and deduplication included. Rounds are interleaved; the ratio is ours over
baseline, mails a second, median of the rounds. Memory is the largest proportional set size (PSS)
of our process tree, sampled from /proc every 50 ms during one extra run.
"""

import argparse
import mailbox
import re
import statistics
import subprocess
import sys
import tempfile
import time
from email import message_from_binary_file, policy
from importlib.resources import files
from pathlib import Path

CONFIG = 'log = "sqlite:///bench.db"\n[http]\nport = 0\n[logging]\nlevel = "warning"\n'
MESSAGE_ID = re.compile(rb"^Message-I[Dd]:[^\r\n]*", re.MULTILINE)
SAMPLE_S = 0.05


def build_mbox(path: Path, count: int) -> None:
    """`count` mails: the bundled sample mails over and over, each with an id of its own."""
    folder = Path(str(files("careerops.data") / "demo"))
    samples = [each.read_bytes().replace(b"\r\n", b"\n") for each in sorted(folder.glob("*.eml"))]
    with path.open("wb") as file:
        for number in range(count):
            raw = samples[number % len(samples)]
            unique = b"Message-ID: <%d@bench.example>" % number
            raw, found = MESSAGE_ID.subn(unique, raw, count=1)
            raw = raw if found else unique + b"\n" + raw
            file.write(b"From bench@example.org Thu Jan  1 00:00:00 2026\n")
            file.write(re.sub(rb"^(>*From )", rb">\1", raw, flags=re.MULTILINE))
            file.write(b"\n\n")


def baseline(path: Path) -> float:
    """Seconds the standard library takes."""
    started = time.perf_counter()
    box = mailbox.mbox(
        path, factory=lambda file: message_from_binary_file(file, policy=policy.default)
    )
    for mail in box:
        mail.get_body()
    box.close()
    return time.perf_counter() - started


def ours(path: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start an import into a database of its own."""
    (folder / "careerops.toml").write_text(CONFIG)
    return subprocess.Popen(
        [sys.executable, "-m", "careerops", "import", str(path)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def timed(path: Path) -> float:
    """Seconds our import takes, from start of the process to its end."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        status = ours(path, Path(folder)).wait()
        elapsed_s = time.perf_counter() - started
    if status:
        raise SystemExit(f"the import failed with status {status}")
    return elapsed_s


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


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.mbox"
        build_mbox(path, given.mails)
        size_mb = path.stat().st_size / 1e6
        print(f"{given.mails} mails, {size_mb:.1f} MB, {given.rounds} interleaved rounds")
        theirs_s: list[float] = []
        ours_s: list[float] = []
        for _ in range(given.rounds):
            theirs_s.append(baseline(path))
            ours_s.append(timed(path))
        peak = peak_memory(path)
    rates = [
        ("mailbox.mbox + policy.default + get_body()", given.mails / statistics.median(theirs_s)),
        ("careerops import", given.mails / statistics.median(ours_s)),
    ]
    for name, rate in rates:
        print(f"{name:<44} {rate:>8.0f} mails/s")
    ratio = statistics.median(a / b for a, b in zip(theirs_s, ours_s, strict=True))
    print(f"ratio ours / standard library: {ratio:.2f} (at least 0.5)")
    print(f"peak PSS of our process tree: {peak / 1e6:.0f} MB (below 250)")


if __name__ == "__main__":
    main()
