"""The broker that all contenders share: a real one, started by the code that the tests use."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stream.environments import ROOT


@contextmanager
def running_broker(servers: str, folder: Path) -> Iterator[str]:
    """The addresses of a broker: `servers` if given, else one that lives as long as the block.

    It is compiled by all that Java has, where tests are content with a third of the throughput,
    and stands on a disk: a broker on memory would be another one.
    """
    if servers:
        yield servers
        return
    sys.path.append(str(ROOT / "tests"))
    from support.kafka.server import KafkaCluster  # noqa: PLC0415  # needless with a broker given

    with KafkaCluster(folder, jvm=()) as cluster:
        yield cluster.bootstrap
