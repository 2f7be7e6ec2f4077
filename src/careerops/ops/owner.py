"""Which process holds a lease, and whether that process still exists.

An owner is `host|boot|pid namespace|pid|start time`. Pids are reused, so the start time belongs to
the identity; they mean nothing after a reboot or in another container's namespace, hence the rest.
Source of the fields: proc(5), `/proc/[pid]/stat` (3) state and (22) starttime.
"""

import os
import socket
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_DEAD_STATES = frozenset("ZX")
_STATE, _START = 0, 19  # fields (3) and (22), counted after the command's closing bracket


class _Owner(NamedTuple):
    host: str
    boot: str
    namespace: str
    pid: int
    start: str


def process_owner() -> str:
    """The identity of this process."""
    return _identity_of(os.getpid())


def is_gone(owner: str) -> bool:
    """Whether `owner` is a process that surely exists no more; False when it cannot be told.

    For what the processes of one host share: whoever has its name is taken for it.
    """
    parsed = _parse(owner)
    here = _parse(process_owner())
    if parsed is None or here is None:
        return False
    if parsed.boot != here.boot or not here.boot:
        # Another boot of this host took all its processes; of another host nothing is known.
        return parsed.host == here.host and (
            parsed.boot != here.boot or _start_of(parsed.pid) != parsed.start
        )
    return parsed.namespace == here.namespace and _start_of(parsed.pid) != parsed.start


def is_gone_from_here(owner: str) -> bool:
    """Whether `owner` was a process of this boot of this host and exists no more.

    For what several hosts share: they may have one name, so another boot may be another host.
    """
    parsed = _parse(owner)
    here = _parse(process_owner())
    known = parsed is not None and here is not None and parsed.boot == here.boot != ""
    return known and is_gone(owner)


def is_out_of_sight(owner: str) -> bool:
    """Whether `owner` runs, or ran, under this kernel among processes that we do not see."""
    parsed = _parse(owner)
    here = _parse(process_owner())
    if parsed is None or here is None:
        return False
    return parsed.boot == here.boot != "" and parsed.namespace != here.namespace


def describe(owner: str) -> str:
    """The owner for a person: `process 4711`, with the host if it is another."""
    parsed = _parse(owner)
    here = _parse(process_owner())
    if parsed is None or here is None:
        return f"owner {owner}"
    elsewhere = (parsed.boot, parsed.namespace) != (here.boot, here.namespace)
    return f"process {parsed.pid}" + (f" on {parsed.host}" if elsewhere else "")


@lru_cache(maxsize=4)
def _identity_of(pid: int) -> str:
    host = socket.gethostname().replace("|", "_")
    return "|".join((host, _boot(), _namespace(), str(pid), _start_of(pid) or ""))


def _parse(owner: str) -> _Owner | None:
    parts = owner.split("|")
    if len(parts) != len(_Owner._fields) or not parts[3].isdigit():
        return None
    return _Owner(parts[0], parts[1], parts[2], int(parts[3]), parts[4])


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _start_of(pid: int) -> str | None:
    """When process `pid` started, in the kernel's ticks ('' where unknown); None if it is gone."""
    if not _has_proc():
        return "" if _answers(pid) else None
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat[stat.rfind(")") + 2 :].split()
    return None if fields[_STATE] in _DEAD_STATES else fields[_START]


def _has_proc() -> bool:
    return Path("/proc/self/stat").exists()


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
