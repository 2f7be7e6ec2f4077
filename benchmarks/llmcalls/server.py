"""The vendors on loopback, in a process of their own: at once, or with every refusal they document.

    python -m llmcalls.server SHARE [SEED]     # prints its port; ends with its standard input

Each vendor is under a path of its name and answers as its strict fake in tests/support/llmvendors
does. Of all calls, SHARE get something else instead: each of the refusals and broken answers that
the fake knows, and none at all, a dripping one, a connection that is cut, and more than anybody
should read, as often as each other and in an order that SEED shuffles.
"""

import asyncio
import itertools
import logging
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from aiohttp import web

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests"))
from careerops.llm.errors import SchemaRefused
from support.httpfake import Answer, drips, drops, floods, hangs
from support.llmvendors import anthropic, gemini, groq, openai
from support.llmvendors.case import Profile

PROFILES: Final = {each.PROFILE.kind: each.PROFILE for each in (openai, groq, gemini, anthropic)}
MAX_REQUEST_BYTES: Final = 4 * 1024 * 1024


def refusals(profile: Profile, seed: int) -> Iterator[Answer]:
    """All that `profile` does instead of answering, for ever, each time in another order.

    But for a refused schema: that ends the use of a provider, and so would end the run.
    """
    rng = random.Random(seed)  # noqa: S311  # the same order in every run
    answers = [
        case.answer
        for case in profile.cases
        if case.error is not SchemaRefused and not case.options
    ]
    answers += [hangs, drips, drops, floods]
    while True:
        rng.shuffle(answers)
        yield from answers


class Vendor:
    """One vendor."""

    def __init__(self, profile: Profile, share: float, seed: int) -> None:
        """Refuse `share` of the calls."""
        self._profile = profile
        self._every = round(1 / share) if share else 0
        self._numbers = itertools.count(1)
        self._refusals = refusals(profile, seed)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        await request.read()
        if self._every and next(self._numbers) % self._every == 0:
            return await next(self._refusals)(request)
        return await self._profile.good(request)


async def main() -> None:
    """Serve until standard input ends."""
    # A client that leaves in the middle of an answer is what this is about, and no error here.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    share = float(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    app = web.Application(client_max_size=MAX_REQUEST_BYTES)
    for kind, profile in PROFILES.items():
        vendor = Vendor(profile, share, seed)
        app.router.add_post(f"/{kind}/{{path:.*}}", vendor.handle)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
