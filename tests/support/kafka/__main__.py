"""One broker for a person, in the foreground: `make kafka`. Its data outlives it."""

import argparse
import signal
import socket
import sys
from pathlib import Path

from support.kafka.jars import KafkaMissing
from support.kafka.server import KafkaCluster, KafkaFailed


def main() -> int:
    """Start it, say how to reach it, keep it until the interrupt; the exit status."""
    parser = argparse.ArgumentParser(prog="make kafka")
    parser.add_argument("--port", type=int, default=9092)
    parser.add_argument("--folder", type=Path, default=Path(".kafka"))
    options = parser.parse_args()
    if _is_taken(options.port):
        return _failed(
            f"port {options.port} is taken: say make kafka KAFKA_PORT=9192, or any other"
        )
    # Nothing hurries it here: it compiles what runs often, and waits as long as brokers wait.
    cluster = KafkaCluster(options.folder.resolve(), port=options.port, config={}, jvm=())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        cluster.start()
        _say(
            f'Kafka keeps its data in {options.folder}. In careerops.toml:\n\n    log = "kafka://'
            f'{cluster.bootstrap}"\n\nCtrl-C ends it.\n'
        )
        cluster.wait()
    except (KafkaMissing, KafkaFailed) as error:
        return _failed(str(error))
    except KeyboardInterrupt:
        return 0
    finally:
        cluster.stop()
    return _failed(f"Kafka ended by itself: {cluster.home(1) / 'server.log'} says why")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        # A port whose last connections are still being forgotten is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _failed(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
