"""The chaos oracle: silent about a run that kept every promise, and loud about each one broken.

An oracle that cannot complain proves nothing, so every complaint is provoked here.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from support.chaos.evidence import (
    Effect,
    Evidence,
    Fault,
    Known,
    Letter,
    Place,
    Run,
    Sighting,
    Told,
    Watermark,
)
from support.chaos.inputs import Input
from support.chaos.oracle import CHECKS, judge
from support.chaos.report import markdown, summary
from support.chaos.run import Result

RAW, GROUP = "raw_inbox_stream", "careerops.classify"
KILL = Fault("kill", 15.0, 15.0, handlers=8, effects=1)

Change = Callable[[Evidence], Evidence]


def place(offset: int) -> Place:
    """A record of the inbox as the classifiers see it."""
    return Place(GROUP, RAW, 0, offset)


def sighting(at: float, what: str, offset: int, member: int = 1) -> Sighting:
    """Something seen of it."""
    return Sighting(at, member, what, place(offset))


def good() -> Evidence:
    """A run with a kill at 15 s: mail 1 was at work and handled again, its send is unknown."""
    return Evidence(
        inputs=(
            Input(0, "C", "a", "e0"),
            Input(1, "C", "a", "e1"),
            Input(2, "O", "b", "e2"),
            Input(3, "P", "b", "e3"),
            Input(4, "C", "a", "e4"),
        ),
        logged=frozenset({"e0", "e1", "e2", "e3", "e4"}),
        runs=(
            Run(0, "r0", 10.0, 10.1),
            Run(1, "r1", 14.9, None, dropped=True),
            Run(1, "r2", 16.0, 16.1),
            Run(2, "r3", 16.0, 16.1),
            Run(3, "r4", 16.0, 16.1),
            Run(3, "r5", 16.2, 16.3, repair=True),
            Run(4, "r6", 17.0, 17.1),
        ),
        effects=(
            Effect(0, "r0", 10.2),
            Effect(1, "r2", 16.5),
            Effect(1, "r2", 17.0),
            Effect(4, "r6", 18.0),
        ),
        letters=(Letter("e3", "classify", "all_invalid"),),
        known=(
            Known("e0", "done", "r0"),
            Known("e1", "done", "r2", unknown=1),
            Known("e2", "other", "r3"),
            Known("e4", "done", "r6"),
        ),
        told=(
            Told("e0", "phone0", "sent"),
            Told("e1", "phone0", "sent", unknown=1),
            Told("e4", "phone0", "sent"),
        ),
        faults=(KILL,),
        sightings=(
            sighting(10.0, "delivered", 1),
            sighting(10.2, "settled", 1),
            sighting(14.9, "delivered", 2),
            sighting(16.0, "delivered", 2),
            sighting(16.2, "settled", 2),
        ),
        watermarks=(Watermark(15.5, GROUP, RAW, 0, position=2),),
    )


def without_mail(number: int) -> Change:
    """Nothing ever came of a mail."""

    def change(run: Evidence) -> Evidence:
        effects = [effect for effect in run.effects if effect.number != number]
        return replace(run, effects=effects)

    return change


def with_letter(event_id: str, reason: str) -> Change:
    """One more dead letter."""
    letter = Letter(event_id, "classify", reason)
    return lambda run: replace(run, letters=[*run.letters, letter])


def with_run(run: Run) -> Change:
    """One more call of the model."""
    return lambda evidence: replace(evidence, runs=[*evidence.runs, run])


def with_effects(*effects: Effect) -> Change:
    """Other effects altogether."""
    return lambda evidence: replace(evidence, effects=effects)


def with_sighting(seen: Sighting) -> Change:
    """One more thing seen in the log."""
    return lambda evidence: replace(evidence, sightings=[*evidence.sightings, seen])


def moved(run: Evidence, *after: Sighting) -> Evidence:
    """Records 7 to 9 are delivered, 9 is at work when the partition moves to another process."""
    before = [sighting(29.0, "delivered", offset, member=3) for offset in (7, 8, 9)]
    settled = [sighting(29.5, "settled", offset, member=3) for offset in (7, 8)]
    revoked = sighting(30.0, "revoked", -1, member=3)
    seen = [*run.sightings, *before, *settled, revoked, *after]
    return replace(run, exact=False, sightings=seen)


def in_ledger(event_id: str, status: str, *, listed: bool = True) -> Change:
    """The ledger says something else about a notification."""
    return lambda run: replace(
        run,
        told=[
            replace(each, status=status, listed=listed) if each.event_id == event_id else each
            for each in run.told
        ],
    )


def lost(run: Evidence, number: int) -> Evidence:
    """No answer says that the messages about a mail were taken."""
    effects = [replace(each, lost=each.number == number) for each in run.effects]
    return replace(run, effects=effects)


BROKEN: dict[str, tuple[Change, str]] = {
    "a member ends by itself": (
        lambda run: replace(run, surprises=["run ended by itself"]),
        "ended by itself",
    ),
    "a mail never reaches the log": (
        lambda run: replace(run, logged=run.logged - {"e0"}),
        "mail 0C was lost before the log",
    ),
    "a career mail ends in nothing": (without_mail(0), "mail 0C was lost"),
    "a poison mail ends in nothing": (
        lambda run: replace(run, letters=()),
        "mail 3P was lost",
    ),
    "an OTHER has no verdict": (
        lambda run: replace(run, known=[k for k in run.known if k.event_id != "e2"]),
        "mail 2O was lost",
    ),
    "a mail is told and dead": (with_letter("e0", "crashed_process"), "mail 0C has several ends"),
    "an OTHER is told": (
        lambda run: replace(run, effects=[*run.effects, Effect(2, "r3", 19.0)]),
        "mail 2O has several ends",
    ),
    "a poison mail is told": (
        lambda run: replace(run, letters=(), effects=[*run.effects, Effect(3, "", 19.0)]),
        "mail 3P ends in effect",
    ),
    "a mail has two dead letters": (with_letter("e3", "all_invalid"), "2 dead letters"),
    "a dead letter belongs to nobody": (with_letter("e9", "all_invalid"), "belongs to no mail"),
    "a mail is given up without cause": (
        lambda run: with_letter("e0", "all_invalid")(without_mail(0)(run)),
        "mail 0C was given up without cause: all_invalid",
    ),
    "a mail is given up after too few tries": (
        lambda run: with_letter("e0", "attempts_exhausted")(
            with_run(Run(0, "r9", 9.0, 9.1, "refused"))(without_mail(0)(run))
        ),
        "mail 0C was given up without cause: attempts_exhausted",
    ),
    "a mail is given up for a crash that was none": (
        lambda run: with_letter("e0", "crashed_process")(without_mail(0)(run)),
        "1 mails were given up for crashes, after only 1",
    ),
    "somebody is told of a mail that never came": (
        lambda run: replace(run, effects=[*run.effects, Effect(-1, "", 19.0)]),
        "1 effects belong to no mail",
    ),
    "the model is asked about a mail that never came": (
        with_run(Run(77, "r9", 9.0, 9.1)),
        "1 runs belong to no mail",
    ),
    "another decision is told than the one that stands": (
        with_effects(Effect(0, "r0", 10.2), Effect(1, "r1", 16.5), Effect(4, "r6", 18.0)),
        "mail 1 was told as r1, decided as r2",
    ),
    "a repeat is not admitted": (
        lambda run: replace(run, known=[replace(known, unknown=0) for known in run.known]),
        "mail 1 was told 1 times again, 0 admitted",
    ),
    "there are more repeats than kills": (
        lambda run: replace(run, faults=[replace(KILL, effects=0)]),
        "1 effects were repeated, faults explain 0",
    ),
    "there are more unknown sends than kills": (
        lambda run: replace(run, known=[replace(known, unknown=1) for known in run.known]),
        "4 sends are of unknown outcome, faults explain 1",
    ),
    "somebody is told three times": (
        lambda run: replace(run, effects=[*run.effects, Effect(1, "r2", 19.0)]),
        "mail 1 was told 3 times",
    ),
    "what was told is not in the ledger": (
        lambda run: replace(run, told=run.told[1:]),
        "mail 0 was told, and the ledger does not know of it",
    ),
    "a notification is never finished": (
        in_ledger("e0", "planned"),
        "mail 0 is planned by phone0 after all is over",
    ),
    "what may not have been told is called told": (
        lambda run: lost(run, 0),
        "mail 0 is called told by phone0, and nothing has said so",
    ),
    "nobody is shown what may not have been told": (
        in_ledger("e0", "unknown", listed=False),
        "mail 0 is unknown by phone0, and nobody is shown that",
    ),
    "what failed leaves no dead letter": (
        in_ledger("e0", "failed"),
        "mail 0 failed by phone0 without a dead letter",
    ),
    "a mail that the provider fails at ends in nothing": (
        lambda run: replace(
            run, inputs=[*run.inputs, Input(5, "X", "c", "e5")], logged=run.logged | {"e5"}
        ),
        "mail 5X was lost: no dead letter",
    ),
    "the order of a conversation is lost": (
        with_effects(Effect(1, "r2", 10.0), Effect(0, "r0", 11.0), Effect(4, "r6", 18.0)),
        "mail 0 was told after mail 1 of the same conversation",
    ),
    "a handler runs again without a fault": (
        with_run(Run(4, "r9", 18.0, 18.1)),
        "mail 4 was handled again at 18.000",
    ),
    "a handler that was settled long before the kill runs again": (
        with_run(Run(0, "r9", 16.0, 16.1)),
        "mail 0 was handled again at 16.000",
    ),
    "more handlers run again than were at work": (
        lambda run: replace(run, faults=[replace(KILL, handlers=0)]),
        "mail 1 was handled again at 16.000",
    ),
    "a record below the watermark is delivered again": (
        lambda run: replace(
            with_sighting(sighting(15.9, "delivered", 1))(run),
            exact=False,
        ),
        f"{RAW}/0@1 of {GROUP} was delivered again, below the watermark 2",
    ),
    "a record settled ahead of the watermark is delivered again": (
        lambda run: replace(run, watermarks=[replace(run.watermarks[0], settled_ahead=1)]),
        f"1 of {RAW} were delivered again to {GROUP}: 1 were unsettled",
    ),
    "a record is delivered again after it was settled": (
        with_sighting(sighting(19.0, "delivered", 2)),
        f"{RAW}/0@2 of {GROUP} was settled and delivered again",
    ),
    "a mail is in the new topic and ends in nothing": (
        lambda run: replace(without_mail(0)(run), gone=frozenset({"e0", "e1"})),
        "mail 0C was lost",
    ),
    "a mail comes after the topic was made anew and is not in it": (
        lambda run: replace(run, logged=run.logged - {"e4"}, gone=frozenset({"e0", "e1"})),
        "mail 4C was lost before the log",
    ),
    "a partition moves and its watermark is forgotten": (
        lambda run: moved(run, sighting(31.0, "delivered", 8, member=2)),
        f"{RAW}/0@8 of {GROUP} was delivered again, handed over below 9",
    ),
}


def test_a_run_that_keeps_every_promise_gives_no_complaint() -> None:
    """Repeats that a fault explains and the ledger admits are what was promised."""
    assert judge(good()) == []


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_promise_is_complained_of(fault: str) -> None:
    """And of nothing else: a complaint has to name what is wrong."""
    change, complaint = BROKEN[fault]
    found = judge(change(good()))
    assert any(complaint in line for line in found), found


def test_every_check_has_a_promise_that_provokes_it() -> None:
    """A check that nothing provokes would be one that cannot fail."""
    provoked = {
        check for change, _ in BROKEN.values() for check in CHECKS if list(check(change(good())))
    }
    assert provoked == set(CHECKS)


def test_what_no_answer_confirms_may_be_told_twice_and_is_unknown_then() -> None:
    """As often as the outside left it open; a third time is one too many, whoever died."""
    run = lost(good(), 4)
    twice = [*run.effects, Effect(4, "r6", 19.0, lost=True)]
    known = [replace(each, unknown=2) if each.event_id == "e4" else each for each in run.known]
    run = in_ledger("e4", "unknown")(replace(run, effects=twice, known=known))
    assert judge(run) == []
    thrice = [*twice, Effect(4, "r6", 20.0, lost=True)]
    more = [replace(each, unknown=3) if each.event_id == "e4" else each for each in run.known]
    assert judge(replace(run, effects=thrice, known=more)) == [
        "mail 4 was told 3 times by its channel"
    ]


def test_what_the_world_refused_is_overtaken_and_what_it_took_is_not() -> None:
    """One message that a channel does not take never holds up those behind it."""
    run = with_effects(Effect(1, "r2", 10.0), Effect(0, "r0", 11.0), Effect(4, "r6", 18.0))(good())
    assert judge(run) != []
    assert judge(replace(run, refused=[Effect(0, "r0", 9.9)])) == []
    assert judge(replace(run, refused=[Effect(4, "r6", 17.9)])) != []


def test_with_the_rules_a_mail_that_the_provider_fails_at_is_told() -> None:
    """And without them it is a dead letter; each is held against the other."""
    run = good()
    mails = [*run.inputs, Input(5, "X", "c", "e5")]
    run = replace(run, inputs=mails, logged=run.logged | {"e5"})
    calls = [Run(5, f"x{n}", 20.0 + n, 20.1 + n, "refused") for n in range(3)]
    dead = with_letter("e5", "attempts_exhausted")(replace(run, runs=[*run.runs, *calls]))
    assert judge(dead) == []
    told = replace(
        run,
        inputs=[mail for mail in mails if mail.kind != "P"],
        runs=[each for each in run.runs if each.number != 3],
        letters=(),
        effects=[*run.effects, Effect(5, "", 24.0)],
        known=[*run.known, Known("e5", "done", "")],
        told=[*run.told, Told("e5", "phone0", "sent")],
    )
    assert judge(told) != []
    assert judge(replace(told, rules=True)) == []


def test_a_failed_call_is_tried_again_without_a_fault() -> None:
    """The engine's own retry is no repeated handler."""
    run = good()
    refused = [Run(4, "r8", 16.9, 16.95, "refused"), *run.runs]
    assert judge(replace(run, runs=refused)) == []


