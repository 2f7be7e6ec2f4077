"""Opening the log and the stores that the configuration names."""

import importlib
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from pydantic import ValidationError

from careerops.bootstrap.parts import check_secrets
from careerops.config import Config, explain
from careerops.domain.errors import ConfigurationError
from careerops.ops import owner
from careerops.ops.clock import SystemClock
from careerops.ops.metrics import Metrics
from careerops.ops.secrets import Secret
from careerops.ports.cache import Cache
from careerops.ports.corrections import CorrectionStore
from careerops.ports.cursors import CursorStore
from careerops.ports.custody import CustodyStore
from careerops.ports.documents import Documents
from careerops.ports.eventlog import EventLog
from careerops.ports.ledger import Ledger
from careerops.ports.reports import Reports
from careerops.ports.verdicts import VerdictStore

if TYPE_CHECKING:
    from careerops.adapters.sqlite.database import SqliteDatabase

_SQLITE = "sqlite:///"
_KAFKA = "kafka://"
_POSTGRES = ("postgresql://", "postgres://")
_POSTGRES_PORT = 5432
_DEFAULT_STORE = "sqlite:///careerops.db"
_SERVERS = re.compile(r"[A-Za-z0-9._\-\[\]:]+:\d{1,5}(?:,[A-Za-z0-9._\-\[\]:]+:\d{1,5})*")


class _Kept(Protocol):
    """The stores of one process."""

    @property
    def verdicts(self) -> VerdictStore:
        """What was decided."""
        ...

    @property
    def ledger(self) -> Ledger:
        """What was told."""
        ...

    @property
    def cursors(self) -> CursorStore:
        """How far each source was read."""
        ...

    @property
    def cache(self) -> Cache:
        """Answers worth keeping."""
        ...

    @property
    def corrections(self) -> CorrectionStore:
        """What people said."""
        ...

    @property
    def documents(self) -> Documents:
        """What processes keep together: quotas, budgets, experiments."""
        ...

    @property
    def reports(self) -> Reports:
        """What processes say of themselves."""
        ...

    async def close(self) -> None:
        """Flush and close."""
        ...


class Stores(_Kept, Protocol):
    """The log and the stores of one process."""

    @property
    def log(self) -> EventLog:
        """What arrived and what was said between stages."""
        ...


class Store(_Kept, Protocol):
    """What can stand beside a log that keeps nothing but records."""

    @property
    def custody(self) -> CustodyStore:
        """What members of groups had in hand."""
        ...


@dataclass(frozen=True, slots=True)
class StoresBesideLog:
    """A log, and a store of another kind beside it."""

    log: EventLog
    store: Store

    @property
    def verdicts(self) -> VerdictStore:
        """What was decided."""
        return self.store.verdicts

    @property
    def ledger(self) -> Ledger:
        """What was told."""
        return self.store.ledger

    @property
    def cursors(self) -> CursorStore:
        """How far each source was read."""
        return self.store.cursors

    @property
    def cache(self) -> Cache:
        """Answers worth keeping."""
        return self.store.cache

    @property
    def corrections(self) -> CorrectionStore:
        """What people said."""
        return self.store.corrections

    @property
    def documents(self) -> Documents:
        """What processes keep together."""
        return self.store.documents

    @property
    def reports(self) -> Reports:
        """What processes say of themselves."""
        return self.store.reports

    async def close(self) -> None:
        """The log first: leaving its groups needs the store."""
        try:
            await self.log.close()
        finally:
            await self.store.close()


def is_shared(config: Config) -> bool:
    """Whether the log takes several members a group: then a taken source is waited for."""
    return config.log.startswith(_KAFKA)


def servers_of(config: Config) -> str:
    """The brokers that a Kafka log names: `host:port`, several separated by commas.

    Raises:
        ConfigurationError: it names none.
    """
    servers = config.log.removeprefix(_KAFKA).rstrip("/")
    if not _SERVERS.fullmatch(servers):
        raise ConfigurationError("log: write kafka://HOST:PORT, several separated by commas")
    return servers


