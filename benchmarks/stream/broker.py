"""The broker that all contenders share: a real one, started by the code that the tests use."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stream.environments import ROOT


@contextmanager
def running_broker(servers: str, folder: Path) -> Iterator[str]:
    """The addresses of a broker: `servers` if given, else one that lives as long as the block.

    It is compiled by all that Java has, as a broker that runs for long is, and stands on a disk:
    a broker on memory would be another one.
    """
    if servers:
        yield servers
        return
    sys.path.append(str(ROOT / "tests"))
    from support.kafka.server import KafkaCluster  # noqa: PLC0415  # needless with a broker given
    from support.kafka.settings import QUICK  # noqa: PLC0415  # the same

    with KafkaCluster(folder, config=QUICK, jvm=()) as cluster:
        yield cluster.bootstrap
