"""Who is told: resolved for each notification's account, never globally."""

from collections.abc import Mapping
from typing import TypeVar

from careerops.domain.errors import Permanent
from careerops.domain.notification import Notification

T = TypeVar("T")


def recipient_of(notification: Notification, to: T | Mapping[str, T], own_account: str) -> T:
    """The recipients of `notification`.

    Args:
        notification: what to tell; its account decides.
        to: the recipients of `own_account`, or those of each account by name.
        own_account: the account that the channel is configured for.

    Raises:
        Permanent: nobody is configured for the account (reason `no_recipient`). Telling another
            account's recipients would leak its mail.
    """
    if isinstance(to, Mapping):
        if notification.account in to:
            return to[notification.account]
    elif notification.account == own_account:
        return to
    raise Permanent("nobody is configured for this account: set `to`", reason="no_recipient")
