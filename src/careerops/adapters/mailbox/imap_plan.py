"""What to read next in a folder of an IMAP server, and in which portions."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from careerops.adapters.mailbox.imap_client import ImapClient, Summary
from careerops.adapters.mailbox.imap_options import ImapOptions
from careerops.adapters.mailbox.imap_position import FolderPosition
from careerops.adapters.mailbox.imap_syntax import search_date
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import Logger

Phase = Literal["recent", "live", "past"]
"""The place of a `FolderPosition` that a mail advances."""

_PLAN_MAILS: Final = 200
_GROUP_MAILS: Final = 50
_GROUP_BYTES: Final = 1024 * 1024
_STRIKES_TO_HEAD: Final = 3
_STRIKES_TO_SKIP: Final = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Mails to ask for at once.

    Attributes:
        phase: which place of the position they advance.
        uids: ascending; passed over are those that are gone, known or not wanted.
        wanted: UID -> summary of the others.
        head: only their first 64 KiB are wanted.
    """

    phase: Phase
    uids: tuple[int, ...]
    wanted: Mapping[int, Summary]
    head: bool = False

    def advance(self, position: FolderPosition, uid: int) -> FolderPosition:
        """`position` after `uid` was taken."""
        if self.phase == "recent":
            return replace(position, recent=uid)
        if self.phase == "past":
            return replace(position, past=uid)
        return replace(position, live=uid)


class Planner:
    """Decides what is read next: recent mails, then new ones as they come, history in between.

    A mail whose delivery fails again and again (`strike`) is asked for alone, then for its head
    alone, then passed over with an error in the log: it must not hold up all that follow it.
    """

    def __init__(self, options: ImapOptions, known: frozenset[str], log: Logger) -> None:
        """Leave out mails whose locator is in `known`."""
        self._options = options
        self._known = known
        self._log = log
        self._strikes: Counter[int] = Counter()
        self._told: set[int] = set()
        self._listed: dict[Phase, list[int]] = {}

    def begin_anew(self) -> None:
        """The UIDs known so far mean nothing any more."""
        self._strikes.clear()
        self._told.clear()
        self._listed.clear()

    def taken(self, group: Group, uid: int) -> None:
        """`uid` was delivered."""
        self._strikes.pop(uid, None)
        if group.phase == "recent":
            self._told.add(uid)

    def strike(self, uid: int) -> None:
        """`uid` was asked for and did not come."""
        self._strikes[uid] += 1

    async def plan(
        self, client: ImapClient, position: FolderPosition, prefix: str
    ) -> tuple[FolderPosition, list[Group]]:
        """The groups to read next; none when everything is read, and the position then.

        `prefix` and a UID make a locator.
        """
        phases: tuple[Phase, ...] = ("recent", "live", "past") if position.start else ("live",)
        for phase in phases:
            uids = (await self._waiting(client, position, phase))[:_PLAN_MAILS]
            if uids:
                found = await client.summaries(uids)
                wanted = {
                    summary.uid: summary
                    for summary in found
                    if f"{prefix}{summary.uid}" not in self._known
                    and self._is_wanted(summary, position, phase)
                }
                return position, self._grouped(phase, uids, wanted)
        self.begin_anew()
        return position.without_history(), []

    async def _waiting(
        self, client: ImapClient, position: FolderPosition, phase: Phase
    ) -> list[int]:
        """The UIDs still to be read in `phase`, ascending."""
        if phase == "live":
            # `n:*` always names the last mail too, even one below n (RFC 3501, section 6.4.8).
            found = await client.search(b"UID %d:*" % (position.live + 1))
            return found[bisect_right(found, position.live) :]
        if phase not in self._listed:
            self._listed[phase] = await self._listing(client, position, phase)
        listed = self._listed[phase]
        done = position.recent if phase == "recent" else position.past
        return listed[bisect_right(listed, done) :]

    async def _listing(
        self, client: ImapClient, position: FolderPosition, phase: Phase
    ) -> list[int]:
        if phase == "recent":
            # SINCE knows days only, in a zone of the server's own: a day earlier is enough.
            day = datetime.fromtimestamp(position.since, UTC) - timedelta(days=1)
            return await client.search(b"UID 1:%d SINCE %s" % (position.start, search_date(day)))
        if not self._options.history:
            return []
        # Not by date: a recent mail that the server's idea of dates left out comes here, and a
        # restart in between repeats the recent ones. Neither loses a mail.
        found = await client.search(b"UID %d:%d" % (position.past + 1, position.start))
        return [uid for uid in found if uid not in self._told]

    def _is_wanted(self, summary: Summary, position: FolderPosition, phase: Phase) -> bool:
        if self._strikes[summary.uid] >= _STRIKES_TO_SKIP:
            self._log.error(LogEvent.EMAIL_SKIPPED, reason="undelivered", bytes=summary.size)
            return False
        return phase == "live" or self._options.history or not is_history(summary, position)

    def _grouped(
        self, phase: Phase, uids: Sequence[int], wanted: Mapping[int, Summary]
    ) -> list[Group]:
        most = 1 if any(uid in self._strikes for uid in uids) else _GROUP_MAILS
        groups: list[Group] = []
        pending: list[int] = []
        size = 0
        for uid in uids:
            mail_bytes = wanted[uid].size if uid in wanted else 0
            head = (
                mail_bytes > self._options.max_mail_bytes or self._strikes[uid] >= _STRIKES_TO_HEAD
            )
            if pending and (head or len(pending) >= most or size + mail_bytes > _GROUP_BYTES):
                groups.append(Group(phase, tuple(pending), wanted))
                pending, size = [], 0
            if head:
                groups.append(Group(phase, (uid,), wanted, head=True))
            else:
                pending.append(uid)
                size += mail_bytes
        if pending:
            groups.append(Group(phase, tuple(pending), wanted))
        return groups


def is_history(summary: Summary, position: FolderPosition) -> bool:
    """Whether a mail of the first sync is older than what is told."""
    return summary.received_at is None or summary.received_at.timestamp() < position.since
