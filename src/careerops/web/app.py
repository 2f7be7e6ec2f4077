"""What the HTTP server says: /health, /ready and /metrics. Every other body is JSON too."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from careerops.ops.health import HealthBoard, Report
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import get_logger
from careerops.ops.metrics import Metrics

MAX_BODY_BYTES: Final = 1024 * 1024
REQUEST_TIMEOUT_S: Final = 10.0

_HEADERS: Final = {
    "Server": "careerops",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_log = get_logger("http")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(board: HealthBoard, metrics: Metrics) -> web.Application:
    """The application over a process's health and metrics."""

    async def health(_: web.Request) -> web.Response:
        return _report(board.liveness(), "ok", "failing")

    async def ready(_: web.Request) -> web.Response:
        return _report(board.readiness(), "ready", "not ready")

    async def expose(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        body = encode(metrics.registry)
        return web.Response(body=body, headers={"Content-Type": content_type})

    app = web.Application(middlewares=[_guard], client_max_size=MAX_BODY_BYTES)
    app.on_response_prepare.append(_add_headers)
    app.router.add_get("/health", health)
    app.router.add_get("/ready", ready)
    app.router.add_get("/metrics", expose)
    return app


def _report(report: Report, good: str, bad: str) -> web.Response:
    body = {"status": good if report.ok else bad, "problems": report.problems, **report.details}
    return _json(body, 200 if report.ok else 503)


def _json(body: object, status: int) -> web.Response:
    return web.Response(text=json.dumps(body), status=status, content_type="application/json")


@web.middleware
async def _guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Bound the time of every request and answer errors in JSON, without quoting the request."""
    try:
        async with asyncio.timeout(REQUEST_TIMEOUT_S):
            return await handler(request)
    except web.HTTPException as refusal:
        response = _json({"status": "error", "error": refusal.reason}, refusal.status)
        if "Allow" in refusal.headers:
            response.headers["Allow"] = refusal.headers["Allow"]
        return response
    except TimeoutError:
        return _json({"status": "error", "error": "Timeout"}, 503)
    except Exception as error:  # noqa: BLE001  # the boundary: aiohttp would answer in HTML and log the text
        _log.error(LogEvent.UNHANDLED_ERROR, exc_info=error)
        return _json({"status": "error", "error": "Internal Server Error"}, 500)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
