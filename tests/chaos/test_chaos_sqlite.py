"""Everything that may be done to the program on SQLite, in an order that a seed decides.

What the person would have seen is counted by a recorder outside; the oracle judges when all is
over. `CHAOS_FAULTS` and `CHAOS_SEEDS` make it longer (`make chaos`). With them every fourth run has
the product's own leases of 15 s, and a sender is stopped for longer than its claim of 60 s.
"""

import os
from pathlib import Path

import pytest

from support.chaos.plan import ZOMBIE, Step, make_plan
from support.chaos.run import chaos_run
from support.chaos.sqlite_lane import sqlite_lane

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

SEEDS = int(os.environ.get("CHAOS_SEEDS", "2"))
FAULTS = int(os.environ.get("CHAOS_FAULTS", "8"))
LONG = "CHAOS_FAULTS" in os.environ
CLAIM_S = 60.0


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_is_done_to_it_every_mail_ends_once(tmp_path: Path, seed: int) -> None:
    """Kills at random and at named points, zombies, stops, a full disk: no promise is broken.

    Even seeds run one process, odd ones a process for each service.
    """
    apart = bool(seed % 2)
    with sqlite_lane(tmp_path, apart=apart, short_leases=not (LONG and seed % 4 == 2)) as lane:
        steps = make_plan(seed, FAULTS, lane)
        name = "sqlite-apart" if apart else "sqlite-whole"
        result = chaos_run(tmp_path, lane, steps, seed, name=name)
    assert list(result.complaints) == []
    assert result.missed <= len(steps) // 4, "most points have to be passed, or nothing is shown"


@pytest.mark.skipif(not LONG, reason="takes more than a minute: part of `make chaos`")
def test_a_sender_that_sleeps_through_its_claim_is_replaced(tmp_path: Path) -> None:
    """Stopped after a send and before its mark, for longer than its claim: told again, admitted."""
    with sqlite_lane(tmp_path) as lane:
        sleep = Step(ZOMBIE, member=0, point="after_effect", nth=4, hold_s=CLAIM_S + 2)
        result = chaos_run(tmp_path, lane, [sleep], 0, name="sqlite-claim")
    assert list(result.complaints) == []
    assert result.missed == 0
    assert sum(known.unknown for known in result.evidence.known) == 1
