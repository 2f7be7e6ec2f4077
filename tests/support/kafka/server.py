"""Real brokers as processes of this one: start, stop, kill, and start again on the same data.

    with KafkaCluster(folder, brokers=3) as cluster:
        produce_to(cluster.bootstrap)
        cluster.kill(2)

Every broker listens on loopback only. Its log and its data lie in `folder/node-N`.
"""

import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from support.kafka.jars import class_path, java
from support.kafka.nodes import Brokers, Detour, Node
from support.kafka.settings import MORTAL, PASSWORD, USER, properties
from support.proxy import free_port
from support.waiting import wait_until

_START_S = 60.0
_STOP_S = 10.0
_ASK_S = 0.5

SHORT_LIVED: Final = ("-XX:TieredStopAtLevel=1",)
"""For tests: a third less work to start. Without it a broker is faster once it has run a while."""


class KafkaFailed(RuntimeError):
    """A broker ended by itself; the message is the end of its log."""


class KafkaCluster(Brokers):
    """Brokers numbered from 1, each of them a controller too, of one machine.

    Args:
        folder: for data, logs and configuration. One that was used before is used again.
        brokers: how many.
        port: of the first broker; a free one unless given.
        detours: how many more listeners each broker has whose advertised port is another than
            the one it listens on, see `Detour`.
        sasl: whether there is a listener that demands authentication, see `sasl_bootstrap`.
        config: settings of the broker, by default those for tests that kill it.
        jvm: options of the virtual machine.
    """

    def __init__(
        self,
        folder: Path,
        *,
        brokers: int = 1,
        port: int = 0,
        detours: int = 0,
        sasl: bool = False,
        config: Mapping[str, str] = MORTAL,
        jvm: tuple[str, ...] = SHORT_LIVED,
    ) -> None:
        nodes = tuple(
            Node(
                number,
                (port if number == 1 else 0) or free_port(),
                free_port(),
                tuple(Detour(free_port(), free_port()) for _ in range(detours)),
                free_port() if sasl else 0,
            )
            for number in range(1, brokers + 1)
        )
        super().__init__(folder, nodes)
        self._config = config
        self._jvm = jvm
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start every broker and wait until all have found one another.

        Raises:
            KafkaMissing: Java, Maven or the jars are not there.
            KafkaFailed: a broker did not come up.
        """
        self._format()
        self.revive()

    def stop(self) -> None:
        """End every broker in order; one that cannot, for want of the others, is killed."""
        for process in self._processes.values():
            process.terminate()
        while self._processes:
            _end(self._processes.popitem()[1])

    def kill(self, broker: int = 1) -> None:
        """End a broker as a crash would."""
        process = self._processes.pop(broker)
        process.kill()
        process.wait()

    def kill_all(self) -> None:
        """End every broker at once; the quick end where nobody wants the data."""
        for broker in list(self._processes):
            self.kill(broker)

    def restart(self, broker: int = 1) -> None:
        """Start a broker on the data it had; one that runs is stopped first."""
        running = self._processes.pop(broker, None)
        if running is not None:
            _end(running)
        self._bring_up([self._node(broker)])

    def revive(self) -> None:
        """Start every broker that was killed, all at once: alone they may lack a quorum."""
        self._bring_up([node for node in self.nodes if node.number not in self._processes])

    def running(self) -> list[int]:
        """The brokers that were started and neither stopped nor killed."""
        return sorted(self._processes)

    def wait(self, broker: int = 1) -> None:
        """Return when a broker has ended by itself."""
        self._processes[broker].wait()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill_all()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # In order takes seconds where the others of a quorum are gone, and a test is done with it.
        self.kill_all()

    def _node(self, broker: int) -> Node:
        return self.nodes[broker - 1]

    def _java(self, *arguments: str) -> list[str]:
        quiet = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        quiet += ["-Dorg.slf4j.simpleLogger.showDateTime=true"]
        quiet += ["-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS"]
        size = ["-Xms64m", "-Xmx384m", "-XX:+UseSerialGC"]
        return [java(), *size, *self._jvm, *quiet, "-cp", class_path(), *arguments]

    def _format(self) -> None:
        """Write the configurations, and the metadata of folders that have none yet."""
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        formatting = []
        for node in self.nodes:
            home = self.home(node.number)
            home.mkdir(parents=True, exist_ok=True)
            settings = properties(node, self.nodes, str(home / "data"), self._config)
            lines = [f"{name}={value}\n" for name, value in settings.items()]
            (home / "server.properties").write_text("".join(lines))
            if (home / "data" / "meta.properties").exists():
                continue
            # In one word with the option, for an identifier may begin with a dash.
            command = ["kafka.tools.StorageTool", "format", f"--cluster-id={cluster}"]
            command += ["--config", str(home / "server.properties")]
            if node.sasl:
                command += ["--add-scram", f"SCRAM-SHA-256=[name={USER},password={PASSWORD}]"]
            formatting.append((node, self._spawn(node, *command)))
        statuses = {node.number: process.wait(_START_S) for node, process in formatting}
        for broker, status in statuses.items():
            if status != 0:
                raise KafkaFailed(self.log(broker)[-2000:])

    def _bring_up(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            settings = str(self.home(node.number) / "server.properties")
            self._processes[node.number] = self._spawn(node, "kafka.Kafka", settings)
        for node in nodes:
            self._await(node, len(self._processes))

    def _spawn(self, node: Node, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.home(node.number) / "server.log").open("ab") as log:
            return subprocess.Popen(
                self._java(*arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.home(node.number),
                # The interrupt that a terminal sends to all is this process's to pass on.
                start_new_session=True,
            )

    def _await(self, node: Node, brokers: int) -> None:
        """Wait until `node` answers and knows of as many brokers."""
        client = AdminClient(
            {
                "bootstrap.servers": f"127.0.0.1:{node.port}",
                "reconnect.backoff.ms": 20,
                "reconnect.backoff.max.ms": 50,
                "log_level": 0,  # that nobody listens yet is no news
            }
        )

        def ready() -> bool:
            status = self._processes[node.number].poll()
            if status is not None:
                raise KafkaFailed(
                    f"broker {node.number} ended with {status}: {self.log(node.number)[-2000:]}"
                )
            try:
                found = client.list_topics(timeout=_ASK_S).brokers
            except KafkaException:
                return False
            return node.number in found and len(found) >= brokers

        wait_until(ready, f"broker {node.number}", timeout_s=_START_S)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """In order, or after a while by force: a broker without a quorum waits for one."""
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
