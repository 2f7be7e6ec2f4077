"""Reading one folder of an IMAP server, over a connection of its own."""

import asyncio
import email.utils
import re
import time
from collections import deque
from datetime import UTC, date, datetime, timedelta
from typing import Final

from careerops.adapters.mailbox.imap_channel import ConnectionLostError
from careerops.adapters.mailbox.imap_client import (
    Command,
    FolderState,
    ImapClient,
    RefusedError,
    Summary,
)
from careerops.adapters.mailbox.imap_login import log_in
from careerops.adapters.mailbox.imap_options import ImapOptions
from careerops.adapters.mailbox.imap_plan import Group, Planner, is_history
from careerops.adapters.mailbox.imap_position import FolderPosition
from careerops.adapters.mailbox.options import HEAD_BYTES
from careerops.ops.backoff import Backoff
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import Logger
from careerops.ports.mailbox import FetchedMail

_SENT_AHEAD: Final = 2
_BODY: Final = re.compile(rb"\r?\n\r?\n")
_DATE: Final = re.compile(rb"^Date:((?:[^\n]|\n[ \t])*)", re.MULTILINE | re.IGNORECASE)


class FolderRefusedError(Exception):
    """The server does not open this folder."""


class FolderReader:
    """Reads a folder step by step: recent mails, new ones as they come, history in between.

    Nothing runs by itself: who owns the reader calls `step` when there may be something to do.

    Attributes:
        folder: its name.
        position: how far its mails were taken; its owner sets it to what `step` gave.
        rests_until: when to call `step` though the server tells nothing, by the loop's clock;
            None: at once.
        caught_up: whether everything the folder holds has been given.
        served: how often the server has given us what we are here for.
    """

    def __init__(
        self,
        folder: str,
        position: FolderPosition | None,
        *,
        options: ImapOptions,
        known: frozenset[str],
        activity: asyncio.Event,
        log: Logger,
        follow: bool,
    ) -> None:
        """Read on from `position`, leaving out the locators in `known`.

        With `follow` it waits for news at the end, else it only stops there.
        """
        self.folder = folder
        self.position = position
        self.rests_until: float | None = None
        self.caught_up = False
        self.served = 0
        self._options = options
        self._activity = activity
        self._log = log
        self._follow = follow
        self._idles = options.idle
        self._planner = Planner(options, known, log)
        self._backoff = Backoff(time.monotonic, options.retry_max_s)
        self._client: ImapClient | None = None
        self._lost: ConnectionLostError | None = None
        self._throttled = False
        self._groups: deque[Group] = deque()
        self._sent: deque[tuple[Group, Command | None]] = deque()
        self._bodies: dict[int, bytes] = {}

    async def step(self) -> list[tuple[FolderPosition, FetchedMail | None]]:
        """Do the next piece of work; the mails it gave, each with the position after it.

        None in place of a mail: the position passes one that is gone or known.

        Raises:
            ConfigurationError: the CA file or the secret cannot be read.
            ConnectionLostError: the connection is over; what it gave before was returned.
            CredentialsError: the server refuses us.
            FolderRefusedError: it does not open the folder.
        """
        if self._lost is not None:
            raise self._lost
        if self._is_resting():
            return []
        try:
            return await self._work()
        except RefusedError as error:
            raise _lost_by(error) from None

    async def _work(self) -> list[tuple[FolderPosition, FetchedMail | None]]:
        if self._client is None or self.position is None:
            await self._open()
            return []
        position, client = self.position, self._client
        await self._wake(client)
        if not self._sent and (client.arrivals or not self._groups):
            client.arrivals = False
            prefix = self._prefix(position)
            position, groups = await self._planner.plan(client, position, prefix)
            # New mails interrupt history: what was planned of it is planned again later.
            self._groups = deque(groups)
            self.position = position
        if self._sent or self._groups:
            return await self._read_group(client, position)
        await self._rest(client)
        return []

    async def drop(self) -> None:
        """Close the connection; the next `step` makes another. Idempotent."""
        client, self._client = self._client, None
        self._forget_connection()
        if client is not None:
            await client.close()

    def retry_later(self, *, slowly: bool) -> float:
        """Rest before the next attempt to connect: longer each time, jittered; how long (s).

        `slowly` is for what only a person can mend.
        """
        delay_s = self._backoff.next_s(refused=slowly)
        self.rests_until = asyncio.get_running_loop().time() + delay_s
        return delay_s

    def _forget_connection(self) -> None:
        self.caught_up = False
        self.rests_until = None
        self._throttled = False
        self._lost = None
        self._groups.clear()
        self._sent.clear()
        self._bodies.clear()

    def _is_resting(self) -> bool:
        if self.rests_until is None:
            return False
        if self._client is not None and self._client.idling:
            self._client.hear()
            if self._client.arrivals:
                return False
        return asyncio.get_running_loop().time() < self.rests_until

    async def _wake(self, client: ImapClient) -> None:
        """Take the connection out of its rest; that it answers proves that it is alive."""
        if self.rests_until is None:
            return
        if client.idling:
            await client.stop_idle()
        else:
            await client.noop()
        self.rests_until = None
        self.caught_up = False

    def _was_served(self, *, gave: bool) -> None:
        self.served += 1
        self._backoff.served(gave=gave)

    async def _open(self) -> None:
        self.rests_until = None
        self._client = client = await log_in(self._options, self._activity)
        try:
            state = await client.examine(self.folder)
            last_uid = (state.uid_next or 0) - 1
            if state.uid_next is None:
                last_uid = max(await client.search(b"ALL"), default=0)
        except RefusedError as error:
            if error.temporary:
                raise ConnectionLostError("refused_now") from None
            raise FolderRefusedError from None
        before = self.position
        if before is None or _is_another(before, state):
            # `since` stays: what arrived since the first sync was told, or is to be.
            since = self._since() if before is None else before.since
            self._planner.begin_anew()
            self.position = FolderPosition.beginning(state, max(last_uid, 0), since)
        self._log.info(LogEvent.SOURCE_CONNECTED, host=self._options.host, count=state.mails)

    def _since(self) -> int:
        since = self._options.since
        if isinstance(since, date):
            return int(datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp())
        return int((datetime.now(UTC) - timedelta(days=since)).timestamp())

    async def _read_group(
        self, client: ImapClient, position: FolderPosition
    ) -> list[tuple[FolderPosition, FetchedMail | None]]:
        """Read the answer for one group, with the next already asked for."""
        while self._groups and len(self._sent) < (1 if client.arrivals else _SENT_AHEAD):
            self._send(client, self._groups.popleft())
        group, command = self._sent.popleft()
        if command is not None:
            await self._receive(client, command)
        given: list[tuple[FolderPosition, FetchedMail | None]] = []
        for uid in group.uids:
            mail = None
            if uid in group.wanted:
                raw = self._bodies.pop(uid, None)
                if raw is None:
                    if not self._throttled:
                        self._planner.strike(uid)
                    self._lost = self._lost or ConnectionLostError("undelivered")
                    break
                mail = self._mail(group, position, group.wanted[uid], raw)
                self._planner.taken(group, uid)
            position = group.advance(position, uid)
            given.append((position, mail))
        if self._lost is not None and not given:
            raise self._lost
        gave = any(mail is not None for _, mail in given)
        if gave or not group.wanted:
            self._was_served(gave=gave)
        return given

    def _send(self, client: ImapClient, group: Group) -> None:
        wanted = [uid for uid in group.uids if uid in group.wanted]
        command = None
        if wanted:
            size = sum(group.wanted[uid].size for uid in wanted)
            head = HEAD_BYTES if group.head else None
            command = client.send_fetch(wanted, size=min(size, head or size), head=head)
        self._sent.append((group, command))

    async def _receive(self, client: ImapClient, command: Command) -> None:
        """Read an answer into `_bodies`; what came before a failure counts."""
        try:
            await client.bodies(command, self._bodies)
        except RefusedError as error:
            self._throttled = error.throttled  # no mail is to blame for that
            self._lost = _lost_by(error)
        except ConnectionLostError as error:
            self._lost = error

    def _mail(
        self, group: Group, position: FolderPosition, summary: Summary, raw: bytes
    ) -> FetchedMail:
        history = group.phase != "live" and is_history(summary, position)
        # Mails that were copied here from elsewhere may all have arrived today.
        copied = group.phase != "live" and _sent_before(raw, position.since)
        return FetchedMail(
            raw=raw,
            size=max(summary.size, len(raw)),
            locator=f"{self._prefix(position)}{summary.uid}",
            received_at=summary.received_at,
            labels=(self.folder,),
            backfill=history or copied,
        )

    def _prefix(self, position: FolderPosition) -> str:
        """What stands before the UID in a locator, after RFC 5092's form of an IMAP URL."""
        return f"{self.folder};UIDVALIDITY={position.validity};UID="

    async def _rest(self, client: ImapClient) -> None:
        self.caught_up = True
        self._was_served(gave=False)
        rest_s = self._options.poll_s
        if self._follow and self._idles and b"IDLE" in client.capabilities:
            try:
                await client.start_idle()
                rest_s = self._options.idle_check_s
            except RefusedError:
                self._idles = False
        self.rests_until = asyncio.get_running_loop().time() + rest_s


def _lost_by(error: RefusedError) -> ConnectionLostError:
    """What a command's refusal makes of the connection."""
    return ConnectionLostError("refused_now" if error.temporary else "refused")


def _is_another(position: FolderPosition, state: FolderState) -> bool:
    """Whether the folder's UIDs are not those of `position`.

    UIDs that went back are others too, whatever a broken server says of their validity.
    """
    went_back = state.uid_next is not None and position.live >= state.uid_next
    return position.validity != state.uid_validity or went_back


def _sent_before(raw: bytes, since: int) -> bool:
    """Whether the mail's Date is before `since`; False if it has none that can be read."""
    match = _DATE.search(_BODY.split(raw[:HEAD_BYTES], maxsplit=1)[0])
    if match is None:
        return False
    try:
        date = email.utils.parsedate_to_datetime(match[1].decode("ascii", "replace"))
        return date.replace(tzinfo=date.tzinfo or UTC).timestamp() < since
    except (ValueError, OverflowError, TypeError):
        return False
