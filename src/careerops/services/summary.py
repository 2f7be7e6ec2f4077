"""One message in place of many: what is told beyond an hour's limit."""

from collections.abc import Sequence
from typing import Final

from pydantic import ValidationError

from careerops.domain.identity import digest
from careerops.domain.notification import Notification, NotificationKind
from careerops.domain.render import render_title
from careerops.domain.taxonomy import Urgency
from careerops.ports.ledger import Entry, EntryState

_LINES: Final = 20


def summary_of(folded: Sequence[EntryState]) -> Entry | None:
    """An entry that tells what `folded`, of one channel and account, would have told.

    None where one of them cannot be read: then each is told, or fails, by itself.
    """
    first = folded[0].entry
    titles: list[str] = []
    for state in folded:
        try:
            notification = Notification.model_validate_json(state.entry.payload)
        except ValidationError:
            return None
        titles.append(notification.text or render_title(notification))
    shown = [f"- {title}" for title in titles[:_LINES]]
    if len(titles) > _LINES:
        shown.append(f"and {len(titles) - _LINES} more")
    ids = sorted(state.entry.notification_id for state in folded)
    summary = Notification(
        notification_id=digest("summary", first.channel, first.account, *ids),
        account=first.account,
        kind=NotificationKind.DIGEST,
        urgency=Urgency.HIGH,
        text="\n".join(
            (
                f"{len(titles)} notifications in one, as there were so many this hour:",
                *shown,
                "Each by itself: careerops notifications list --all",
            )
        ),
    )
    payload = summary.model_dump_json().encode()
    return Entry(summary.notification_id, first.channel, first.account, "", payload, None)
