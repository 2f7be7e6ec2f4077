"""What every adapter is given when bootstrap constructs it."""

from dataclasses import dataclass

from careerops.ops.metrics import Metrics
from careerops.ports.cache import Cache
from careerops.ports.clock import Clock
from careerops.ports.documents import Documents


@dataclass(frozen=True, slots=True)
class PartContext:
    """The surroundings of a part.

    An adapter class is constructed as `Class(options, context)`, where `Class.Options` is the
    pydantic model its configuration table is validated against.

    Attributes:
        clock: time.
        cache: for answers worth keeping.
        metrics: the one set of metrics of this process.
        documents: what processes keep together.
        account: whose mailbox or channel it is.
        name: the part's identity in configuration, log and ledger (a channel's name, say).
    """

    clock: Clock
    cache: Cache
    metrics: Metrics
    documents: Documents
    account: str = "me"
    name: str = ""
