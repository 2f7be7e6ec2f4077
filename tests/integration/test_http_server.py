"""The HTTP server of a process, over real connections on loopback."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from pydantic import ValidationError

from careerops.domain.errors import ConfigurationError
from careerops.ops.clock import SystemClock
from careerops.ops.health import HealthBoard
from careerops.ops.logging import configure_logging
from careerops.ops.metrics import Metrics
from careerops.web import app as application
from careerops.web import server as server_module
from careerops.web.server import HttpOptions, HttpServer


class Service:
    """A running server and what it speaks of."""

    def __init__(self, client: aiohttp.ClientSession, port: int) -> None:
        self.client = client
        self.port = port
        self.board = HealthBoard(SystemClock())
        self.metrics = Metrics()

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        """Status and parsed JSON."""
        async with self.client.get(path, **options) as response:
            assert response.content_type == "application/json"
            return response.status, await response.json()


@asynccontextmanager
async def serving(board: HealthBoard | None = None) -> AsyncIterator[Service]:
    """A server on a port of the system's choice."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
        service = Service(client, port)
        if board is not None:
            service.board = board
        server = HttpServer(HttpOptions(port=port), service.board, service.metrics)
        await server.serve(listener)
        try:
            yield service
        finally:
            await server.close()


async def test_health_says_ok_while_everything_beats() -> None:
    """With the age of each heartbeat."""
    async with serving() as service:
        service.board.expect_beat("event_loop")
        status, body = await service.get("/health")
    assert (status, body["status"], body["problems"]) == (200, "ok", [])
    assert body["heartbeat_age_s"]["event_loop"] < 10


async def test_health_fails_when_a_heartbeat_stops() -> None:
    """503, and which one it is."""
    async with serving() as service:
        service.board.expect_beat("consumer", max_age_s=-1)
        status, body = await service.get("/health")
    assert (status, body["status"]) == (503, "failing")
    assert body["problems"] == ["no heartbeat: consumer"]


async def test_ready_is_503_until_connected_and_while_draining() -> None:
    """Breakers and scopes are in the body and do not decide."""
    async with serving() as service:
        service.board.expect_connection("log")
        service.board.describe("breakers", lambda: {"openai": "open"})
        assert (await service.get("/ready"))[0] == 503
        service.board.set_connected("log", connected=True)
        status, body = await service.get("/ready")
        assert (status, body["status"], body["breakers"]) == (200, "ready", {"openai": "open"})
        service.board.start_draining()
        status, body = await service.get("/ready")
        assert (status, body["problems"]) == (503, ["draining"])
        assert (await service.get("/health"))[0] == 200


async def test_metrics_are_in_the_format_the_client_asks_for() -> None:
    """Prometheus's text by default, OpenMetrics on request."""
    async with serving() as service:
        service.metrics.parked.labels("classify").set(3)
        async with service.client.get("/metrics") as response:
            assert response.headers["Content-Type"].startswith("text/plain; version=")
            assert 'careerops_parked{stage="classify"} 3.0' in await response.text()
        accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
        async with service.client.get("/metrics", headers=accept) as response:
            assert response.content_type == "application/openmetrics-text"
            assert (await response.text()).endswith("# EOF\n")


async def test_an_unknown_path_is_a_json_404_that_does_not_repeat_it() -> None:
    """Paths are somebody else's text."""
    async with serving() as service:
        status, body = await service.get("/<script>planted")
    assert (status, body) == (404, {"status": "error", "error": "Not Found"})


async def test_another_method_is_a_json_405_that_names_the_right_ones() -> None:
    """HEAD works like GET."""
    async with serving() as service:
        async with service.client.post("/health", data=b"x") as response:
            assert response.status == 405
            assert response.headers["Allow"] == "GET,HEAD"
            assert (await response.json())["error"] == "Method Not Allowed"
        async with service.client.head("/health") as response:
            assert response.status == 200


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics", "/none"])
async def test_every_answer_carries_the_security_headers(path: str) -> None:
    """And does not say by what it is served."""
    async with serving() as service, service.client.get(path) as response:
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Server"] == "careerops"


