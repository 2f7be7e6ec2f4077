"""Errors by what the engine does about them.

Messages of these errors may be logged and stored: they never carry mail contents, addresses
or secrets. Say which part failed and what to do, not what was in it.
"""

from datetime import datetime


class CareerOpsError(Exception):
    """Base of every error this project raises on purpose."""


class ConfigurationError(CareerOpsError):
    """The configuration is unusable. The message is one line: the key and the remedy."""


class Transient(CareerOpsError):
    """This message failed now and may succeed later; the failure counts as an attempt.

    Attributes:
        retry_after_s: delay in seconds the other side asked for, or None.
        provider: who failed, when the failure may be the provider's rather than the message's:
            then it counts as an attempt only if that provider answered another message
            since this message's last try.
    """

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, provider: str | None = None
    ) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.provider = provider


class Outage(CareerOpsError):
    """Something shared is down. No message is to blame, so this is never an attempt.

    Attributes:
        scope: what is down: a quota scope, a provider, an account, a channel.
        retry_at: when to probe again (UTC), or None when the engine decides.
        exact: it is not down but full, and known to have room again at `retry_at`: nobody has to
            probe it then.
    """

    def __init__(
        self, message: str, *, scope: str, retry_at: datetime | None = None, exact: bool = False
    ) -> None:
        super().__init__(message)
        self.scope = scope
        self.retry_at = retry_at
        self.exact = exact and retry_at is not None


class Throttled(Outage):
    """The other side is up and serves us nothing for now: too many connections, too much asked."""


class Permanent(CareerOpsError):
    """This message can never be processed: dead letter at once.

    Attributes:
        reason: a short machine-readable word, such as ``undecodable`` or ``invalid_answer``.
    """

    def __init__(self, message: str, *, reason: str = "permanent") -> None:
        super().__init__(message)
        self.reason = reason


class OutcomeUnknown(CareerOpsError):
    """An effect was attempted and nobody knows whether it happened (a timeout after sending).

    It is attempted a second time at most, after a delay. Then a person has to decide.

    Attributes:
        final: it must not be attempted again, whoever counts.
        broken: what attempts it is broken: its error, the cause of this one, makes a dead letter.
    """

    def __init__(self, message: str, *, final: bool = False, broken: bool = False) -> None:
        super().__init__(message)
        self.final = final
        self.broken = broken


class Fenced(CareerOpsError):
    """Another owner holds the lease now; this process must stop writing."""


class AlreadyRunning(CareerOpsError):
    """Another live process holds this group or source. The message is one line for a person."""
