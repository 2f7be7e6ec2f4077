"""The HTTP server of a process: its address, its start and its end. See `app` for what it says."""

import errno
import socket
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from careerops.domain.errors import ConfigurationError
from careerops.ops.health import HealthBoard
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics

if TYPE_CHECKING:
    from aiohttp import web

_BACKLOG = 64
_IDLE_CONNECTION_S = 10.0
_CLOSE_S = 1.0
_MAX_LINE_BYTES = 4096
_MAX_HEADER_BYTES = 8192


class HttpOptions(BaseModel):
    """The `[http]` table. `port = 0` opens none; `host` is a name or address of this machine."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8000, ge=0, le=65535)

    @property
    def enabled(self) -> bool:
        """Whether there is to be a server."""
        return self.port != 0


class HttpServer:
    """Serves /health, /ready and /metrics on the process's own event loop.

    On the same loop on purpose: a loop that is stuck does not answer, and that is the answer.
    """

    def __init__(self, options: HttpOptions, board: HealthBoard, metrics: Metrics) -> None:
        self._options = options
        self._board = board
        self._metrics = metrics
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen; returns once connections are accepted. Does nothing with `port = 0`.

        Raises:
            ConfigurationError: the address cannot be listened on; names the key and the remedy.
        """
        if self._options.enabled:
            await self.serve(_listen(self._options.host, self._options.port))

    async def serve(self, listener: socket.socket) -> None:
        """Accept connections from `listener`, which is bound and becomes the server's own."""
        from aiohttp import web  # noqa: PLC0415  # 0.2 s, for nothing where no server runs

        from careerops.web.app import build_app  # noqa: PLC0415  # imports aiohttp

        self._runner = web.AppRunner(
            build_app(self._board, self._metrics),
            access_log=None,  # it would hold addresses
            handle_signals=False,
            keepalive_timeout=_IDLE_CONNECTION_S,
            shutdown_timeout=_CLOSE_S,
            max_line_size=_MAX_LINE_BYTES,
            max_field_size=_MAX_HEADER_BYTES,
        )
        await self._runner.setup()
        await web.SockSite(self._runner, listener, backlog=_BACKLOG).start()
        host, port = listener.getsockname()[:2]
        get_logger("http").info(LogEvent.HTTP_LISTENING, host=host, port=port)

    async def close(self) -> None:
        """Stop listening and end requests under way within a second. Idempotent."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        # Of a name with both, the IPv4 address: it is what the other defaults say.
        family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
        listener = socket.socket(family, kind, protocol)
    except OSError:
        raise ConfigurationError(
            "http.host is no address of this machine: write 127.0.0.1"
        ) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Listening now tells a taken port at once, and not at the first connection.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(_refusal(error, port)) from None
    return listener


def _refusal(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"http.port {port} is taken: stop the process that holds it,"
            " or write another port (0 for none)"
        )
    if error.errno == errno.EACCES:
        return f"http.port {port} needs privileges: write a port above 1023"
    return "http.host is no address of this machine: write 127.0.0.1"
