"""W3C trace context: one trace id that follows a mail through all services.

Source: W3C Recommendation "Trace Context", section 3.2: `00-<32 hex>-<16 hex>-<2 hex>`, lower
case, ids not all zero, version `ff` invalid; later versions may append fields after a dash.
"""

import re
import secrets
from typing import Final

_SAMPLED: Final = "01"
_TRACEPARENT = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})"
    r"-(?P<span>(?!0{16})[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<rest>-.*)?"
)


def new_traceparent() -> str:
    """A `traceparent` of a new trace, sampled."""
    return f"00-{_random_hex(16)}-{_random_hex(8)}-{_SAMPLED}"


def is_valid(traceparent: str) -> bool:
    """Whether `traceparent` may be used as it is."""
    return _parse(traceparent) is not None


def trace_id_of(traceparent: str) -> str:
    """The trace id (32 hex digits), '' when `traceparent` is missing or invalid."""
    match = _parse(traceparent)
    return match["trace"] if match else ""


def child_traceparent(traceparent: str) -> str:
    """A new span of the same trace, with its flags; a new trace where the parent is invalid."""
    match = _parse(traceparent)
    if match is None:
        return new_traceparent()
    return f"00-{match['trace']}-{_random_hex(8)}-{match['flags']}"


def valid_traceparent(traceparent: str) -> str:
    """`traceparent` itself if it is valid, else a new one."""
    return traceparent if is_valid(traceparent) else new_traceparent()


def _parse(traceparent: str) -> re.Match[str] | None:
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None or (match["version"] == "00" and match["rest"]):
        return None
    return match


def _random_hex(size_bytes: int) -> str:
    # All zero is invalid by the standard; its chance is that of guessing the id.
    return secrets.token_hex(size_bytes)
