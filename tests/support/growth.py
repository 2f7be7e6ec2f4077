"""How the cost of a function grows with its input: a law, where a time would be the machine's."""

import time
from collections.abc import Callable
from typing import Final

FOURFOLD: Final = 10.0
"""Four times the text costs 4 times as much if each character is looked at a fixed number of times,
and 16 times as much if it is looked at again for every other one."""
_ROUNDS = 3


def growth(call: Callable[[str], object], unit: str, chars: int) -> float:
    """How many times as much processor time a text of `chars` takes as a quarter of it.

    The text is `unit` again and again. The least of several rounds counts: whatever else the
    machine does only adds.
    """
    whole = (unit * (chars // len(unit) + 1))[:chars]
    costs = [(_cost(call, whole[: chars // 4]), _cost(call, whole)) for _ in range(_ROUNDS)]
    return min(each for _, each in costs) / min(each for each, _ in costs)


def _cost(call: Callable[[str], object], text: str) -> float:
    began = time.process_time_ns()
    call(text)
    return max(1, time.process_time_ns() - began)
