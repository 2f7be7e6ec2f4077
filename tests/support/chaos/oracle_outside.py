"""What the oracle says about sends whose outcome an outside left open."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from support.chaos.evidence import Effect, Evidence

AT_MOST: Final = 2
"""Deliveries of one notification by one channel, whatever happens: one, and one in doubt."""
_OVER: Final = frozenset({"sent", "unknown", "failed"})
"""How an entry of a mail that is told may end here: none of them is too old to be told."""


def at_most_twice(evidence: Evidence) -> Iterator[str]:
    """Nobody is told the same by a channel more than twice."""
    counts = Counter((effect.number, effect.channel) for effect in evidence.effects)
    for (number, channel), times in counts.items():
        if times > AT_MOST:
            yield f"mail {number} was told {times} times by {channel or 'its channel'}"


def admitted_sends(evidence: Evidence) -> Iterator[str]:
    """What was to be told has an end in the ledger; what may not be told is not called told."""
    numbers = {mail.event_id: mail.number for mail in evidence.inputs}
    last: dict[int, Effect] = {effect.number: effect for effect in evidence.effects}
    entered: set[int] = set()
    dead = {letter.event_id for letter in evidence.letters}
    for entry in evidence.told:
        number = numbers.get(entry.event_id)
        if number is None:
            continue  # an alert
        entered.add(number)
        effect = last.get(number)
        if entry.status not in _OVER:
            yield f"mail {number} is {entry.status} by {entry.channel} after all is over"
        elif entry.status != "sent" and not entry.listed:
            yield f"mail {number} is {entry.status} by {entry.channel}, and nobody is shown that"
        if entry.status == "sent" and effect is not None and effect.lost:
            yield f"mail {number} is called told by {entry.channel}, and nothing has said so"
        if entry.status == "failed" and entry.event_id not in dead:
            yield f"mail {number} failed by {entry.channel} without a dead letter"
    for number in sorted(last.keys() - entered):
        if number >= 0:
            yield f"mail {number} was told, and the ledger does not know of it"