def test_while_the_log_cannot_be_written_what_ended_before_may_be_unsettled() -> None:
    """A kill at the end of an outage of the log repeats what ended since its beginning."""
    run = good()
    runs = [Run(0, "r0", 10.0, 10.1), Run(0, "r7", 16.0, 16.1), *run.runs[1:]]
    effects = [replace(each, token="r7") if each.number == 0 else each for each in run.effects]
    known = [replace(each, token="r7") if each.event_id == "e0" else each for each in run.known]
    changed = replace(run, runs=runs, effects=effects, known=known)
    assert judge(changed) != []
    assert judge(replace(changed, blocked=[(10.2, 14.8)])) == []


def test_what_is_at_work_when_a_partition_moves_is_delivered_to_the_next() -> None:
    """Only what was settled without a gap is committed; the rest comes again, and by right."""
    assert judge(moved(good(), sighting(31.0, "delivered", 9, member=2))) == []


def test_a_handler_that_outlasts_the_drain_runs_again_elsewhere() -> None:
    """A partition that moves explains as many repeats as it had messages at work."""
    run = good()
    runs = [*run.runs[:6], Run(4, "r5", 29.2, 31.0), Run(4, "r6", 30.9, 31.1)]
    assert judge(replace(run, runs=runs)) != []
    assert judge(moved(replace(run, runs=runs), sighting(30.9, "delivered", 9, member=2))) == []


