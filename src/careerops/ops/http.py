"""Our own HTTP calls: one pooled session, deadlines, a size limit, no redirects.

A failure says whether the request had left: only then a repeat may do something twice.
"""

import asyncio
import ipaddress
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import aiohttp

MAX_BODY_BYTES: Final = 1024 * 1024
_MAX_DELAY_S: Final = 86_400.0 * 31
_CHUNK_BYTES: Final = 64 * 1024
_LOCAL_NAMES: Final = (".local", ".lan", ".internal", ".home.arpa", ".localhost")


class HttpFailure(Exception):
    """No usable response. Its text names no address, header or body.

    Attributes:
        sent: whether the request had left, at least in part.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Response:
    """A response: `body` is its parsed JSON, None where it is not JSON."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)

    def value(self, *path: str) -> Any:
        """What stands at `path` in the body; None where there is no such place."""
        found = self.body
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found

    def retry_after_s(self, now: datetime) -> float | None:
        """The delay of the Retry-After header in seconds (RFC 9110 10.2.3), None without one."""
        return parse_retry_after(self.headers.get("Retry-After", ""), now)


class HttpClient:
    """JSON over HTTP to one host. Connects at the first call; concurrent calls are fine."""

    def __init__(
        self, base_url: str, *, timeout_s: float, max_body_bytes: int = MAX_BODY_BYTES
    ) -> None:
        """Call paths below `base_url`; each call takes at most `timeout_s` seconds."""
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s
        self._max_body_bytes = max_body_bytes
        self._session: aiohttp.ClientSession | None = None

    async def post(self, path: str, body: object, headers: Mapping[str, str]) -> Response:
        """POST `body` as JSON.

        Raises:
            HttpFailure: there is no response, or a larger one than we read.
        """
        return await self._call("POST", path, headers, json.dumps(body).encode())

    async def get(self, path: str, headers: Mapping[str, str]) -> Response:
        """GET.

        Raises:
            HttpFailure: as `post`.
        """
        return await self._call("GET", path, headers, None)

    async def close(self) -> None:
        """Close the connections. Idempotent."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str], data: bytes | None
    ) -> Response:
        import aiohttp  # noqa: PLC0415  # 0.2 s to import: only when something is called

        trace: dict[str, bool] = {}
        sending = dict(headers)
        if data is not None:
            sending["Content-Type"] = "application/json"
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._opened().request(
                    method,
                    self._base_url + path,
                    data=data,
                    headers=sending,
                    allow_redirects=False,
                    trace_request_ctx=trace,
                ) as response,
            ):
                read = await self._read(response)
                return Response(response.status, response.headers, _parsed(read))
        except TimeoutError:
            message = f"no answer within {self._timeout_s:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            message = f"no connection ({type(error).__name__})"
        raise HttpFailure(message, sent=trace.get("sent", False))

    async def _read(self, response: "aiohttp.ClientResponse") -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            body += chunk
            if len(body) > self._max_body_bytes:
                raise HttpFailure("the answer is larger than we read", sent=True)
        return bytes(body)

    def _opened(self) -> "aiohttp.ClientSession":
        import aiohttp  # noqa: PLC0415  # imported by whoever calls first

        if self._session is None:
            tracing = aiohttp.TraceConfig()
            tracing.on_request_headers_sent.append(_mark_sent)
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._timeout_s),
                trace_configs=[tracing],
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


async def _mark_sent(session: Any, context: Any, params: Any) -> None:
    del session, params
    context.trace_request_ctx["sent"] = True


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def parse_retry_after(value: str, now: datetime) -> float | None:
    """Seconds of a Retry-After value, a number or an HTTP date; None if it is neither.

    At most 31 days: no server makes us wait longer.
    """
    text = value.strip()
    try:
        delay_s = float(text)
    except ValueError:
        delay_s = _until(text, now)
    return None if math.isnan(delay_s) else min(max(delay_s, 0.0), _MAX_DELAY_S)


def _until(date: str, now: datetime) -> float:
    """Seconds until an HTTP date; not a number if it is none."""
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, OverflowError, TypeError, IndexError):  # whatever a vendor writes there
        return math.nan
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()


def host_of(url: str) -> str:
    """The host of `url`, lower case, without port and credentials ('' if there is none)."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, by its name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def checked_base_url(url: str) -> str:
    """`url` without a trailing slash; for use as a validator.

    Raises:
        ValueError: it is no http or https URL, carries credentials, or would send mail in clear
            text over the internet.
    """
    wanted = "write a URL such as https://host/path"
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # brackets or a port that are none
        raise ValueError(wanted) from None
    if not is_url or any(char.isspace() or not char.isprintable() for char in url):
        raise ValueError(wanted)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("a URL without credentials, query and fragment")
    if parts.scheme == "http" and not _is_near(parts.hostname or ""):
        raise ValueError("use https: what is sent must not be readable on the way")
    return url.rstrip("/")


def _is_near(host: str) -> bool:
    """Whether `host` is this machine or one of a private network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_NAMES)
