"""A provider with hidden quotas: chat completions, a few keys, and 429 when a scope is full.

    python -m router.server LATENCY_S        # prints its port; ends with its standard input

Quotas are by the first part of the path, a contender's name. A scope takes `LIMIT` requests in any
60 seconds, counted when they arrive; it tells nobody so, in no header. A request too many is
answered at once by 429 with Retry-After in whole seconds, rounded up, and does not count.
"""

import asyncio
import json
import math
import sys
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

LIMIT: Final = 30
WINDOW_S: Final = 60.0
SCOPES: Final[Mapping[str, str]] = {"key-1": "a", "key-2": "b", "key-3": "c", "key-4": "c"}
"""Key -> scope: two of the keys share one."""

_ANSWER: Final = json.dumps(
    {
        "event_type": "OTHER",
        "company": "",
        "role": "",
        "confidence": 0.9,
        "summary": "Nothing about a job.",
        "evidence": "",
        "interview": {"start": "", "end": "", "place": ""},
        "deadline": "",
    }
)


class Provider:
    """The quotas and what came in, by contender."""

    def __init__(self, latency_s: float) -> None:
        """Answer after `latency_s`."""
        self._latency_s = latency_s
        self._recent: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._calls: dict[str, list[dict[str, Any]]] = defaultdict(list)

    async def complete(self, request: web.Request) -> web.Response:
        """One chat completion, or 429."""
        now = time.monotonic()
        contender = request.match_info["contender"]
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        scope = SCOPES.get(key)
        if scope is None:
            return web.json_response({"error": {"message": "no such key"}}, status=401)
        await request.read()
        recent = self._recent[contender, scope]
        while recent and now - recent[0] >= WINDOW_S:
            recent.popleft()
        full = len(recent) >= LIMIT
        self._calls[contender].append({"at": now, "scope": scope, "served": not full})
        if full:
            return self._refusal(WINDOW_S - (now - recent[0]))
        recent.append(now)
        await asyncio.sleep(self._latency_s)
        return web.json_response(_completion())

    async def calls(self, request: web.Request) -> web.Response:
        """What came in from a contender, in order."""
        return web.json_response(self._calls[request.match_info["contender"]])

    @staticmethod
    def _refusal(wait_s: float) -> web.Response:
        error = {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}
        headers = {"Retry-After": str(max(1, math.ceil(wait_s)))}
        return web.json_response({"error": error}, status=429, headers=headers)


def _completion() -> dict[str, Any]:
    message = {"role": "assistant", "content": _ANSWER}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": "bench",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 500, "completion_tokens": 60, "total_tokens": 560},
    }


async def main() -> None:
    """Serve until standard input ends."""
    provider = Provider(float(sys.argv[1]))
    app = web.Application()
    app.router.add_post("/{contender}/v1/chat/completions", provider.complete)
    app.router.add_get("/{contender}/calls", provider.calls)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
