"""The deliberate breakages on Kafka, each caught by the oracle, and none without them."""

from pathlib import Path

import pytest

from support.chaos.breakage import Case, kills
from support.chaos.kafka_lane import ALONE, ANEW, Stand, kafka_lane
from support.chaos.longrun import QUIET
from support.chaos.plan import FATAL, KILL, STOP, TERM, Step
from support.chaos.run import Result, chaos_run
from support.kafka.fixtures import kafka
from support.kafka.nodes import Brokers
from support.postgres import postgres, postgres_url

__all__ = ["kafka", "postgres", "postgres_url"]

pytestmark = [pytest.mark.chaos, pytest.mark.integration, pytest.mark.timeout(600)]

SESSION_S = 3.0
"""The partitions of a killed process are free after that."""

LATE = "late_runs"
# Who is ended before it has done anything cannot have done it wrong: however slow the machine.
AT_WORK = (Step(KILL, member=0, mails=12, calls=3, weather=LATE, patience_s=60.0),)
ENDS = tuple(
    Step(TERM, member=0, mails=12, calls=calls, weather=LATE, patience_s=60.0) for calls in (6, 9)
)
MADE_ANEW = (
    Step(ANEW, member=0, mails=30, calls=20, hold_s=0.0),
    # The new topic grows beyond the end of the old one.
    Step(STOP, member=0, mails=60, calls=20),
)
PRODUCER_ENDS = tuple(Step(FATAL, member=0, point=FATAL, nth=nth, mails=12) for nth in (2, 7))

ON_KAFKA = (
    Case("kafka_commit_before_settle", kills("in_between", 2), "was lost"),
    Case("kafka_watermark_by_one", kills("in_between", 1, 2, weather=LATE), "was lost"),
    Case("kafka_revoke_without_commit", ENDS, "was delivered again, handed over below"),
    Case(
        "kafka_dead_letter_after_settle",
        kills("in_between", 1),
        "was lost: no dead letter",
        poison=1.0,
    ),
    Case("kafka_verdict_after_output", kills("in_between", 1, 2), "decided as"),
    Case("kafka_keep_the_producer", PRODUCER_ENDS[:1], "writes nothing since its producer ended"),
)
ON_KAFKA_TOO = (
    Case("kafka_keep_the_old_end", MADE_ANEW, "was lost"),
    Case("kafka_acknowledge_what_failed", PRODUCER_ENDS, "was lost"),
)
"""A minute each: part of `make chaos`."""
CONTROL = Case(
    "",
    (
        *AT_WORK,
        *ENDS,
        *kills("after_verdict", 2),
        *MADE_ANEW,
        *kills("after_produce", 2),
        *PRODUCER_ENDS,
    ),
    "",
    poison=0.2,
)


def run(folder: Path, case: Case, brokers: Brokers, store: str) -> Result:
    """The steps of a case on Kafka, in one process that is broken as the case says."""
    lane = kafka_lane(Stand(brokers.bootstrap, store), ALONE, session_s=SESSION_S)
    environment = {"CHAOS_BREAK": case.breakage} if case.breakage else {}
    return chaos_run(folder, lane, case.steps, 1, environment=environment, poison=case.poison)


@pytest.mark.parametrize("case", ON_KAFKA + ON_KAFKA_TOO * QUIET, ids=lambda case: case.breakage)
def test_a_breakage_is_caught(
    tmp_path: Path, kafka: Brokers, postgres_url: str, case: Case
) -> None:
    """Whoever breaks the adapter this way is told what is lost, repeated, or told otherwise."""
    result = run(tmp_path, case, kafka, postgres_url)
    assert any(case.complaint in complaint for complaint in result.complaints), result.complaints


def test_without_a_breakage_the_same_steps_are_survived(
    tmp_path: Path, kafka: Brokers, postgres_url: str
) -> None:
    """The complaints are about the breakages, not about kills and ends."""
    result = run(tmp_path, CONTROL, kafka, postgres_url)
    assert result.missed == 0
    assert list(result.complaints) == []
