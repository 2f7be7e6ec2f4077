"""SIGKILL at random moments of `careerops run`: nothing missing, repeats only where unknown.

The oracle reads what the person sees (the jsonl file) and what the ledger admits to. It is shown
to fail on a loss and on an unadmitted repeat.
"""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from support.cli import Home
from support.mails import mixed, write_mbox

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

SEEDS = int(os.environ.get("CHAOS_SEEDS", "3"))
KILLS_A_SEED = 11
CAREER, OTHER = 150, 50


def complaints(told: list[str], expected: int, unknown: dict[str, int], kills: int) -> list[str]:
    """What is wrong with what was told.

    Args:
        told: notification ids in the order told.
        expected: how many different ones there have to be.
        unknown: notification id -> sends that the ledger says are of unknown outcome.
        kills: how often the process was killed.
    """
    counts = Counter(told)
    found: list[str] = []
    if len(counts) != expected:
        found.append(f"{expected - len(counts)} missing")
    repeats = {each: times - 1 for each, times in counts.items() if times > 1}
    found += [
        f"{each[:12]} repeated {times} times, {unknown.get(each, 0)} admitted"
        for each, times in repeats.items()
        if times > unknown.get(each, 0)
    ]
    if sum(repeats.values()) > kills:
        found.append(f"{sum(repeats.values())} repeats after {kills} kills")
    return found


def unknown_sends(home: Home) -> dict[str, int]:
    """What the ledger admits, by notification id."""
    events: list[dict[str, Any]] = home.json("events", "list", "--limit", "10000")
    return {send["notification_id"]: send["unknown"] for event in events for send in event["sends"]}


class Killer:
    """Kills at random moments of a run, however long a run takes on this machine."""

    def __init__(self, randomness: random.Random) -> None:
        """Learn the length of a run from those that ended before they were killed."""
        self._randomness = randomness
        self._run_s = 2.2

    def kill(self, home: Home) -> int:
        """Start and kill; 1 if it was still at work, 0 if it had ended."""
        began = time.monotonic()
        process = home.start("run", "--until-idle")
        try:
            status = process.wait(timeout=self._randomness.uniform(0.1, 1.0) * self._run_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return 1
        assert status == 0
        self._run_s = max(0.5, time.monotonic() - began)
        return 0


@pytest.mark.parametrize("seed", range(SEEDS))
def test_killed_at_random_moments_it_loses_nothing(tmp_path: Path, seed: int) -> None:
    """Restarted until idle, each career mail was told; a repeat is one the ledger admits to."""
    randomness = random.Random(seed)
    home = Home(tmp_path)
    mails = mixed(CAREER, OTHER, seed)
    write_mbox(tmp_path / "inbox.mbox", mails[:20])
    home.mbox(tmp_path / "inbox.mbox")
    killer = Killer(randomness)
    kills = 0
    rounds = 0
    position = 20
    while kills < KILLS_A_SEED:
        rounds += 1
        assert rounds < 5 * KILLS_A_SEED, "the kills never hit a process at work"
        step = randomness.randint(5, 15)
        write_mbox(tmp_path / "inbox.mbox", mails[position : position + step], mode="ab")
        position += step
        kills += killer.kill(home)
    write_mbox(tmp_path / "inbox.mbox", mails[position:], mode="ab")
    home.idle()
    assert complaints(home.told_ids(), CAREER, unknown_sends(home), kills) == []
    assert home.json("dlq", "list") == []


def test_the_oracle_sees_a_loss_and_a_repeat_that_is_not_admitted() -> None:
    """An oracle that cannot fail proves nothing."""
    assert complaints(["a", "b"], 2, {}, 5) == []
    assert complaints(["a"], 2, {}, 5) == ["1 missing"]
    assert complaints(["a", "a", "b"], 2, {"a": 1}, 1) == []
    assert complaints(["a", "a", "b"], 2, {}, 1) != []
    assert complaints(["a", "a", "a", "b"], 2, {"a": 2}, 1) != []
