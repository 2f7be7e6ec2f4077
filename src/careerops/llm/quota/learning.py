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


def begin_trial(state: State) -> None:
    """One call more is on its way: whatever comes of it, the next is tried ten windows later."""
    state.learnt[RPM].full = 0


def end_trial(state: State, now_s: float, *, served: bool) -> None:
    """The call more was served, or refused; then what it was more than stays the limit."""
    learnt = state.learnt.get(RPM)
    if learnt is None or learnt.told:
        return
    learnt.full = 0
    if served:
        learnt.limit, learnt.at = learnt.limit + 1, now_s


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
