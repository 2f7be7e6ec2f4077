"""CloudEvents 1.0 attributes as record headers: binary content mode of the Kafka binding.

Source: CloudEvents "Kafka Protocol Binding" 1.0.2, sections 3.2 and 3.2.3: each attribute is a
header `ce_<name>` in UTF-8, the data's media type is the header `content-type`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from careerops.domain.errors import Outage, Permanent
from careerops.domain.verdicts import Headers

_TYPE = re.compile(r"^(?P<name>careerops(?:\.[a-z_]+)+)\.v(?P<version>[1-9][0-9]{0,3})$")

MAX_RECORD_BYTES = 512 * 1024
"""The largest value a record carries; a mail beyond it is truncated."""
MAX_DEAD_LETTER_HEADER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of one event.

    Attributes:
        id: `ce_id`, the identity consumers deduplicate by.
        type: `ce_type`, ending in `.vN`.
        source: `ce_source`, which service wrote it.
        time: `ce_time`, UTC.
        revision: extension attribute `ce_revision`: which decision about the event this is.
        traceparent: W3C trace context that follows one mail through all services.
        replay: header `careerops-replay`: how often it was replayed from the dead letter queue.
    """

    id: str
    type: str
    source: str
    time: datetime
    revision: int = 0
    traceparent: str = ""
    replay: int = 0

    def headers(self) -> Headers:
        """The headers to publish with."""
        pairs = [
            ("ce_specversion", "1.0"),
            ("ce_id", self.id),
            ("ce_source", self.source),
            ("ce_type", self.type),
            ("ce_time", self.time.astimezone(UTC).isoformat().replace("+00:00", "Z")),
            ("ce_revision", str(self.revision)),
            ("content-type", "application/json"),
        ]
        if self.traceparent:
            pairs.append(("traceparent", self.traceparent))
        if self.replay:
            pairs.append(("careerops-replay", str(self.replay)))
        return tuple((name, value.encode()) for name, value in pairs)


def read_envelope(headers: Headers) -> Envelope:
    """The envelope in a record's headers.

    Raises:
        Permanent: an attribute is missing or malformed (reason `undecodable`).
    """
    # The first of a repeated header wins: appended ones cannot change an event's identity.
    found = dict(reversed(headers))
    try:
        return Envelope(
            id=_nonempty(found["ce_id"].decode()),
            type=_nonempty(found["ce_type"].decode()),
            source=found.get("ce_source", b"").decode(),
            time=datetime.fromisoformat(found["ce_time"].decode()).astimezone(UTC),
            revision=int(found.get("ce_revision", b"0").decode()),
            traceparent=found.get("traceparent", b"").decode(),
            replay=int(found.get("careerops-replay", b"0").decode()),
        )
    except (KeyError, ValueError, OverflowError) as error:
        raise Permanent(
            f"the record's CloudEvents headers are unreadable ({type(error).__name__})",
            reason="undecodable",
        ) from None


def _nonempty(value: str) -> str:
    if not value:
        raise ValueError("empty")
    return value


def check_type(actual: str, newest: str) -> None:
    """Accept `actual` if it is `newest`'s type in the same or an older version.

    Raises:
        Outage: the type is known, its version is newer than this release reads: the whole stage
            waits for an upgrade (scope `version:<type>`), because it is not the message's fault.
        Permanent: another type altogether (reason `undecodable`).
    """
    if actual == newest:
        return
    known, seen = _TYPE.match(newest), _TYPE.match(actual)
    if known is None:
        raise ValueError(f"not a versioned event type: {newest}")
    if seen is None or seen["name"] != known["name"]:
        raise Permanent("the record is of another event type", reason="undecodable")
    if int(seen["version"]) > int(known["version"]):
        raise Outage(
            f"events of type {actual} are newer than this release reads: upgrade it",
            scope=f"version:{known['name']}",
        )
