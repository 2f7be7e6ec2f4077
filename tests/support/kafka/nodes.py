"""Where the brokers of a cluster are, however it was started and whoever wants to reach them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Detour:
    """A listener that is reached through something in between, say a proxy that can be cut.

    Attributes:
        port: where the broker listens.
        advertised: where it tells clients to go; whoever uses the detour listens there.
    """

    port: int
    advertised: int


@dataclass(frozen=True, slots=True)
class Node:
    """One broker's place; every broker is a controller as well."""

    number: int
    port: int
    controller: int
    detours: tuple[Detour, ...] = ()
    sasl: int = 0


class Brokers:
    """The brokers of one cluster, numbered from 1.

    Attributes:
        folder: holds a folder `node-N` for each, with its configuration, data and log.
    """

    def __init__(self, folder: Path, nodes: tuple[Node, ...]) -> None:
        self.folder = folder
        self.nodes = nodes

    @property
    def bootstrap(self) -> str:
        """What a client is told."""
        return _addresses([node.port for node in self.nodes])

    @property
    def sasl_bootstrap(self) -> str:
        """What a client with credentials is told."""
        return _addresses([node.sasl for node in self.nodes])

    def detour_bootstrap(self, way: int) -> str:
        """What a client is told that is to go by the detour `way`."""
        return _addresses([node.detours[way].advertised for node in self.nodes])

    def home(self, broker: int) -> Path:
        """The folder of one broker."""
        return self.folder / f"node-{broker}"

    def log(self, broker: int = 1) -> str:
        """What a broker wrote, warnings and errors only."""
        path = self.home(broker) / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""


def _addresses(ports: list[int]) -> str:
    return ",".join(f"127.0.0.1:{port}" for port in ports)
