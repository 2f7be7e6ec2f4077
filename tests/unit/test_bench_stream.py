"""The judges of `make bench-stream`: each is shown a run that it must not let pass."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from support.tree import ROOT

sys.path.append(str(ROOT / "benchmarks"))

from stream.contenders import BARE, ENTRANTS, FULL, Entrant
from stream.effects import Effect, EffectFile, EffectReader
from stream.judge import (
    Outcome,
    floor_rate,
    longest_chain,
    order_violations,
    outcome,
    steady_rate,
)
from stream.measure import AfterKill, Steady
from stream.processes import tree_cpu_s
from stream.report import Row, missed, table
from stream.values import ABORTED, event_id, key_name, key_number, number_of, value_of
from stream.workloads import WORKLOADS, Workload

PEER = next(entrant for entrant in ENTRANTS if not entrant.ours)
GOOD = Steady(rate=1_990.0, cpu_s_per_1000=0.2, violations=0, handled=9, floor=2_000.0, aborted=0)


def run(number: int, key: int, start: float, end: float) -> Effect:
    """One handler's run."""
    return Effect(number, key, start, end)


def row(entrant: Entrant, *, repeated: int = 0, lost: int = 0, **figures: float) -> Row:
    """A contender with good figures, but for those given."""
    steady = replace(GOOD, **figures)
    after = AfterKill(lost=lost, repeated=repeated, aborted=0, catch_up_s=7.0)
    return Row(entrant, 2_000.0, steady, after)


# --- lost and repeated ----------------------------------------------------------------------


def test_a_run_in_which_all_was_handled_once_has_lost_and_repeated_nothing() -> None:
    """The order of ends does not matter."""
    effects = [run(1, 0, 0, 1), run(0, 0, 0, 2), run(2, 0, 0, 3)]
    assert outcome(effects, 3) == Outcome(lost=0, repeated=0, aborted=0)


def test_a_message_without_an_end_is_lost() -> None:
    """Wherever it stands, and however often others ran."""
    effects = [run(0, 0, 0, 1), run(2, 0, 0, 1), run(2, 0, 5, 6)]
    assert outcome(effects, 4) == Outcome(lost=2, repeated=1, aborted=0)


def test_each_further_end_of_a_message_is_a_repeat() -> None:
    """Three runs are two repeats."""
    assert outcome([run(0, 0, 0, 1)] * 3, 1).repeated == 2


def test_messages_of_aborted_transactions_are_counted_by_themselves() -> None:
    """They make up for nothing that was lost, and are no repeats."""
    effects = [run(ABORTED, 0, 0, 1), run(ABORTED + 1, 0, 0, 1)]
    assert outcome(effects, 2) == Outcome(lost=2, repeated=0, aborted=2)


# --- order ----------------------------------------------------------------------------------


def test_one_after_another_is_in_order_and_other_keys_may_overlap() -> None:
    """Order is asked for within a key."""
    effects = [run(0, 7, 0, 2), run(1, 8, 0, 2), run(2, 7, 2, 4)]
    assert order_violations(effects, [7, 8, 7]) == 0


def test_a_message_that_begins_before_its_predecessor_ends_is_a_violation() -> None:
    """Overlapping is enough: what they do may cross."""
    effects = [run(0, 7, 0, 2), run(1, 7, 1.9, 3)]
    assert order_violations(effects, [7, 7]) == 1


def test_a_message_that_overtakes_two_others_is_found_by_the_later_end() -> None:
    """The predecessor that ends last counts, not the one just before."""
    effects = [run(0, 7, 0, 9), run(1, 7, 9, 10), run(2, 7, 5, 6)]
    assert order_violations(effects, [7, 7, 7]) == 1


def test_what_overtook_a_message_that_was_never_handled_is_a_violation() -> None:
    """A consumer that drops a message does not thereby keep the order."""
    assert order_violations([run(1, 7, 5, 6)], [7, 7]) == 1


def test_the_repeat_of_a_message_is_no_violation() -> None:
    """A kill makes messages come again, behind those that follow them."""
    effects = [run(0, 7, 0, 1), run(1, 7, 1, 2), run(0, 7, 3, 4)]
    assert order_violations(effects, [7, 7]) == 0


# --- ceilings and rates ---------------------------------------------------------------------


def test_the_floor_is_the_longest_chain_of_one_key() -> None:
    """Six messages, three of one key: three delays at least."""
    keys = [1, 2, 1, 3, 1, 2]
    assert longest_chain(keys) == 3
    assert floor_rate(keys, 0.5) == pytest.approx(6 / 1.5)
    assert floor_rate([], 0.5) == 0.0


def test_whole_waves_are_counted_so_that_a_cut_one_is_no_error() -> None:
    """Ten at once, a second each: ten a second, wherever the window cuts the waves."""
    ends = [float(wave) for wave in range(1, 11) for _ in range(10)]
    for shift in (0.0, 0.3, 0.7):
        rate = steady_rate(ends, 0.5 + shift, 9.5 + shift, concurrency=10, delay_s=1.0)
        assert rate == pytest.approx(10.0)


@pytest.mark.parametrize("window", [(0.0, 20.0), (-10.0, 10.0)])
def test_silence_at_an_edge_of_the_window_counts_as_time(window: tuple[float, float]) -> None:
    """A consumer that stalls is not rated by the time in which it worked."""
    ends = [number / 10 for number in range(1, 101)]
    rate = steady_rate(ends, *window, concurrency=1, delay_s=0.1)
    assert rate == pytest.approx(5.0, rel=0.02)


def test_a_stall_in_the_middle_counts_as_time() -> None:
    """Half of the window was silence."""
    ends = [number / 10 for number in (*range(50), *range(150, 200))]
    assert steady_rate(ends, 0.0, 20.0, concurrency=1, delay_s=0.1) == pytest.approx(5.0, rel=0.02)