def again(run: Evidence, number: int, end: float) -> Evidence:
    """A mail was answered about at `end`, and again after the kill at 15 s."""
    runs = [r for r in run.runs if r.number != number]
    runs += [Run(number, f"a{number}", end - 0.1, end), Run(number, f"b{number}", 16.0, 16.1)]
    effects = [replace(e, token=f"b{number}") if e.number == number else e for e in run.effects]
    event_id = f"e{number}"
    known = [replace(k, token=f"b{number}") if k.event_id == event_id else k for k in run.known]
    return replace(run, runs=runs, effects=effects, known=known)


def test_a_handler_is_at_work_until_it_has_its_answer() -> None:
    """Beside one whose outcome is on its way, no slot more than there are; none long before."""
    kill = replace(KILL, handlers=1)
    run = replace(good(), faults=[kill], runs=[r for r in good().runs if r.token != "r1"])
    outcome = again(run, 0, 14.7)
    assert judge(outcome) == []
    assert judge(again(outcome, 4, 14.95)) == []
    assert judge(again(outcome, 4, 14.75)) != []
    assert judge(again(again(outcome, 4, 14.95), 1, 14.96)) != []


def test_a_handler_that_asks_twice_is_at_work_until_the_second_answer() -> None:
    """Killed a moment after that, its outcome may not be durable."""
    asked_again = [Run(3, "r8", 17.0, 17.1), Run(3, "r9", 17.2, 17.3, repair=True)]
    run = replace(good(), runs=[*good().runs, *asked_again])
    assert judge(run) != []
    assert judge(replace(run, faults=[KILL, replace(KILL, at=16.7, until=16.7)])) == []
    assert judge(replace(run, faults=[KILL, replace(KILL, at=16.9, until=16.9)])) != []


