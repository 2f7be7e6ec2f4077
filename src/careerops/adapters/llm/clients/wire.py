"""The SDKs' way to their vendors: our own transport under their HTTP client, over aiohttp.

The SDKs build requests and read answers; everything between is bounded here, once for all four:
connections, bytes read, redirects. Only headers that a call needs are sent, so neither an SDK's
telemetry (platform, Python version) nor what it finds in environment variables leaves the machine.
The key is put into the request here and nowhere else: no SDK ever holds one, so none of its
objects, logs and errors can show one. A refusal ends here too, before the SDK makes an error that
quotes the request: it is read from the `Exchange`.

It also costs less than the SDKs' own transports (benchmarks/bench_llm_calls.py).
"""

import asyncio
import zlib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import aiohttp

MAX_BODY_BYTES: Final = 1024 * 1024
_CONNECT_S: Final = 10.0
_IDLE_S: Final = 30.0
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
_SENT_HEADERS: Final = frozenset({b"accept", b"anthropic-version", b"content-type", b"user-agent"})
_OK: Final = range(200, 300)


class Unanswered(Exception):
    """Ends an SDK's call: the `Exchange` says why. It carries nothing."""


@dataclass(slots=True)
class Exchange:
    """One request and what came back.

    Attributes:
        key: goes into the request's header; '' for none.
        status: of the response, 0 if there was none.
        headers: of the response.
        body: of the response, decompressed.
        failure: what went wrong without a whole response, '' if nothing did.
        asked_s: when the call was asked for (seconds of the event loop).
        sent_s: when its request was on its way, 0 if it never was.
    """

    key: str = field(repr=False)
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    failure: str = ""
    asked_s: float = 0.0
    sent_s: float = 0.0

    @property
    def sent_after_s(self) -> float:
        """How long after it was asked for the request was on its way; 0 if it never was."""
        return self.sent_s - self.asked_s if self.sent_s else 0.0

    @property
    def served(self) -> bool:
        """Whether the vendor did what it was asked for."""
        return not self.failure and self.status in _OK


current_exchange: ContextVar[Exchange] = ContextVar("careerops_llm_exchange")
"""The exchange of this task's call: how a key gets past an SDK that must not see it."""


class Wire:
    """A transport as httpx and httpx2 want one, with a pool of at most `connections`."""

    def __init__(
        self, http: Any, base_url: str, *, connections: int, key_header: tuple[str, str]
    ) -> None:
        """Carry requests to `base_url`'s host and to no other.

        Args:
            http: the package that the SDK is built on, httpx or httpx2.
            base_url: of the API.
            connections: at once, each used again for the next call.
            key_header: the header of the key, and what stands before the key in it.
        """
        self._http = http
        self._origin = _origin(http.URL(base_url))
        self._connections = connections
        self._key_header = key_header
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    def client(self) -> Any:
        """The SDK's HTTP client over this transport; it reads no environment variable."""
        http, carry = self._http, self.handle_async_request

        class Client(http.AsyncClient):  # type: ignore[misc, name-defined]  # either package's
            async def request(
                self, method: str, url: str, *, headers: Any = None, content: Any = None, **_: Any
            ) -> Any:
                # google-genai's way in. Straight to the wire: no cookies, redirects, proxies or
                # defaults are to be added, and looking for them costs a twentieth of a call.
                return await carry(http.Request(method, url, headers=headers, content=content))

        return Client(transport=self, trust_env=False, follow_redirects=False, timeout=None)

    async def handle_async_request(self, request: Any) -> Any:
        """Send an SDK's request and read the response.

        Raises:
            Unanswered: there is no good one; the exchange says why.
        """
        exchange = current_exchange.get()
        if _origin(request.url) != self._origin:
            exchange.failure = "would have been called at another address"
        elif self._closed:
            exchange.failure = "is closed"
        else:
            await self._carry(request, exchange)
        if not exchange.served:
            raise Unanswered
        kept = {"content-type": exchange.headers.get("content-type", "")}
        return self._http.Response(exchange.status, headers=kept, content=exchange.body)

    async def aclose(self) -> None:
        """Close the connections. Idempotent."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _carry(self, request: Any, exchange: Exchange) -> None:
        import aiohttp

        try:
            async with self._opened().request(
                request.method,
                str(request.url),
                data=request.content or None,
                headers=self._headers(request, exchange.key),
                allow_redirects=False,
            ) as response:
                exchange.headers = response.headers
                await _read(response, exchange)
                exchange.status = response.status
        except (aiohttp.ClientError, OSError, ValueError):
            exchange.failure = "cannot be reached"

    def _headers(self, request: Any, key: str) -> dict[str, str]:
        # Raw: reading all of them as text, a dozen about the platform among them, costs a tenth of
        # a call.
        headers = {
            name.lower().decode(): value.decode()
            for name, value in request.headers.raw
            if name.lower() in _SENT_HEADERS
        }
        # google-genai adds the version of Python to its name.
        headers["user-agent"] = headers.get("user-agent", "").partition(" gl-python/")[0]
        # Answers are small, and what is not packed needs no guard against unpacking to gigabytes.
        headers["accept-encoding"] = "identity"
        if key:
            name, before = self._key_header
            headers[name] = before + key
        return headers

    def _opened(self) -> "aiohttp.ClientSession":
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=_IDLE_S),
                # The caller's own timeout ends a call; this one only gives up on a dead address.
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S),
                trace_configs=[_noting_departure()],
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
            )
        return self._session


def _noting_departure() -> "aiohttp.TraceConfig":
    """A hook behind connecting: quotas count a request from when it is on its way."""
    import aiohttp

    async def note(*_: Any) -> None:
        current_exchange.get().sent_s = asyncio.get_running_loop().time()

    tracing = aiohttp.TraceConfig()
    tracing.on_request_headers_sent.append(note)
    return tracing


def _origin(url: Any) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


async def _read(response: "aiohttp.ClientResponse", exchange: Exchange) -> None:
    """Read the body into `exchange`, or its failure: leaving early closes the connection."""
    packed = bytearray()
    async for chunk in response.content.iter_any():
        packed += chunk
        if len(packed) > MAX_BODY_BYTES:
            exchange.failure = "sent more than we read"
            return
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        exchange.body = bytes(packed)
    elif encoding in {"gzip", "x-gzip", "deflate"}:
        _unpack(bytes(packed), exchange)
    else:
        exchange.failure = "answered in an encoding that it was not asked for"


def _unpack(packed: bytes, exchange: Exchange) -> None:
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        body = unpacking.decompress(packed, MAX_BODY_BYTES + 1)
    except zlib.error:
        body = b""
    if len(body) > MAX_BODY_BYTES:
        exchange.failure = "sent more than we read"
    elif not unpacking.eof:
        exchange.failure = "sent a broken answer"
    else:
        exchange.body = body
