"""One cluster for all processes of a test run: whoever needs it first starts it.

See `support.kafka.keeper` for who ends it.
"""

import atexit
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from support.kafka.jars import locked
from support.kafka.nodes import Brokers, Detour, Node
from support.kafka.server import KafkaFailed
from support.tree import ROOT

_ORDER_S = 120.0
_HELD: dict[Path, "SharedKafka"] = {}


class SharedKafka(Brokers):
    """A cluster that other processes may be using at the same time."""

    def __init__(self, place: dict[str, Any]) -> None:
        nodes = tuple(
            Node(**{**node, "detours": tuple(Detour(**detour) for detour in node["detours"])})
            for node in place["nodes"]
        )
        super().__init__(Path(place["folder"]), nodes)
        self._connection = socket.create_connection(("127.0.0.1", place["port"]), _ORDER_S)
        self._answers = self._connection.makefile("rb")

    def running(self) -> list[int]:
        """The brokers that were not killed."""
        return self._order("look", 0)

    def kill(self, broker: int) -> None:
        """End a broker as a crash would; only who has the cluster alone may."""
        self._order("kill", broker)

    def restart(self, broker: int) -> None:
        """Start a broker on the data it had; one that runs is stopped first."""
        self._order("restart", broker)

    def revive(self) -> None:
        """Start every broker that was killed."""
        self._order("revive", 0)

    def close(self) -> None:
        """Be no longer one of those for whom it is kept."""
        self._answers.close()
        self._connection.close()

    def _order(self, what: str, broker: int) -> list[int]:
        self._connection.sendall(json.dumps({"do": what, "broker": broker}).encode() + b"\n")
        line = self._answers.readline()
        if not line:
            raise ConnectionResetError("the keeper of the brokers is gone")
        answer = json.loads(line)
        if "error" in answer:
            raise KafkaFailed(answer["error"])
        running: list[int] = answer["running"]
        return running


def shared_kafka(folder: Path, *, brokers: int = 1, detours: int = 0) -> SharedKafka:
    """The cluster that is kept in `folder`, started if nobody has yet; held until we exit.

    Raises:
        KafkaFailed: a broker did not come up; without Java or jars none does.
    """
    if folder not in _HELD:
        with locked(folder / "lock"):
            _HELD[folder] = _found(folder) or _started(folder, brokers, detours)
        atexit.register(_HELD[folder].close)
    return _HELD[folder]


def _found(folder: Path) -> SharedKafka | None:
    """The one that runs, if one does and is not about to end."""
    try:
        shared = SharedKafka(json.loads((folder / "place.json").read_text()))
    except (FileNotFoundError, ConnectionError):
        return None
    try:
        shared.running()
    except ConnectionError:
        shared.close()
        return None
    return shared


def _started(folder: Path, brokers: int, detours: int) -> SharedKafka:
    own = Path(tempfile.mkdtemp(prefix="cluster-", dir=folder))
    command = [sys.executable, "-m", "support.kafka.keeper", str(own)]
    command += ["--brokers", str(brokers), "--detours", str(detours)]
    # It outlives the measuring of coverage, which has nothing to measure in it.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    with (
        (own / "keeper.log").open("wb") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=ROOT / "tests",
            env=environment,
        ) as process,
    ):
        assert process.stdout is not None, "it was asked for"
        line = process.stdout.readline()
    if not line:
        raise KafkaFailed((own / "keeper.log").read_text()[-2000:])
    (folder / "place.json").write_bytes(line)
    return SharedKafka(json.loads(line))
