"""Brokers behind proxies: a client that goes this way can be cut off while tests look on."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from support.kafka.nodes import Brokers
from support.proxy import Proxy


@dataclass(frozen=True, slots=True)
class ProxiedKafka:
    """The same brokers by another way.

    Attributes:
        bootstrap: the way through the proxies, for the client under test.
        direct: the way past them, for the test itself.
        proxies: one a broker, in their order.
    """

    bootstrap: str
    direct: str
    proxies: tuple[Proxy, ...]

    def cut(self) -> None:
        """Reset every connection and refuse new ones until `heal`."""
        for proxy in self.proxies:
            proxy.cut()

    def stall(self) -> None:
        """Hold every byte until `heal`."""
        for proxy in self.proxies:
            proxy.stall()

    def heal(self) -> None:
        """Let everything through."""
        for proxy in self.proxies:
            proxy.heal()


@contextmanager
def proxied(brokers: Brokers, way: int = 0) -> Iterator[ProxiedKafka]:
    """Open the detour `way`; nobody else may be using it."""
    with ExitStack() as stack:
        detours = [node.detours[way] for node in brokers.nodes]
        proxies = tuple(
            stack.enter_context(Proxy(detour.port, port=detour.advertised)) for detour in detours
        )
        yield ProxiedKafka(brokers.detour_bootstrap(way), brokers.bootstrap, proxies)