async def test_an_error_in_a_handler_is_a_json_500_and_its_text_is_nowhere(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Type and frames are in the log."""
    undo = configure_logging(fmt="json")

    def fail() -> dict[str, str]:
        raise ValueError("planted")

    async with serving() as service:
        service.board.describe("breakers", fail)
        status, body = await service.get("/ready")
    undo()
    assert (status, body) == (500, {"status": "error", "error": "Internal Server Error"})
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line.get("error_type")) for line in lines] == [
        ("http_listening", None),
        ("unhandled_error", "ValueError"),
    ]
    assert "planted" not in json.dumps(lines)


async def test_a_request_that_takes_too_long_is_a_json_503(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bound is on every handler."""
    monkeypatch.setattr(application, "REQUEST_TIMEOUT_S", 0.01)

    async def never(_: object) -> Any:
        await asyncio.Event().wait()

    request: Any = None
    response = await application._guard(request, never)
    assert response.status == 503


async def exchange(port: int, data: bytes) -> bytes:
    """Send `data` on a connection of its own and read until the server closes it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(), 30)
    finally:
        writer.close()


async def test_oversized_request_lines_and_headers_are_refused() -> None:
    """Before any of it is handled."""
    async with serving() as service:
        line = b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
        header = b"GET /health HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n"
        assert b" 400 " in (await exchange(service.port, line)).split(b"\r\n")[0]
        assert b" 400 " in (await exchange(service.port, header)).split(b"\r\n")[0]


async def test_a_connection_that_says_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open connections cost descriptors."""
    monkeypatch.setattr(server_module, "_IDLE_CONNECTION_S", 0.05)
    async with serving() as service:
        assert await exchange(service.port, b"") == b""
        assert await exchange(service.port, b"GET /health HTTP/1.1\r\nHo") == b""


async def test_no_address_of_a_client_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    """There is no access log; bad requests are a place in a library."""
    undo = configure_logging(level="debug", fmt="json")
    async with serving() as service:
        await service.get("/health", headers={"X-Forwarded-For": "203.0.113.9"})
        await exchange(service.port, b"planted \x00 nonsense\r\n\r\n")
    undo()
    text = capsys.readouterr().err
    assert "203.0.113.9" not in text
    assert "planted" not in text
    assert json.loads(text.splitlines()[0])["event"] == "http_listening"


async def test_port_zero_opens_nothing() -> None:
    """Off; closing it is no error, twice neither."""
    server = HttpServer(HttpOptions(port=0), HealthBoard(SystemClock()), Metrics())
    await server.start()
    await server.close()
    await server.close()
    assert server._runner is None


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


async def test_it_listens_on_loopback_alone_unless_told_otherwise() -> None:
    """`start` binds the configured address and frees it at once when closed."""
    port = free_port()
    server = HttpServer(HttpOptions(port=port), HealthBoard(SystemClock()), Metrics())
    await server.start()
    assert server._runner is not None
    assert server._runner.addresses == [("127.0.0.1", port)]
    await server.close()
    again = HttpServer(HttpOptions(port=port, host="localhost"), server._board, Metrics())
    await again.start()
    await again.close()


async def test_a_taken_port_is_one_line_that_names_the_key_and_the_remedy() -> None:
    """Not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = HttpServer(HttpOptions(port=port), HealthBoard(SystemClock()), Metrics())
        with pytest.raises(ConfigurationError) as caught:
            await server.start()
    assert str(caught.value) == (
        f"http.port {port} is taken: stop the process that holds it,"
        " or write another port (0 for none)"
    )


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
async def test_an_address_of_another_machine_is_one_line(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it cannot be bound or is no address at all."""
    if host == "no such host":
        monkeypatch.setattr(socket, "getaddrinfo", refuse(socket.gaierror(-2, "unknown")))
    server = HttpServer(HttpOptions(host=host), HealthBoard(SystemClock()), Metrics())
    with pytest.raises(ConfigurationError, match=r"http\.host is no address of this machine"):
        await server.start()


async def test_a_port_that_needs_privileges_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """As root it would succeed, so the refusal is the system's in name only."""
    monkeypatch.setattr(socket.socket, "bind", refuse(PermissionError(13, "denied")))
    server = HttpServer(HttpOptions(port=80), HealthBoard(SystemClock()), Metrics())
    with pytest.raises(ConfigurationError, match="write a port above 1023"):
        await server.start()


def refuse(error: OSError) -> Callable[..., object]:
    """A function that raises `error` whatever it is given."""

    def raising(*_: object, **__: object) -> object:
        raise error

    return raising


@pytest.mark.parametrize("table", [{"port": -1}, {"port": 65536}, {"host": ""}, {"prot": 1}])
def test_the_table_refuses_what_it_does_not_know(table: dict[str, Any]) -> None:
    """A mistyped key is an error."""
    with pytest.raises(ValidationError):
        HttpOptions.model_validate(table)
