"""The classify service at ten calls at once against one at a time: `careerops classify` as it is.

    python benchmarks/bench_classify.py [--mails 234] [--serial 22]

A stub of a provider, in a process of its own, answers after 2 to 5 seconds. The mails lie in the
log of an embedded database; the installed command takes them through parsing's result, prompt,
pool, checks, second opinion and verdict. Both runs meet the same delays in the same order. The
ratio is that of the rates while there was work for every slot: from the first call's arrival at
the stub to the last one's. The whole runs, with start and the last calls, are printed beside it.

Exits 1 if ten at once are less than 9.5 times as fast as one.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import web

ROOT: Final = Path(__file__).resolve().parent.parent
SHORTEST_S, LONGEST_S = 2.0, 5.0
GOLDEN: Final = 0.6180339887498949
"""Multiples of it spread evenly: any stretch of the delays has nearly the same mean."""
WANTED: Final = 9.5
AT_ONCE: Final = 10
LONGEST_RUN_S: Final = 900.0

sys.path.append(str(ROOT / "tests"))
from support.mails import career_mail, write_mbox  # noqa: E402  # the path is set above

ANSWER: Final = json.dumps(
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


@dataclass(slots=True)
class Stub:
    """A provider of chat completions that takes its time.

    Attributes:
        arrived, answered: when, in seconds of the monotonic clock, in order.
        most: calls under way at once, at most.
    """

    arrived: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    most: int = 0

    async def complete(self, request: web.Request) -> web.Response:
        """One completion."""
        number = len(self.arrived)
        self.arrived.append(time.monotonic())
        self.most = max(self.most, len(self.arrived) - len(self.answered))
        await request.read()
        await asyncio.sleep(SHORTEST_S + (LONGEST_S - SHORTEST_S) * ((number + 0.5) * GOLDEN % 1.0))
        self.answered.append(time.monotonic())
        return web.json_response(_completion())

    @property
    def rate(self) -> float:
        """Calls answered a second while there was work for every slot."""
        begin, end = self.arrived[0], self.arrived[-1]
        return sum(at <= end for at in self.answered) / (end - begin)


def _completion() -> dict[str, Any]:
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "stub",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": ANSWER},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 500, "completion_tokens": 60, "total_tokens": 560},
    }


async def measured(mails: int, concurrency: int) -> tuple[Stub, float]:
    """The stub after `mails` were classified, and the seconds of the whole command."""
    stub = Stub()
    async with AsyncExitStack() as closing:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", stub.complete)
        runner = web.AppRunner(app)
        await runner.setup()
        closing.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        write_mbox(folder / "inbox.mbox", [career_mail(number)[1] for number in range(mails)])
        (folder / "careerops.toml").write_text(
            'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "mbox"\npath = "inbox.mbox"\n'
            f'[classify]\nconcurrency = {concurrency}\n[[classifier]]\nkind = "openai"\n'
            f'base_url = "http://127.0.0.1:{runner.addresses[0][1]}/v1"\nmodel = "stub"\n'
        )
        await _command(folder, "ingest")
        began_s = time.monotonic()
        await _command(folder, "classify")
        took_s = time.monotonic() - began_s
    if len(stub.answered) != mails:
        raise RuntimeError(f"{len(stub.answered)} calls for {mails} mails")
    return stub, took_s


async def _command(folder: Path, service: str) -> None:
    command = [sys.executable, "-m", "careerops", service, "--until-idle"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    async with asyncio.timeout(LONGEST_RUN_S):
        if await process.wait():
            raise RuntimeError(f"careerops {service} failed")


async def main(arguments: Sequence[str] | None = None) -> int:
    """Run both and print the ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mails", type=int, default=234)
    parser.add_argument("--serial", type=int, default=22, help="mails of the run one at a time")
    options = parser.parse_args(arguments)
    rates = {}
    for concurrency, mails in ((1, options.serial), (AT_ONCE, options.mails)):
        stub, took_s = await measured(mails, concurrency)
        rates[concurrency] = stub.rate
        print(
            f"{concurrency:2} at once: {stub.rate:.4f} mails/s, at most {stub.most} calls under"
            f" way; {mails} mails in {took_s:.0f} s with start and end"
        )
    ratio = rates[AT_ONCE] / rates[1]
    print(f"ratio {ratio:.2f}, wanted {WANTED}")
    return int(ratio < WANTED)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