def test_a_run_without_any_message_has_no_rate() -> None:
    """Nor has one with a single message."""
    assert steady_rate([], 0, 60, concurrency=10, delay_s=1) == 0.0
    assert steady_rate([1.0], 0, 60, concurrency=10, delay_s=1) == 0.0


# --- workloads and messages -----------------------------------------------------------------


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda each: each.name)
def test_keys_have_the_shares_that_the_workload_says(workload: Workload) -> None:
    """The hot one its half; the others the same, and the same list each time."""
    keys = workload.key_numbers(200_000)
    assert keys == workload.key_numbers(200_000)
    assert len(set(keys)) == workload.keys
    share = longest_chain(keys) / len(keys)
    assert share == pytest.approx(workload.hot or 1 / workload.keys, rel=0.05)


def test_key_depth_is_the_limit_of_few_keys_and_slots_are_that_of_many() -> None:
    """20 keys of 50 ms are 400 a second, and a key with half of them 40."""
    by_name = {workload.name: workload for workload in WORKLOADS}
    assert by_name["100x50ms"].best_rate == pytest.approx(2_000)
    assert by_name["20keys"].best_rate == pytest.approx(400, rel=0.01)
    assert by_name["hotkey"].best_rate == pytest.approx(40, rel=0.01)


@pytest.mark.parametrize("number", [0, 1, 1_319_999, ABORTED + 5])
def test_a_message_is_known_by_its_value_and_its_key(number: int) -> None:
    """What contenders write down is what was published."""
    assert number_of(value_of(number)) == number
    assert key_number(key_name(number)) == number


def test_ids_are_as_long_as_real_ones_and_differ() -> None:
    """As an index of verdicts meets them."""
    ids = [event_id(number) for number in range(1_000)]
    assert len(set(ids)) == 1_000
    assert {len(each) for each in ids} == {64}
    assert ids != sorted(ids)


def test_effects_are_read_as_written_while_the_file_grows(tmp_path: Path) -> None:
    """A restarted contender appends to what the killed one left."""
    path = tmp_path / "effects"
    reader = EffectReader(path)
    assert (reader.count(), list(reader.more())) == (0, [])
    EffectFile(path).ended(3, 7, 1.5)
    (first,) = reader.more()
    assert (first.id, first.key, first.start) == (3, 7, 1.5)
    assert first.end > 1.5
    EffectFile(path).ended(4, 7, 2.5)
    assert [effect.id for effect in reader.more()] == [4]
    assert reader.count() == 2


def test_the_time_of_a_process_is_what_the_process_itself_is_told() -> None:
    """The fields of /proc are the right ones; processes below it only add to it."""
    assert tree_cpu_s(os.getpid()) >= sum(os.times()[:2]) - 0.5


# --- targets --------------------------------------------------------------------------------


def test_good_figures_miss_no_target() -> None:
    """So each complaint below has the one reason that was planted."""
    assert missed({"100x50ms": [row(BARE), row(FULL), row(PEER)]}) == []


@pytest.mark.parametrize(
    ("workload", "entrant", "planted", "complaint"),
    [
        ("100x50ms", FULL, {"rate": 1_900.0}, "0.950 of the ceiling, wanted 0.97"),
        ("1000x1s", FULL, {"rate": 1_900.0}, "0.950 of the ceiling, wanted 0.97"),
        ("20keys", FULL, {"rate": 1_890.0}, "0.945 of the ceiling, wanted 0.95"),
        ("1000x50ms", BARE, {"rate": 1_690.0}, "0.845 of the ceiling, wanted 0.85"),
        ("1000x50ms", FULL, {"rate": 4_999.0}, "4,999 messages a second, wanted 5,000"),
        ("hotkey", BARE, {"violations": 1}, "1 messages out of the order"),
        ("markers", BARE, {"aborted": 1}, "1 messages of aborted transactions"),
        ("markers", BARE, {"lost": 1}, "1 messages lost"),
        ("20keys", FULL, {"repeated": 51}, "51 repeated, "),
    ],
)
def test_each_target_that_is_missed_is_said(
    workload: str, entrant: Entrant, planted: dict[str, float], complaint: str
) -> None:
    """One planted figure, one complaint."""
    (line,) = missed({workload: [row(entrant, **planted), row(PEER, repeated=50)]})  # type: ignore[arg-type]  # figures by name
    assert complaint in line


def test_a_peer_that_handles_one_at_a_time_is_no_measure_of_repeats() -> None:
    """It has one message in hand where others have a thousand."""
    slow = row(PEER, rate=20.0)
    assert missed({"markers": [row(FULL, repeated=5), slow]}) == []


def test_what_peers_miss_is_no_complaint_and_a_failure_of_ours_is() -> None:
    """Targets bind us alone."""
    failed = Row(PEER, error="it ended")
    assert missed({"100x50ms": [row(FULL), failed, row(PEER, lost=9, repeated=9)]}) == []
    (line,) = missed({"100x50ms": [Row(FULL, error="it ended")]})
    assert "it failed" in line


def test_the_best_of_each_column_is_marked_whoever_has_it() -> None:
    """Where a peer is better, the table says so; where all are equal, nobody is."""
    lines = table(
        WORKLOADS[0],
        [row(FULL, cpu_s_per_1000=0.3), row(PEER, rate=1_995.0, violations=12, repeated=7)],
    ).splitlines()
    ours, peer = lines[2], lines[3]
    assert ours.split()[-7:] == ["1,990", "0.995", "0.300", "0*", "0", "0*", "7.0"]
    assert peer.split()[-7:] == ["1,995*", "0.998*", "0.200*", "12", "0", "7", "7.0"]