def store_place(config: Config) -> str:
    """Host and port of a store that is a server, never its user or password; '' for a file."""
    url = _revealed(config)
    if not url.startswith(_POSTGRES):
        return ""
    parts = urlsplit(url)
    return f"{parts.hostname or 'localhost'}:{parts.port or _POSTGRES_PORT}"


def sqlite_path(config: Config, url: str, key: str) -> Path:
    """The file that `url`, of the key `key`, names.

    Raises:
        ConfigurationError: it names none.
    """
    if not url.startswith(_SQLITE) or url == _SQLITE:
        scheme = url.partition(":")[0][:20]
        also = "kafka://HOST:PORT" if key == "log" else "postgresql://USER@HOST/DATABASE"
        raise ConfigurationError(
            f"{key}: {scheme!r} is nothing this release can open; use sqlite:///PATH or {also}"
        )
    return (config.root / Path(url.removeprefix(_SQLITE)).expanduser()).absolute()


async def open_stores(config: Config, metrics: Metrics | None = None) -> Stores:
    """Open what `log` and `store` name; `metrics` are those of the process.

    Raises:
        ConfigurationError: it cannot be opened; names the key and the remedy.
    """
    if config.log.startswith(_KAFKA):
        return await _open_kafka(config, metrics)
    path = sqlite_path(config, config.log, "log")
    if config.store not in {"", config.log}:
        raise ConfigurationError(
            "store: with an SQLite log the stores live in the same file; remove the key"
        )
    return await _open_sqlite(path, "log")


async def _open_sqlite(path: Path, key: str) -> "SqliteDatabase":
    from careerops.adapters.sqlite.database import SqliteDatabase  # noqa: PLC0415  # only what is configured is imported

    try:
        return await SqliteDatabase.open(path)
    except ConfigurationError as error:
        raise ConfigurationError(f"{key}: {error}") from None


async def _open_store(config: Config) -> Store:
    url = _revealed(config)
    if not url.startswith(_POSTGRES):
        return await _open_sqlite(sqlite_path(config, url or _DEFAULT_STORE, "store"), "store")
    postgres = _extra("careerops.adapters.postgres.database", "store", "postgres")
    opened: Store = await postgres.PostgresDatabase.open(url)
    return opened


def _revealed(config: Config) -> str:
    """The store's address, which may be a reference: it may hold a password."""
    if not config.store.startswith(("env:", "file:", "keyring:")):
        return config.store
    try:
        return Secret(config.store, config.root).get()
    except (ConfigurationError, ValueError) as error:
        raise ConfigurationError(f"store: {error}") from None


async def _open_kafka(config: Config, metrics: Metrics | None) -> Stores:
    servers = servers_of(config)
    options_of = _extra("careerops.adapters.kafka.options", "log", "kafka").Options
    kafka = _extra("careerops.adapters.kafka.eventlog", "log", "kafka")
    try:
        options = options_of.model_validate(config.kafka, context={"root": config.root})
    except ValidationError as error:
        raise ConfigurationError(explain(error, options_of, "kafka")) from None
    check_secrets(options, "kafka")
    store = await _open_store(config)
    try:
        log = await kafka.KafkaLog.open(
            servers,
            options,
            verdicts=store.verdicts,
            custody=store.custody,
            clock=SystemClock(),
            retention=timedelta(days=config.retention.days),
            metrics=metrics,
        )
    except BaseException:
        await store.close()
        raise
    return StoresBesideLog(log, store)


def _extra(module: str, key: str, extra: str) -> Any:
    """A module that needs an optional package."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise ConfigurationError(
            f"{key}: this needs a package that is not installed: pip install 'careerops[{extra}]'"
        ) from None


def forgetful_stores() -> Stores:
    """Stores in memory, for commands that keep nothing."""
    from careerops.adapters.memory.database import MemoryDatabase  # noqa: PLC0415  # only commands that keep nothing need it

    return MemoryDatabase(SystemClock())


def process_owner() -> str:
    """This process, as leases and the ledger name it."""
    return owner.process_owner()
