"""Ingest: from a mailbox to the log, each mail once, the source's position never ahead.

    fetch -> (queue) -> parse -> identify conversation -> publish -> commit cursor, seen, roots

Published and acknowledged first, then cursor and seen-ids in one transaction under the source's
lease: killed in between, the same mails are published again and consumers deduplicate by verdict.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from functools import partial

from careerops.domain.email import RAW_EMAIL_TYPE
from careerops.domain.errors import AlreadyRunning, ConfigurationError, Outage
from careerops.domain.identity import account_key
from careerops.domain.topics import RAW_BACKFILL, RAW_INBOX
from careerops.domain.verdicts import Record
from careerops.ops.clock import next_beat
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics
from careerops.ops.tracing import new_traceparent
from careerops.ports.clock import Clock
from careerops.ports.cursors import CursorStore, Intake, Lease
from careerops.ports.eventlog import EventLog
from careerops.ports.mailbox import CaughtUp, FetchedMail, Mailbox, MendingMailbox, Standing
from careerops.ports.mailparser import MailParser, ParsedMail, ParseRequest
from careerops.services.batch import Batch
from careerops.services.conversations import Conversations
from careerops.services.envelopes import event_record
from careerops.services.mailbox_state import HEALTHY, MailboxWatch
from careerops.services.source_guard import Items, SourceError, guarded, vital
from careerops.services.source_progress import SourceProgress
from careerops.services.source_retry import SourceRetry
from careerops.services.unparsed import unparsed_letter

_QUEUE_MAILS, _RETRY_S, _STAND_BY_S = 400, 2.0, 3.0
_Item = FetchedMail | CaughtUp | None


class SourceReader:
    """Reads one mailbox into the log, under a lease.

    Whatever the mailbox does is its own state and is tried again (`watch`); only what happens to
    log and stores, or a lease that is lost, ends the reader.
    """

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        kind: str,
        account: str,
        log: EventLog,
        cursors: CursorStore,
        parser: MailParser,
        clock: Clock,
        metrics: Metrics,
        owner: str,
        where: str = "",
        name: str = "",
        topic: str | None = None,
        stand_by: bool = False,
        sole: bool = True,
    ) -> None:
        """Read `mailbox` for `account`, into `topic` if given, else as live or backfill.

        `where` is the mailbox's key in the configuration, for errors that concern it, `name` its
        name there. With `stand_by` a source that another process reads is waited for: it may end
        any time. A `sole` mailbox that refuses us before it was ever read ends the reader: that is
        a mistake of who configured it just now.
        """
        self._sole = sole
        self._stand_by = stand_by
        self._where = where
        self._mailbox = mailbox
        self._kind = kind
        self._account = account
        self._log = log
        self._cursors = cursors
        self._parser = parser
        self._clock = clock
        self._owner = owner
        self._topic = topic
        self.on_progress: Callable[[SourceProgress], None] | None = None
        self._ingested = metrics.emails_ingested.labels(kind)
        self._logger = get_logger("ingest")
        self._lease: Lease | None = None
        self._conversations = Conversations(cursors, account)
        self._read_before = False
        self._failure: SourceError | None = None
        self._retry = SourceRetry(mailbox, cursors, clock)
        self.progress = SourceProgress()
        self.watch = MailboxWatch(
            clock=clock,
            metrics=metrics,
            account=account,
            name=name or kind,
            source=mailbox.name,
            kind=kind,
            where=where,
        )
        self._mends_itself = isinstance(mailbox, MendingMailbox)
        if isinstance(mailbox, MendingMailbox):
            mailbox.watch(self._told)

    async def acquire(self) -> Lease:
        """Take the source's lease, before anything else is taken; `run` does if nobody did.

        Raises:
            AlreadyRunning: another live process reads this source, and it does not stand by.
            Outage: the store cannot be asked, and it does not stand by.
        """
        waiting = False
        while True:
            try:
                name, lease_s = self._mailbox.name, self._cursors.lease_s
                self._lease = await self._cursors.acquire(name, self._owner, lease_s)
            except (AlreadyRunning, Outage) as error:
                if not self._stand_by:
                    raise
                if not waiting and isinstance(error, AlreadyRunning):
                    self._logger.info(LogEvent.SOURCE_TAKEN, source_kind=self._kind)
                    waiting = True
                await self._clock.sleep(_STAND_BY_S)
            else:
                return self._lease

    async def run(self, *, follow: bool, patient: bool = True) -> None:
        """Read to the end, or for ever with `follow`. A `patient` one tries again and again.

        Raises:
            AlreadyRunning: another live process reads this source.
            ConfigurationError: the source refuses us, and there is no other and never was a mail.
            Fenced: the lease was taken over.
            Outage: without `patient`, the source cannot be reached.
        """
        lease = self._lease or await self.acquire()
        self.watch.begin()
        try:
            while True:
                try:
                    await self._read(lease, follow=follow)
                except SourceError as failure:
                    if not patient or self._is_fatal(failure.error, follow=follow):
                        raise self._placed(failure.error) from None
                    await self._try_later(lease, failure.error)
                except Outage as outage:  # of the log or a store, which all mailboxes wait for
                    if not patient:
                        raise
                    self.watch.trouble(outage)
                    self._say_lost(outage.scope, outage, _RETRY_S)
                    await self._retry.wait(lease, _RETRY_S)
                else:
                    self.progress.finished = True
                    return
        finally:
            self._lease = None
            with suppress(Outage):  # it expires by itself
                await self._cursors.release(lease)

    def _is_fatal(self, error: BaseException, *, follow: bool) -> bool:
        """Whether there is nothing to read but what never could be: its settings are wrong."""
        beginning = self._sole and not (follow and self._read_before)
        return beginning and isinstance(error, ConfigurationError)

    def _placed(self, error: BaseException) -> BaseException:
        """`error`, with the key of the configuration where it is one of that."""
        if isinstance(error, ConfigurationError) and self._where:
            return ConfigurationError(f"{self._where}: {error}")
        return error

    async def _try_later(self, lease: Lease, error: BaseException) -> None:
        """The mailbox failed: say so, and wait for longer each time."""
        self.watch.trouble(error)
        refused = isinstance(error, ConfigurationError)
        self.progress.refused = str(self._placed(error)) if refused else ""
        own = f"mailbox:{self._kind}:{self._account}"
        scope = error.scope if isinstance(error, Outage) else own
        delay_s = self._retry.delay_s(error)
        self._say_lost(scope, error, delay_s)
        await self._retry.wait(lease, delay_s, refused=refused)

    def _say_lost(self, scope: str, error: BaseException, delay_s: float) -> None:
        self._note_outage(scope)
        self._logger.warning(
            LogEvent.SOURCE_LOST,
            source_kind=self._kind,
            account=self._account,
            scope=scope,
            error_type=type(error).__name__,
            delay_s=round(delay_s, 1),
        )

    def _told(self, standing: Standing) -> None:
        """The mailbox says how it fares."""
        self.watch.told(standing)
        if standing.state in HEALTHY:
            self._served()

    def _served(self, *, gave: bool = False) -> None:
        self._read_before = True
        self._retry.served(gave=gave)
        self.progress.refused = ""
        self._note_outage("")

    async def _read(self, lease: Lease, *, follow: bool) -> None:
        cursor = await self._cursors.cursor(self._mailbox.name)
        known = await self._cursors.locators(self._mailbox.name)
        self._read_before = self._read_before or cursor is not None or bool(known)
        self._failure = None
        items: asyncio.Queue[_Item] = asyncio.Queue(_QUEUE_MAILS)
        batches: asyncio.Queue[Batch | None] = asyncio.Queue(2)
        stream = guarded(partial(self._mailbox.fetch, cursor, known, follow=follow))
        try:
            async with asyncio.TaskGroup() as tasks:
                renewing = tasks.create_task(vital(self._keep_lease(lease)))
                tasks.create_task(vital(self._fetch(stream, items, follow=follow)))
                tasks.create_task(vital(self._parse(items, batches)))
                await vital(self._publish(lease, batches))
                renewing.cancel()
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        if self._failure is not None:
            raise self._failure

    def _note_outage(self, scope: str) -> None:
        progress = self.progress
        if scope and not progress.scope:
            progress.down_since = self._clock.now()
        elif not scope:
            progress.down_since = None
        progress.scope = scope

    async def _keep_lease(self, lease: Lease) -> None:
        while True:
            await next_beat(self._clock, self._cursors.lease_s / 3)
            await self._cursors.renew(lease, self._cursors.lease_s)

    async def _fetch(self, stream: Items, items: asyncio.Queue[_Item], *, follow: bool) -> None:
        """Read the source until it ends or fails; what it gave before is written all the same."""
        try:
            async with aclosing(stream):
                async for item in stream:
                    self._note_item(item, follow=follow)
                    await items.put(item)
            if follow:
                self._failure = SourceError(EOFError())  # nobody would read it any more
        except SourceError as failure:
            self._failure = failure
        await items.put(None)

    def _note_item(self, item: FetchedMail | CaughtUp, *, follow: bool) -> None:
        caught_up = isinstance(item, CaughtUp)
        if not isinstance(item, CaughtUp):
            self.watch.mail(item.received_at)
        if not self._mends_itself:
            self.watch.contact(following=caught_up and follow)
        self._served(gave=not caught_up)

    async def _parse(
        self,
        items: asyncio.Queue[_Item],
        batches: asyncio.Queue[Batch | None],
    ) -> None:
        """Gather what is there into batches; one is parsed while the one before is published."""
        ended = False
        while not ended:
            batch = Batch()
            item = await items.get()
            while item is not None:
                batch.add(item)
                if batch.full or batch.caught_up or items.empty():
                    break
                item = items.get_nowait()
            ended = item is None
            if batch.mails:
                batch.results = await self._parser.parse([self._request(m) for m in batch.mails])
            await batches.put(batch)
        await batches.put(None)

    def _request(self, mail: FetchedMail) -> ParseRequest:
        return ParseRequest(
            raw=mail.raw,
            account=self._account,
            source=self._kind,
            locator=mail.locator,
            fallback_time=self._clock.now(),
            received_at=mail.received_at,
            labels=mail.labels,
            size=mail.size,
            backfill=self._is_backfill(mail),
        )

    def _is_backfill(self, mail: FetchedMail) -> bool:
        return mail.backfill if self._topic is None else self._topic == RAW_BACKFILL

    async def _publish(self, lease: Lease, batches: asyncio.Queue[Batch | None]) -> None:
        while (batch := await batches.get()) is not None:
            await self._store(lease, batch)

    async def _store(self, lease: Lease, batch: Batch) -> None:
        letters: dict[str, Record] = {}
        parsed: dict[str, ParsedMail] = {}
        for mail, result in zip(batch.mails, batch.results, strict=True):
            if isinstance(result, ParsedMail):
                parsed.setdefault(result.email.event_id, result)
            else:
                event_id, letter = unparsed_letter(
                    mail,
                    result,
                    account=self._account,
                    source=self._kind,
                    at=self._clock.now(),
                    backfill=self._is_backfill(mail),
                )
                letters[event_id] = letter
        ids = [*parsed, *letters]
        seen = await self._cursors.seen(self._account, ids) if ids else frozenset()
        fresh = [result for event_id, result in parsed.items() if event_id not in seen]
        keys, roots = await self._conversations.resolve(fresh)
        records = [self._record(mail, key) for mail, key in zip(fresh, keys, strict=True)]
        records += [letter for event_id, letter in letters.items() if event_id not in seen]
        if records:
            await self._log.publish(records)
        intake = Intake(
            cursor=batch.cursor,
            seen=[event_id for event_id in ids if event_id not in seen],
            locators=[mail.locator for mail in batch.mails if mail.cursor is None],
            roots=roots,
        )
        if batch.mails or batch.cursor is not None:
            await self._cursors.commit(lease, self._account, intake)
        self._count(batch, len(fresh), len(records) - len(fresh))

    def _record(self, parsed: ParsedMail, key: str) -> Record:
        email = parsed.email.model_copy(update={"thread_key": key})
        if not email.backfill:
            self._logger.info(
                LogEvent.EMAIL_RECEIVED, source_kind=self._kind, event_id=email.event_id
            )
        return event_record(
            email,
            topic=self._topic or (RAW_BACKFILL if email.backfill else RAW_INBOX),
            key=key or account_key(self._account),
            event_id=email.event_id,
            event_type=RAW_EMAIL_TYPE,
            source="ingest",
            time=self._clock.now(),
            traceparent=new_traceparent(),
        )

    def _count(self, batch: Batch, published: int, dead: int) -> None:
        progress = self.progress
        progress.published += published
        progress.dead += dead
        progress.read_bytes += sum(mail.size for mail in batch.mails)
        duplicates = len(batch.mails) - published - dead
        if duplicates:
            progress.duplicates += duplicates
            self._logger.info(LogEvent.EMAIL_DUPLICATE, source_kind=self._kind, count=duplicates)
        if published:
            self._ingested.inc(published)
            self._logger.info(LogEvent.EMAIL_PUBLISHED, source_kind=self._kind, count=published)
        if batch.caught_up:
            progress.caught_up += 1
            if progress.caught_up == 1:
                self._logger.info(LogEvent.SOURCE_CAUGHT_UP, source_kind=self._kind)
        if self.on_progress is not None:
            self.on_progress(progress)
