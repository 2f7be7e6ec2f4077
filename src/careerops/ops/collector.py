"""The garbage collector, for a process that holds many messages for a short time."""

import gc
from typing import Final

YOUNG: Final = 200_000
"""Allocations between two passes over the youngest objects. Python's own figure is 700: with a
thousand handlers at work each pass then finds nearly everything alive, which cost a third of the
engine's processor time; a tenth still went at 50,000, which is less than what the records that
wait on Kafka come and go by (benchmarks/bench_stream.py). Nothing here relies on cycles being
found early: what holds files, sockets or memory is closed; so many small objects are some 20 MB."""
MIDDLE: Final = 20
OLD: Final = 50


def calm_collector() -> None:
    """Look for cycles less often, and never again at what the start has made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
