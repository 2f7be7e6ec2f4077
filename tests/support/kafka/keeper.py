"""A process that keeps a cluster for several test processes: `python -m support.kafka.keeper`.

It lives as long as somebody is connected to it, so the last process that goes, however it goes,
takes the brokers along. Users speak lines of JSON: `{"do": "kill", "broker": 2}` is answered by
`{"running": [1, 3]}` or `{"error": "..."}`; see `support.kafka.shared`.
"""

import argparse
import json
import os
import shutil
import signal
import socketserver
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from support.kafka.server import KafkaCluster
from support.kafka.settings import MORTAL, QUICK

_FIRST_USER_S = 30.0


class _Keeper(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, cluster: KafkaCluster) -> None:
        super().__init__(("127.0.0.1", 0), _User)
        self._cluster = cluster
        self._users = 0
        self._ending = False
        self._lock = threading.Lock()
        self._steps: dict[str, Callable[[int], None]] = {
            "kill": cluster.kill,
            "restart": cluster.restart,
            "revive": lambda _: cluster.revive(),
            "look": lambda _: None,
        }

    def count(self, users: int) -> bool:
        """Count a user in (1) or out (-1); without any, end. False to one who came too late."""
        with self._lock:
            if self._ending:
                return False
            self._users += users
            self._ending = self._users == 0
        if self._ending:
            self.shutdown()
        return True

    def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do it, and say which brokers run."""
        with self._lock:
            try:
                self._steps[order["do"]](order["broker"])
            except Exception as error:  # noqa: BLE001  # it goes to whoever gave the order
                return {"error": repr(error)}
            return {"running": self._cluster.running()}


class _User(socketserver.StreamRequestHandler):
    server: _Keeper

    def handle(self) -> None:
        if not self.server.count(1):
            return
        try:
            for line in self.rfile:
                self.wfile.write(json.dumps(self.server.obey(json.loads(line))).encode() + b"\n")
        except ConnectionError:
            return  # it died, which is a way of leaving
        finally:
            self.server.count(-1)


def main() -> None:
    """Start a cluster, say where it is in one line, keep it while it is used."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--brokers", type=int, required=True)
    parser.add_argument("--detours", type=int, required=True)
    options = parser.parse_args()
    if os.fork():
        os._exit(0)  # whoever started this need not wait for it to end
    os.setsid()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cluster = KafkaCluster(
        options.folder,
        brokers=options.brokers,
        detours=options.detours,
        # One that all share is killed by none.
        config=QUICK if options.brokers == 1 else MORTAL,
    )
    try:
        cluster.start()
        _keep(cluster)
    finally:
        cluster.kill_all()
        for node in cluster.nodes:  # the logs stay
            shutil.rmtree(cluster.home(node.number) / "data", ignore_errors=True)


def _keep(cluster: KafkaCluster) -> None:
    with _Keeper(cluster) as keeper:
        patience = threading.Timer(_FIRST_USER_S, keeper.count, [0])
        patience.daemon = True
        patience.start()
        _say(
            {
                "port": keeper.server_address[1],
                "folder": str(cluster.folder),
                "nodes": [asdict(node) for node in cluster.nodes],
            }
        )
        keeper.serve_forever(poll_interval=0.05)
        patience.cancel()


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
