"""Where the program runs during a chaos run, as a configuration object.

A lane says which processes there are, what may be done to them and to what they stand on. The
driver knows no log by name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from support.chaos.inputs import ACCOUNT

TOKEN_VARIABLE: Final = "CHAOS_TOKEN"
CONCURRENCY: Final = 8
REPEAT_S: Final = 60.0
SHORT_REPEAT_S: Final = 4.0
"""Instead of the product's minute, so that a run has time for repeats."""
FIRST_CHANNEL: Final = 106540352242922

_MAILBOX: Final = """\
[[mailbox]]
account = "{account}"
kind = "mbox"
path = "{path}"
poll_s = 0.05
[[notifier]]
account = "{account}"
name = "phone{number}"
kind = "whatsapp"
phone_number_id = "{channel}"
access_token = "env:{token}"
to = "{to}"
base_url = "{url}"
timeout_s = 3
"""
_LOCKED: Final = """\
[[mailbox]]
account = "locked"
kind = "imap"
host = "{host}"
port = {port}
tls = "none"
username = "locked"
password = "env:{token}"
[[notifier]]
account = "locked"
name = "file"
kind = "jsonl"
path = "locked.jsonl"
"""
_PARTS: Final = """\
[[classifier]]
kind = "openai"
base_url = "{url}/v1"
model = "chaos"
timeout_s = 5
[classify]
concurrency = {concurrency}
fallback = "{fallback}"
on_outage = "hold"
[notify]
max_sends_per_hour = 10000
[http]
port = 0
"""


@dataclass(frozen=True, slots=True)
class MemberSpec:
    """One process of the program.

    Attributes:
        name: for the harness.
        command: which command of `careerops` it is.
        handlers: runs of the classify handler that end unsettled if it dies: its concurrency.
        effects: sends that are under way at most: one a channel and account.
        groups: consumer groups that it is a member of.
        points: fault points that it passes.
        ahead_s: seconds that its clock is ahead of the others'.
    """

    name: str
    command: str
    handlers: int
    effects: int
    groups: Sequence[str]
    points: Sequence[str]
    ahead_s: float = 0.0


class Outage(Protocol):
    """Something that the program stands on and that can be taken away."""

    def begin(self) -> None:
        """Take it away."""
        ...

    def end(self) -> None:
        """Give it back."""
        ...


@dataclass(frozen=True, slots=True)
class Lane:
    """Where the program runs.

    Attributes:
        name: `sqlite` or `kafka`.
        log: the lines of the configuration that name log and store.
        members: the processes; those of one command are members of one group.
        outages: what can be taken away, by name; while it is, the log cannot be written.
        exact: one transaction settles, so nothing settled is ever delivered again.
        lease_s: how long somebody silent keeps what he holds: a group, a session.
        replaced: a silent member is replaced by a new process (its group has one member at a
            time); otherwise the other members take over, and it rejoins them.
        anew: the outages after which what the log held is gone, by the operator's hand.
        held: messages that a worker holds at most, whose handlers may have ended unsettled while
            the log could not be written.
        is_free: whether nobody who is stopped now holds up everybody else for as long as he is.
        repeat_s: after how long a send of unknown outcome is begun once more.
        fallback: what answers where no provider does: `none` or `rules`.
        accounts: whose mailboxes there are; each has a channel of its own.
        refused: where the mailbox of one more account is, which lets nobody in ("host:port").
        environment: of the members, besides what plants the faults.
        note: what there is to know about it, for the summary.
    """

    name: str
    log: str
    members: Sequence[MemberSpec]
    outages: Mapping[str, Outage]
    exact: bool
    lease_s: float
    replaced: bool
    anew: Sequence[str] = ()
    held: int = 64
    is_free: Callable[[], bool] = lambda: True
    repeat_s: float = SHORT_REPEAT_S
    fallback: str = "none"
    accounts: Sequence[str] = (ACCOUNT,)
    refused: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def shared(self, accounts: Sequence[str], refused: str) -> "Lane":
        """The lane for so many accounts, one more of which lets nobody in; each has its sends."""
        members = [replace(m, effects=m.effects * len(accounts)) for m in self.members]
        return replace(self, members=members, accounts=accounts, refused=refused)

    def configuration(self, url: str) -> str:
        """The configuration file, with everything outside at `url`."""
        parts = _PARTS.format(concurrency=CONCURRENCY, url=url, fallback=self.fallback)
        mailboxes = "".join(
            _MAILBOX.format(
                account=account,
                path="inbox.mbox" if account == ACCOUNT else f"inbox-{account}.mbox",
                number=number,
                channel=FIRST_CHANNEL + number,
                to=491700000000 + number,
                token=TOKEN_VARIABLE,
                url=url,
            )
            for number, account in enumerate(self.accounts)
        )
        host, _, port = self.refused.partition(":")
        locked = _LOCKED.format(host=host, port=port, token=TOKEN_VARIABLE) if port else ""
        return f"{self.log}\n{parts}{mailboxes}{locked}"
