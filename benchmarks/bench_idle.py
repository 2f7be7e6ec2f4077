"""What `careerops run` costs while nothing happens: processor time, and bytes written a day.

Two installations on the embedded log, each read from a Dovecot that is started here: one mailbox
and one channel, and 200 accounts with a mailbox and a channel each. Every mailbox is read to its
end and followed; then nothing comes for the time measured.

Processor time is that of all processes of the run. Bytes are those that the system counts as to be
written to a disk (`write_bytes` in /proc/PID/io), so the folder has to lie on one. Leases and
reports are renewed every five minutes: shorter measurements than ten do not show what they cost.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.dovecot import PASSWORD, Dovecot, running_dovecot  # found by the line above

DAY_S = 86_400
ON_MEMORY = {"tmpfs", "ramfs"}


@dataclass(frozen=True, slots=True)
class Target:
    """What is measured, and the most it may cost.

    Attributes:
        accounts: mailboxes and channels, one of each an account.
        percent: of a core.
        written: bytes a day, None where no bound is set.
        before: the same figures before leases were held by a lock, for comparison.
    """

    accounts: int
    percent: float
    written: float | None
    before: str


TARGETS = (
    Target(1, 0.2, 20e6, "1.9 % of a core, 1,040 MB a day"),
    Target(200, 1.0, None, "7.8 % of a core"),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process tree has used so far: seconds of processor time, and bytes."""

    processor_s: float
    written: int


def cost_of(pid: int) -> Cost:
    """Of process `pid` and those it started."""
    processor_s, written = 0.0, 0
    for each in tree_of(pid):
        folder = Path("/proc") / str(each)
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        processor_s += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        counters = dict(line.split(": ") for line in (folder / "io").read_text().splitlines())
        written += int(counters["write_bytes"]) - int(counters["cancelled_write_bytes"])
    return Cost(processor_s, written)


def tree_of(pid: int) -> list[int]:
    """`pid` and its descendants."""
    children = (Path("/proc") / str(pid) / "task" / str(pid) / "children").read_text().split()
    return [pid, *(below for child in children for below in tree_of(int(child)))]


def configuration(port: int, accounts: int) -> str:
    """One mailbox and one channel an account."""
    lines = ['log = "sqlite:///careerops.db"', "[http]", "port = 0", "[[classifier]]"]
    lines.append('kind = "rules"')
    for number in range(accounts):
        name = f'account = "a{number}"'
        lines += ["[[mailbox]]", 'kind = "imap"', name, 'host = "127.0.0.1"', f"port = {port}"]
        lines += ['tls = "none"', f'username = "user{number}"', 'password = "env:IDLE_PASSWORD"']
        lines += ["[[notifier]]", 'kind = "jsonl"', name, f'name = "c{number}"']
        lines.append(f'path = "told{number}.jsonl"')
    return "\n".join(lines) + "\n"


@contextmanager
def running(server: Dovecot, folder: Path, accounts: int) -> Iterator["subprocess.Popen[bytes]"]:
    """`careerops run` that has read every mailbox to its end."""
    for number in range(accounts):
        entry = f"user{number}:{{PLAIN}}{PASSWORD}\n"
        (server.root / "passwords" / f"user{number}").write_text(entry)
    (folder / "careerops.toml").write_text(configuration(server.port, accounts))
    log = folder / "log.txt"
    command = [str(Path(sys.executable).with_name("careerops")), "run"]
    environment = {**os.environ, "IDLE_PASSWORD": PASSWORD, "XDG_CONFIG_HOME": str(folder)}
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=said, start_new_session=True
        )
    try:
        deadline = time.monotonic() + 120
        while log.read_bytes().count(b'"source_caught_up"') < accounts:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"careerops run did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.2)
        yield process
        if process.poll() is not None:
            raise SystemExit(f"careerops run ended:\n{log.read_text()[-2000:]}")
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def measured(target: Target, *, settle_s: float, measure_s: float) -> Cost:
    """What `target` costs: seconds of processor time a second, bytes a day."""
    folder = Path(tempfile.mkdtemp(prefix="careerops-idle-", dir=Path.cwd()))
    servers = running_dovecot()
    try:
        with running(next(servers), folder, target.accounts) as process:
            time.sleep(settle_s)
            began, before = time.monotonic(), cost_of(process.pid)
            time.sleep(measure_s)
            passed_s, after = time.monotonic() - began, cost_of(process.pid)
    finally:
        servers.close()
        shutil.rmtree(folder, ignore_errors=True)
    return Cost(
        (after.processor_s - before.processor_s) / passed_s,
        round((after.written - before.written) / passed_s * DAY_S),
    )


def judged(target: Target, cost: Cost) -> tuple[str, bool]:
    """A line about `cost`, and whether it is within the target."""
    percent, megabytes = 100 * cost.processor_s, cost.written / 1e6
    kept = percent <= target.percent and cost.written <= (target.written or cost.written)
    bound = "" if target.written is None else f", {target.written / 1e6:.0f} MB"
    line = (
        f"{target.accounts:>4} accounts: {percent:.2f} % of a core, {megabytes:.1f} MB a day"
        f" (at most {target.percent} %{bound}; before: {target.before})"
    )
    return line if kept else f"{line}  MISSED", kept


def file_system(folder: Path) -> str:
    """The kind of file system that `folder` lies on."""
    command = ["stat", "--file-system", "--format=%T", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    """Measure, print, and fail when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="*", help="only the targets of so many")
    parser.add_argument("--settle-s", type=float, default=20.0)
    parser.add_argument("--measure-s", type=float, default=610.0)
    options = parser.parse_args()
    if file_system(Path.cwd()) in ON_MEMORY:
        raise SystemExit("this folder lies in memory, where nothing counts as written: use another")
    missed = 0
    for target in TARGETS:
        if options.accounts and target.accounts not in options.accounts:
            continue
        cost = measured(target, settle_s=options.settle_s, measure_s=options.measure_s)
        line, kept = judged(target, cost)
        print(line, flush=True)
        missed += not kept
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
