"""How one mailbox fares: what a person, an alert and a metric can see of it.

    CONNECTING --a contact--> READING --caught up--> FOLLOWING
    any        --trouble----> THROTTLED, REFUSED or DOWN, until the next contact

A contact is that the source served us: a mail, its end, a proof that a waiting connection lives.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from careerops.domain.errors import CareerOpsError, ConfigurationError, Throttled
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics
from careerops.ops.redaction import safe_text
from careerops.ports.clock import Clock
from careerops.ports.mailbox import MailboxState, Standing

HEALTHY: Final = frozenset({MailboxState.READING, MailboxState.FOLLOWING})
TROUBLED: Final = frozenset({MailboxState.THROTTLED, MailboxState.REFUSED, MailboxState.DOWN})


class MailboxWatch:
    """The state of one mailbox. Only the event loop touches it.

    Attributes:
        name, account: by which a person knows it; unique together.
        source: the mailbox's own name, which keys its cursor.
        active: whether this process reads it; another may, while this one stands by.
        state, since, reason: how it fares, since when (UTC), and why.
        last_contact, last_mail: when the source served us, and when its newest mail arrived (UTC).
        on_change: called when the state or its reason is another.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        metrics: Metrics,
        account: str,
        name: str,
        source: str,
        kind: str,
        where: str = "",
    ) -> None:
        """Say of the mailbox `name` of `account`, at `where` of the configuration, how it fares."""
        self.name = name
        self.account = account
        self.source = source
        self.active = False
        self.state = MailboxState.CONNECTING
        self.since = clock.now()
        self.reason = ""
        self.last_contact: datetime | None = None
        self.last_mail: datetime | None = None
        self.on_change: Callable[[], None] | None = None
        self._clock = clock
        self._served_at = clock.monotonic()
        self._gauges = {
            state: metrics.mailbox_state.labels(where or name, state.value)
            for state in MailboxState
        }
        self._contact_gauge = metrics.mailbox_last_contact.labels(where or name)
        self._logger = get_logger("ingest").bind(source_kind=kind, account=account)

    @property
    def silent_s(self) -> float:
        """Seconds since the last contact, or since it was first tried.

        The sleep of a suspended machine is not counted.
        """
        return self._clock.monotonic() - self._served_at

    def begin(self) -> None:
        """This process reads it from now on."""
        self.active = True
        self._served_at = self._clock.monotonic()
        self.since = self._clock.now()
        self._show()
        if self.on_change is not None:
            self.on_change()

    def remember(self, last_contact: datetime | None, last_mail: datetime | None) -> None:
        """What an earlier process left of it."""
        self.last_contact = self.last_contact or last_contact
        self.last_mail = self.last_mail or last_mail

    def told(self, standing: Standing) -> None:
        """The mailbox said so itself."""
        if standing.state in HEALTHY:
            self.contact(following=standing.state is MailboxState.FOLLOWING)
        else:
            self._enter(standing.state, standing.reason)

    def contact(self, *, following: bool) -> None:
        """The source served us just now; `following`: it was read to its end."""
        self.last_contact = self._clock.now()
        self._served_at = self._clock.monotonic()
        self._contact_gauge.set(self.last_contact.timestamp())
        self._enter(MailboxState.FOLLOWING if following else MailboxState.READING, "")

    def mail(self, received_at: datetime | None) -> None:
        """A mail was read, which arrived at `received_at`."""
        now = self._clock.now()
        # A server's time may be of tomorrow; it is never believed beyond now.
        arrived = min(received_at or now, now)
        self.last_mail = max(self.last_mail or arrived, arrived)

    def trouble(self, error: BaseException) -> None:
        """Reading it ended with `error`."""
        self._enter(state_of(error), reason_of(error))

    def _enter(self, state: MailboxState, reason: str) -> None:
        reason = safe_text(reason)
        if state is self.state and reason == self.reason:
            return
        if state is not self.state:
            self.since = self._clock.now()
            write = self._logger.info if state in HEALTHY else self._logger.warning
            write(LogEvent.MAILBOX_STATE, source=self.name, status=state.value, reason=reason)
        self.state, self.reason = state, reason
        self._show()
        if self.on_change is not None:
            self.on_change()

    def _show(self) -> None:
        for state, gauge in self._gauges.items():
            gauge.set(self.active and state is self.state)


def state_of(error: BaseException) -> MailboxState:
    """What a mailbox's error makes of it."""
    if isinstance(error, ConfigurationError):
        return MailboxState.REFUSED
    return MailboxState.THROTTLED if isinstance(error, Throttled) else MailboxState.DOWN


def reason_of(error: BaseException) -> str:
    """Why, in one line: of a foreign error the type alone, because its text may hold anything."""
    if isinstance(error, CareerOpsError):
        return str(error) or type(error).__name__
    return f"reading it ended unexpectedly ({type(error).__name__}): it is tried again"
