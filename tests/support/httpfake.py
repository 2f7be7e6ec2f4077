"""A vendor on loopback that does what vendors do at their worst."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """Its body."""
        return json.loads(self.text)


@dataclass(slots=True)
class Vendor:
    """A server whose next answers are scripted; `otherwise` answers the rest.

    Attributes:
        url: where it listens.
        seen: every request.
        arrived: set at each request.
        script: answers to the next requests, in order.
    """

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    script: list[Answer] = field(default_factory=list)
    otherwise: Answer | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep the request and answer it."""
        text = await request.text()
        self.seen.append(Seen(request.method, request.path_qs, dict(request.headers), text))
        self.arrived.set()
        answer = self.script.pop(0) if self.script else self.otherwise
        if answer is None:
            return web.Response(status=501)
        return await answer(request)


@asynccontextmanager
async def serving(vendor: Vendor) -> AsyncIterator[Vendor]:
    """`vendor`, listening for as long as the block runs."""
    app = web.Application(client_max_size=16 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", vendor.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    vendor.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield vendor
    finally:
        await runner.cleanup()


def replies(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer of JSON."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(body, status=status, headers=headers)

    return answer


def sends(text: str, status: int = 200, content_type: str = "text/html") -> Answer:
    """An answer that is no JSON, or pretends to be."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, status=status, content_type=content_type)

    return answer


def redirects(url: str) -> Answer:
    """307: a client that follows sends its body again, to another host."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": url})

    return answer


async def hangs(_: web.Request) -> web.StreamResponse:
    """Take the request and never answer."""
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def drops(request: web.Request) -> web.StreamResponse:
    """Take the request and close the connection."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def drips(request: web.Request) -> web.StreamResponse:
    """Answer a byte at a time, for ever: no single read ever times out."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


async def floods(request: web.Request) -> web.StreamResponse:
    """Answer more than anybody should read."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(200):
        await response.write(b" " * 65536)
    return response


def padded(answer: Answer) -> Answer:
    """A good answer behind 13 MB of blanks: whoever reads without a bound takes it."""

    async def padding(request: web.Request) -> web.StreamResponse:
        good = await answer(request)
        assert isinstance(good, web.Response)
        assert isinstance(good.body, bytes)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for _ in range(200):
            await response.write(b" " * 65536)
        await response.write(good.body)
        return response

    return padding
