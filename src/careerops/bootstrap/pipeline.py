"""The wired services of one process, and running them together."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from careerops.bootstrap.channels import channels_by_account, local_ones, wire_channels
from careerops.bootstrap.classifiers import warm_up, wire_classifier
from careerops.bootstrap.own import wire_own_mails
from careerops.bootstrap.parts import build_part, build_parts
from careerops.bootstrap.sources import mailbox_names, wire_mailboxes
from careerops.bootstrap.stores import Stores, is_shared
from careerops.config import Config, PartConfig
from careerops.domain.topics import (
    CLASSIFIED,
    GROUP_CLASSIFY,
    GROUP_NOTIFY,
    GROUP_RESEARCH,
    NOTIFICATIONS,
    RAW_BACKFILL,
    RAW_INBOX,
)
from careerops.ops.clock import SystemClock
from careerops.ops.context import PartContext
from careerops.ops.metrics import Metrics
from careerops.ports.clock import Clock
from careerops.ports.mailparser import MailParser
from careerops.services.classify import ClassifyHandler
from careerops.services.failures import ChannelFailures
from careerops.services.ingest import SourceReader
from careerops.services.mailbox_alerts import AlertByLedger, AlertByTopic, MailboxAlerts, TellAlert
from careerops.services.notify import NotifyHandler
from careerops.services.own import OwnMailsFirst
from careerops.services.research import ResearchHandler
from careerops.services.send import Limits
from careerops.services.sender import Sender, SenderSurroundings
from careerops.stream.message import Handler
from careerops.stream.patience import is_told_to_end
from careerops.stream.worker import Worker, WorkerSettings

SERVICES = ("ingest", "classify", "research", "notify")


@dataclass(slots=True)
class Surroundings:
    """What all parts of one process share.

    Attributes:
        config: the settings.
        stores: log and stores, open.
        owner: this process, as leases and the ledger name it.
        clock, metrics: of the process.
    """

    config: Config
    stores: Stores
    owner: str
    clock: Clock = field(default_factory=SystemClock)
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def context(self) -> PartContext:
        """What adapters are given."""
        stores = self.stores
        return PartContext(self.clock, stores.cache, self.metrics, stores.documents)


@dataclass(slots=True)
class Pipeline:
    """The services that this process runs.

    Attributes:
        services: which of the four.
        readers: one a mailbox.
        workers: one a stage.
        sender: what tells, where `notify` is among the services.
        channels: account (or `EVERYONE`) -> the names of its channels, where they are sent to here.
        alerts: tells people of mailboxes that are not read.
    """

    around: Surroundings
    services: Sequence[str] = SERVICES
    readers: list[SourceReader] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)
    sender: Sender | None = None
    channels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    alerts: MailboxAlerts | None = None
    closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def run(self, stopping: asyncio.Event, *, follow: bool) -> None:
        """Run everything until `stopping` is set; then sources stop, and the rest drains.

        Raises:
            AlreadyRunning, ConfigurationError, Fenced: see the parts; the first one stops all.
        """
        # All sources first: who is refused one must not have taken a group from anybody.
        if not is_shared(self.around.config):
            for reader in self.readers:
                await reader.acquire()
        try:
            async with asyncio.TaskGroup() as tasks:
                reading = [
                    tasks.create_task(_vital(reader.run(follow=follow)), name="ingest")
                    for reader in self.readers
                ]
                for worker in self.workers:
                    tasks.create_task(_vital(worker.run(stopping)), name=worker.stage)
                if self.sender is not None:
                    tasks.create_task(_vital(self.sender.run(stopping)), name="send")
                await stopping.wait()
                for task in reading:
                    task.cancel()
        except BaseExceptionGroup as group:
            raise _first(group) from None

    async def close(self) -> None:
        """Close the adapters, last constructed first."""
        await self.closing.aclose()


async def _vital(work: Coroutine[Any, Any, None]) -> None:
    """`work`; a cancellation that nobody asked for ends the process, which groups do not see."""
    try:
        await work
    except asyncio.CancelledError as error:
        if is_told_to_end(error):
            raise
        raise RuntimeError("a part of this process was cancelled from inside") from error


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    inner = group.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


async def wire(around: Surroundings, services: Sequence[str] = SERVICES) -> Pipeline:
    """Construct what `services` need.

    Raises:
        ConfigurationError: one line that names the key and the remedy.
    """
    pipeline = Pipeline(around, services)
    try:
        steps: dict[str, Callable[[], None]] = {
            "ingest": partial(_wire_ingest, pipeline),
            "classify": partial(_wire_classify, pipeline),
            "research": partial(_wire_research, pipeline),
            "notify": partial(_wire_notify, pipeline),
        }
        for service in services:
            steps[service]()
        if pipeline.readers:
            pipeline.alerts = _alerts(pipeline)
        if "classify" in services:
            await warm_up(around.config, around.context)
    except BaseException:
        await pipeline.close()
        raise
    return pipeline


def new_parser(closing: AsyncExitStack) -> MailParser:
    """The parser in a process of its own; closed with `closing`."""
    from careerops.adapters.parser.subprocess import SubprocessParser  # noqa: PLC0415  # only ingest and import need it

    parser = SubprocessParser()
    closing.push_async_callback(parser.close)
    return parser


def reader_of(
    around: Surroundings,
    part: PartConfig,
    mailbox: Any,
    parser: MailParser,
    *,
    where: str = "",
    name: str = "",
    topic: str | None = None,
) -> SourceReader:
    """The reader of one constructed mailbox, which is called `name`."""
    return SourceReader(
        mailbox=mailbox,
        kind=part.kind,
        account=part.account,
        log=around.stores.log,
        cursors=around.stores.cursors,
        parser=parser,
        clock=around.clock,
        metrics=around.metrics,
        owner=around.owner,
        where=where,
        name=name,
        topic=topic,
        stand_by=is_shared(around.config),
        sole=len(around.config.mailbox) <= 1,
    )


def _wire_ingest(pipeline: Pipeline) -> None:
    around = pipeline.around
    mailboxes = wire_mailboxes(around.config, around.context)
    if not mailboxes:
        return
    parser = new_parser(pipeline.closing)
    names = mailbox_names(around.config)
    for part, mailbox in mailboxes:
        index = next(i for i, each in enumerate(around.config.mailbox) if each is part)
        where = f"mailbox[{index}]"
        reader = reader_of(around, part, mailbox, parser, where=where, name=names[index])
        pipeline.readers.append(reader)


def _wire_classify(pipeline: Pipeline) -> None:
    around = pipeline.around
    settings = around.config.classify
    classifier = wire_classifier(around.config, around.context)
    pipeline.closing.push_async_callback(classifier.close)
    first = OwnMailsFirst(wire_own_mails(around.config, around.context), classifier)
    handler = ClassifyHandler(first, settings, around.clock, around.metrics)
    topics = (RAW_INBOX, RAW_BACKFILL)
    _add_worker(pipeline, handler, GROUP_CLASSIFY, topics, settings.concurrency)


def _wire_research(pipeline: Pipeline) -> None:
    around = pipeline.around
    settings = around.config.research
    context = around.context
    floor_part = PartConfig(kind="mail")
    _, floor = build_part(around.config, floor_part, "researcher", ("researcher",), context)
    built = build_parts(around.config, "researcher", ("researcher",), context)
    researchers = [each for part, _, each in built if part.kind != "mail"]
    for researcher in (floor, *researchers):
        pipeline.closing.push_async_callback(researcher.close)
    handler = ResearchHandler(researchers, floor, settings, around.clock)
    _add_worker(pipeline, handler, GROUP_RESEARCH, (CLASSIFIED,), settings.concurrency)


def _wire_notify(pipeline: Pipeline) -> None:
    around = pipeline.around
    channels = wire_channels(around.config, around.context)
    for channel in channels:
        pipeline.closing.push_async_callback(channel.notifier.close)
    settings = around.config.notify
    stores = around.stores
    by_account = channels_by_account(around.config, channels)
    pipeline.channels = by_account
    wake = partial(_wake_sender, pipeline)
    failures = ChannelFailures(stores.log, stores.ledger, by_account, around.clock, wake)
    surroundings = SenderSurroundings(
        ledger=stores.ledger,
        clock=around.clock,
        metrics=around.metrics,
        owner=around.owner,
        on_failed=failures.failed,
        on_undelivered=failures.undelivered,
        on_down=failures.down,
        limits=Limits(
            settings.on_unknown == "once", settings.max_sends_per_hour, local_ones(channels)
        ),
        channels=by_account,
        concurrency=settings.concurrency,
    )
    pipeline.sender = Sender([channel.notifier for channel in channels], surroundings)
    handler = NotifyHandler(by_account, stores.ledger, around.clock, wake, stores.verdicts)
    _add_worker(pipeline, handler, GROUP_NOTIFY, (NOTIFICATIONS,), settings.concurrency)


def _wake_sender(pipeline: Pipeline) -> None:
    if pipeline.sender is not None:
        pipeline.sender.wake()


def _alerts(pipeline: Pipeline) -> MailboxAlerts:
    """Alerts by the channels of this process, else by those of whoever serves them."""
    stores, clock = pipeline.around.stores, pipeline.around.clock
    tell: TellAlert = AlertByTopic(stores.log, clock)
    if "notify" in pipeline.services:
        wake = partial(_wake_sender, pipeline)
        tell = AlertByLedger(stores.ledger, pipeline.channels, clock, wake)
    watches = [reader.watch for reader in pipeline.readers]
    return MailboxAlerts(watches, stores.documents, clock, tell)


def _add_worker(
    pipeline: Pipeline, handler: Handler, group: str, topics: Sequence[str], concurrency: int
) -> None:
    around = pipeline.around
    pipeline.workers.append(
        Worker(
            handler=handler,
            log=around.stores.log,
            verdicts=around.stores.verdicts,
            group=group,
            topics=topics,
            clock=around.clock,
            metrics=around.metrics,
            settings=WorkerSettings(concurrency=concurrency, high_water=max(64, 4 * concurrency)),
        )
    )
