"""What an error of the WhatsApp Cloud API means for a notification.

Source: Meta, "WhatsApp Business Platform: Cloud API, Error Codes": branch on `error.code`; titles
and messages may change.
"""

from datetime import datetime, timedelta
from typing import Final

from careerops.domain.errors import CareerOpsError, Outage, OutcomeUnknown, Permanent, Transient
from careerops.ops.http import Response

TOKEN_EXPIRED: Final = 190
_LONGEST_S: Final = 86_400.0
OUTSIDE_WINDOW: Final = 131047
"""More than 24 hours since the person wrote last: only an approved template may be sent."""

_FULL_S: Final = {
    4: 60.0,  # application rate limit
    80007: 60.0,  # business account rate limit
    130429: 10.0,  # throughput
    131048: 3600.0,  # spam rate limit
    131056: 6.0,  # one message in 6 s to one recipient
}
"""Limits, and the seconds after which there is room again: no message is to blame for them."""
_FULL_UNNAMED_S: Final = 60.0
_DELAYS_S: Final = {
    1: None,  # unknown, "possibly temporary"
    2: None,  # temporarily down
    131000: None,  # something went wrong
    131016: None,  # service overloaded
    131057: 300.0,  # account in maintenance
    133004: None,  # server temporarily unavailable
}
_CHANNEL_DOWN: Final = {
    0: "the access token is not accepted: renew it",
    3: "the access token lacks a permission: grant whatsapp_business_messaging",
    10: "the access token lacks a permission: grant whatsapp_business_messaging",
    33: "the phone number was deleted: check phone_number_id",
    190: "the access token has expired: renew it",
    368: "the account is blocked for a policy violation: see the vendor's account page",
    131005: "the access token lacks a permission: grant whatsapp_business_messaging",
    131031: "the account is locked: see the vendor's account page",
    131042: "the account's payment method fails: see the vendor's account page",
    131045: "the phone number is not registered: register it",
    133010: "the phone number is not registered: register it",
}
_PERMISSIONS: Final = range(200, 300)
_UNAUTHORIZED: Final = {401, 403}
_TOO_MANY, _UNAVAILABLE, _SERVER_ERRORS = 429, 503, 500


def error_code(response: Response) -> int | None:
    """`error.code` of a response, None without one."""
    code = response.value("error", "code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def failure_of(
    response: Response, channel: str, asked_s: float | None, now: datetime
) -> CareerOpsError:
    """What to raise for a refused send.

    Args:
        response: with a status of 300 or more.
        channel: name of the channel, for the scope of an outage.
        asked_s: the delay that the response's headers ask for.
        now: UTC.
    """
    code, status = error_code(response), response.status
    if code in _FULL_S or (code is None and status == _TOO_MANY):
        wait_s = _FULL_S.get(code or 0, _FULL_UNNAMED_S) if asked_s is None else asked_s
        what = f"{channel}: the vendor's limit is reached (code {code}, status {status})"
        at = now + timedelta(seconds=min(wait_s, _LONGEST_S))
        return Outage(what, scope=f"channel:{channel}", retry_at=at, exact=True)
    return _refused(code, status, channel, asked_s)


def _refused(code: int | None, status: int, channel: str, asked_s: float | None) -> CareerOpsError:
    """What to raise for anything but a limit."""
    if code is None:
        return _without_code(status, channel, asked_s)
    if code in _DELAYS_S:
        delay_s = _DELAYS_S[code] if asked_s is None else asked_s
        return Transient(f"{channel}: the vendor asks to wait (code {code})", retry_after_s=delay_s)
    if code in _CHANNEL_DOWN or code in _PERMISSIONS:
        what = _CHANNEL_DOWN.get(code, "the access token lacks a permission: renew it")
        return Outage(f"{channel}: {what} (code {code})", scope=f"channel:{channel}")
    if code == OUTSIDE_WINDOW:
        return Permanent(
            f"{channel}: the person has not written for 24 hours: set `template`",
            reason="outside_window",
        )
    if status >= _SERVER_ERRORS:
        return Transient(f"{channel}: the vendor failed (code {code})", retry_after_s=asked_s)
    return Permanent(f"{channel}: the vendor refuses it (code {code})", reason="refused")


def _without_code(status: int, channel: str, asked_s: float | None) -> CareerOpsError:
    """Not the vendor's own answer, or an unreadable one."""
    if status in _UNAUTHORIZED:
        what = f"{channel}: the access token is not accepted: renew it (status {status})"
        return Outage(what, scope=f"channel:{channel}")
    if status == _UNAVAILABLE:
        return Transient(f"{channel}: asked to wait (status {status})", retry_after_s=asked_s)
    if status >= _SERVER_ERRORS:
        # A gateway that lost the vendor does not know what the vendor did.
        return OutcomeUnknown(f"{channel}: a gateway answered with status {status}")
    return Permanent(f"{channel}: refused with status {status}", reason="refused")
