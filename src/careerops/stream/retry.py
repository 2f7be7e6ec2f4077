"""How long a failed message waits, and when it has failed for good."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential delays with jitter.

    Attributes:
        max_attempts: tries that count; the last failure is a dead letter.
        base_delay_s: before the second try; doubles with each further one.
        max_delay_s: cap of our own delays (a server's own is honoured up to `max_park_s`).
        jitter: fraction of the delay that is random, 0..1: failures of one cause spread out.
        max_park_s: nothing is retried later than this after its first parking.
        repeat_after_s: before an effect of unknown outcome is attempted a second time.
    """

    max_attempts: int = 3
    base_delay_s: float = 1.0
    max_delay_s: float = 60.0
    jitter: float = 0.25
    max_park_s: float = 600.0
    repeat_after_s: float = 60.0

    def delay_s(self, failures: int, asked_s: float | None = None) -> float:
        """Seconds to wait after `failures` (1 or more) failures in a row.

        `asked_s` is what the other side asked for: never undercut, jitter only adds to it.
        """
        if asked_s is not None:
            extra_s = min(asked_s * self.jitter, 2.0) * random.random()  # noqa: S311  # spreads load, guards nothing
            return asked_s + extra_s
        full = min(self.max_delay_s, self.base_delay_s * 2.0 ** min(failures - 1, 30))
        return full * (1 - self.jitter * random.random())  # noqa: S311  # spreads load, guards nothing

    def exhausted(self, attempts: int, parked_s: float) -> bool:
        """Whether a message with so many counted attempts, parked so long ago, has failed."""
        return attempts >= self.max_attempts or parked_s > self.max_park_s
