"""Limits that nobody configured: told by the provider, or guessed from a refusal and tried again.

A guess is one call more tried after ten full minutes: served, it is the limit; refused, the old
one is. So a scope whose limit is guessed right is refused once in ten minutes at most.
"""

from typing import Final

from careerops.llm.quota.state import RPM, Learnt, Quota, State

TRY_MORE_AFTER: Final = 10
"""Full windows without a refusal, until one call more than a guessed limit is tried."""


def tell(state: State, quota: Quota, limit: int, now_s: float) -> None:
    """The provider says that `limit` is the limit of `quota`."""
    known = state.learnt.get(quota)
    if known is None or not known.told or known.limit != limit:
        state.learnt[quota] = Learnt(limit, now_s, told=True)


def guess(state: State, served: int, now_s: float) -> None:
    """A call was refused after `served` ones within its minute, and nobody said a limit."""
    known = state.learnt.get(RPM)
    if known is not None and known.told:
        return
    limit = max(1, served)
    state.learnt[RPM] = Learnt(limit if known is None else min(known.limit, limit), now_s)


def may_try_more(state: State) -> bool:
    """Whether one call more than the guessed limit is worth trying."""
    learnt = state.learnt.get(RPM)
    return learnt is not None and not learnt.told and learnt.full >= TRY_MORE_AFTER


def begin_trial(state: State, at: float) -> None:
    """The call named `at` is one more; the next is tried ten windows later."""
    learnt = state.learnt[RPM]
    learnt.full, learnt.trial_at, learnt.trial_served = 0, at, False


def served_trial(state: State, at: float) -> None:
    """The call named `at` was served; what it takes to be the limit is `end_trial`'s to say."""
    learnt = state.learnt.get(RPM)
    if learnt is not None and learnt.trial_at == at:
        learnt.trial_served = True


def end_trial(state: State, now_s: float, minute_s: float) -> None:
    """One more is the limit, if it was served and nothing was refused in its minute.

    Not before that is over: it may have been served in the place of another one.
    """
    learnt = state.learnt.get(RPM)
    if learnt is not None and learnt.trial_served and now_s >= learnt.trial_at + minute_s:
        learnt.limit, learnt.at = learnt.limit + 1, now_s
        learnt.trial_at, learnt.trial_served = 0.0, False


def refused_trial(state: State) -> bool:
    """A call was refused; whether that was for the one more. Then the limit stays what it was."""
    learnt = state.learnt.get(RPM)
    if learnt is None or not learnt.trial_at:
        return False
    learnt.full, learnt.trial_at, learnt.trial_served = 0, 0.0, False
    return True


def note_used(state: State, used: int, now_s: float, minute_s: float) -> None:
    """`used` calls are counted in the minute: remember it if that is all that is guessed."""
    learnt = state.learnt.get(RPM)
    if learnt is None or learnt.told or used < learnt.limit:
        return
    since_s = now_s - learnt.full_at
    # Before the last full one is after it, for a clock that was put back.
    if since_s >= minute_s or since_s < 0:
        in_a_row = 0 <= since_s <= 2 * minute_s
        learnt.full, learnt.full_at = (learnt.full + 1 if in_a_row else 1), now_s