def test_what_a_zombie_still_sees_when_it_wakes_is_not_held_against_the_log() -> None:
    """It reads what it had fetched, and is refused as soon as it settles."""
    run = with_sighting(sighting(20.0, "delivered", 2, member=7))(good())
    woken = Fault("zombie", 10.0, 19.5, handlers=8, effects=1, member=7)
    assert judge(run) != []
    assert judge(replace(run, faults=[*run.faults, woken])) == []


def test_a_member_that_dies_while_it_hands_over_commits_nothing() -> None:
    """A kill within the callback is a kill, not a broken promise."""
    run = moved(good(), sighting(31.0, "delivered", 8, member=2))
    kill = replace(KILL, at=30.2, until=30.2, member=3)
    assert judge(run) != []
    assert judge(replace(run, faults=[*run.faults, kill])) == []


def test_a_hand_over_that_the_brokers_refuse_to_commit_is_not_held_against_the_member() -> None:
    """It tried, and was told that it could not; how often that happens is in the summary."""
    run = moved(good(), sighting(31.0, "delivered", 8, member=2))
    refused = with_sighting(sighting(30.4, "uncommitted", -1, member=3))
    assert judge(refused(run)) == []


def test_each_fault_explains_only_as_many_repeats_as_handlers() -> None:
    """Two kills that each hit one handler explain two repeats, however they are dealt."""
    run = good()
    kills = [replace(KILL, at=15.0, handlers=1), replace(KILL, at=16.05, until=16.05, handlers=1)]
    runs = [*run.runs[:4], Run(1, "r7", 16.5, 16.6), *run.runs[4:]]
    effects = [replace(each, token="r7") if each.number == 1 else each for each in run.effects]
    known = [replace(each, token="r7") if each.event_id == "e1" else each for each in run.known]
    twice = replace(run, runs=runs, effects=effects, known=known, faults=kills)
    assert judge(twice) == []
    assert judge(replace(twice, faults=kills[:1])) != []


