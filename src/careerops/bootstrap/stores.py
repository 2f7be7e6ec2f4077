"""Opening the log and the stores that the configuration names."""

from pathlib import Path
from typing import Protocol

from careerops.config import Config
from careerops.domain.errors import ConfigurationError
from careerops.ops import owner
from careerops.ports.cache import Cache
from careerops.ports.corrections import CorrectionStore
from careerops.ports.cursors import CursorStore
from careerops.ports.eventlog import EventLog
from careerops.ports.ledger import Ledger
from careerops.ports.verdicts import VerdictStore

_SQLITE = "sqlite:///"


class Stores(Protocol):
    """The log and the stores of one process."""

    @property
    def log(self) -> EventLog:
        """What arrived and what was said between stages."""
        ...

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

    async def close(self) -> None:
        """Flush and close."""
        ...


def sqlite_path(config: Config) -> Path:
    """The file of the SQLite log.

    Raises:
        ConfigurationError: `log` or `store` is not what this release can open.
    """
    if not config.log.startswith(_SQLITE) or config.log == _SQLITE:
        scheme = config.log.partition(":")[0][:20]
        raise ConfigurationError(
            f"log: {scheme!r} is not a log this release can open; use sqlite:///PATH"
        )
    if config.store not in {"", config.log}:
        raise ConfigurationError(
            "store: with an SQLite log the stores live in the same file; remove the key"
        )
    return (config.root / Path(config.log.removeprefix(_SQLITE)).expanduser()).absolute()


async def open_stores(config: Config) -> Stores:
    """Open what `log` and `store` name.

    Raises:
        ConfigurationError: it cannot be opened; names the key and the remedy.
    """
    path = sqlite_path(config)
    from careerops.adapters.sqlite.database import SqliteDatabase  # noqa: PLC0415  # only what is configured is imported

    try:
        return await SqliteDatabase.open(path)
    except ConfigurationError as error:
        raise ConfigurationError(f"log: {error}") from None


def forgetful_stores() -> Stores:
    """Stores in memory, for commands that keep nothing."""
    from careerops.adapters.memory.database import MemoryDatabase  # noqa: PLC0415  # only commands that keep nothing need it
    from careerops.ops.clock import SystemClock  # noqa: PLC0415  # only commands that keep nothing need it

    return MemoryDatabase(SystemClock())


def process_owner() -> str:
    """This process, as leases and the ledger name it."""
    return owner.process_owner()
