"""Everything that may be done to the program on Apache Kafka with PostgreSQL, as a seed decides.

Beside what is done on SQLite, the broker is killed and started, the way to it is cut or blocked,
PostgreSQL is killed and started, and members come and go while others work on. `CHAOS_FAULTS` and
`CHAOS_SEEDS` make it longer (`make chaos`).
"""

import os
from pathlib import Path

import pytest

from support.chaos.kafka_lane import SERVICES, WHOLE, kafka_lane, own_stand
from support.chaos.plan import make_plan
from support.chaos.run import chaos_run

pytestmark = [pytest.mark.chaos, pytest.mark.integration, pytest.mark.timeout(3600)]

SEEDS = int(os.environ.get("CHAOS_SEEDS", "1"))
FAULTS = int(os.environ.get("CHAOS_FAULTS", "8"))


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_is_done_to_it_every_mail_ends_once(tmp_path: Path, seed: int) -> None:
    """Kills, zombies, restarts and cuts, with both group protocols: no promise is broken.

    Even seeds run a process for each service and two classifiers, odd ones two processes that run
    everything; the group protocol changes every other seed.
    """
    apart = seed % 2 == 0
    protocol = "consumer" if seed % 4 > 1 else "classic"
    with own_stand(tmp_path) as stand:
        lane = kafka_lane(stand, SERVICES if apart else WHOLE, protocol=protocol)
        steps = make_plan(seed, FAULTS, lane)
        name = f"kafka-{'apart' if apart else 'whole'}-{protocol}"
        result = chaos_run(tmp_path, lane, steps, seed, name=name)
    assert list(result.complaints) == []
    assert result.missed <= len(steps) // 4, "most points have to be passed, or nothing is shown"