def test_what_was_deleted_with_its_topic_may_be_lost_and_offsets_come_again() -> None:
    """By the operator's hand; what was told of it stays told."""
    run = good()
    anew = Fault("topic_anew", 16.5, 16.6, anew=True)
    again = sighting(17.0, "delivered", 0)
    run = replace(run, exact=False, sightings=[*run.sightings, again])
    assert any("below the watermark" in line for line in judge(run))
    lost = replace(
        without_mail(0)(run),
        logged=run.logged - {"e0"},
        gone=frozenset({"e0"}),
        faults=[*run.faults, anew],
    )
    assert judge(lost) == []


def test_evidence_can_be_judged_later(tmp_path: Path) -> None:
    """What a failed run leaves behind says the same when it is read again."""
    run = moved(good(), sighting(31.0, "delivered", 8, member=2))
    run.save(tmp_path / "evidence.json")
    assert judge(Evidence.load(tmp_path / "evidence.json")) == judge(run) != []


def test_the_summary_of_a_long_run_counts_faults_and_names_complaints() -> None:
    """What goes into the documentation is the sum of what each run wrote, by lane and kind."""
    run = good()
    lost = without_mail(0)(run)
    results = [
        Result("sqlite-whole", 0, run, judge(run), 0, "leases of 3 s"),
        Result("sqlite-whole", 1, lost, judge(lost), 1, "leases of 3 s"),
    ]
    facts = summary([result.facts() for result in results])
    assert facts["faults"] == 2
    assert facts["complaints"] == 1
    text = markdown(facts)
    assert "| sqlite-whole | 0 1 | 2 | 10 | 5 | 2 | 2 | 2 | 2 | 2 | 1 |" in text
    assert "| kill | 2 |" in text
