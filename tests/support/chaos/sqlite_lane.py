"""The lane on SQLite: one process, or one a service, on a disk that can be full."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from careerops.domain.topics import GROUP_CLASSIFY, GROUP_NOTIFY, GROUP_RESEARCH
from support.chaos.disk import disk
from support.chaos.lane import CONCURRENCY, Lane, MemberSpec

SHORT_LEASE_S: Final = 3.0
LONG_LEASE_S: Final = 15.0
"""Instead of the minutes of groups and sources, so that a run has time for more than a zombie."""

_SETTLES: Final = ("before_handle", "before_commit", "after_commit")
INGEST: Final = MemberSpec("ingest", "ingest", 0, 0, (), ("before_cursor",))
CLASSIFY: Final = MemberSpec(
    "classify", "classify", CONCURRENCY, 0, (GROUP_CLASSIFY,), (*_SETTLES, "after_produce")
)
RESEARCH: Final = MemberSpec(
    "research", "research", 0, 0, (GROUP_RESEARCH,), (*_SETTLES, "after_produce")
)
NOTIFY: Final = MemberSpec("notify", "notify", 0, 1, (GROUP_NOTIFY,), (*_SETTLES, "after_effect"))
WHOLE: Final = MemberSpec(
    "run",
    "run",
    CONCURRENCY,
    1,
    (GROUP_CLASSIFY, GROUP_RESEARCH, GROUP_NOTIFY),
    (*_SETTLES, "after_produce", "after_effect", "before_cursor"),
)
SERVICES: Final = (INGEST, CLASSIFY, RESEARCH, NOTIFY)


@contextmanager
def sqlite_lane(folder: Path, *, apart: bool = False, short_leases: bool = True) -> Iterator[Lane]:
    """The lane for a home in `folder`: one process, or with `apart` one a service.

    With `short_leases` zombies need 3 s of silence, else 15; the product's leases last longer
    than a run.
    """
    lease_s = SHORT_LEASE_S if short_leases else LONG_LEASE_S
    with disk(folder / "disk", lambda: _users(folder / "disk")) as place:
        yield Lane(
            name="sqlite",
            log='log = "sqlite:///disk/careerops.db"',
            members=SERVICES if apart else (WHOLE,),
            outages={"disk_full": place},
            exact=True,
            lease_s=lease_s,
            replaced=True,
            is_free=lambda: _is_unlocked(folder / "disk" / "careerops.db"),
            environment={"CHAOS_LEASE_S": str(lease_s)},
            note=f"disk full: {place.how}; leases of {lease_s:g} s",
        )


def _is_unlocked(database: Path) -> bool:
    """Whether the write lock can be taken: a process stopped inside a transaction keeps it."""
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        connection.execute("ROLLBACK")
    return True


def _users(folder: Path) -> Iterator[int]:
    """The processes that have a file of `folder` open (proc(5), `/proc/[pid]/fd`)."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(folder in link.readlink().parents for link in (process / "fd").iterdir()):
                yield int(process.name)
        except OSError:  # it ended meanwhile, or is another person's
            continue
