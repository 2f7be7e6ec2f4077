"""The outside world of a chaos run, as a process of its own: `python recorder.py FILE`.

A language model (OpenAI's chat completions) and WhatsApp (Meta's Cloud API), on one port of
loopback, which is the first line on standard output. Each request is a line of FILE, durable
(fsync) before it is answered: what the program did to the world is counted here, not by it.

    {"call", "at", "what": "run" | "effect", "number", "kind", "token", "outcome", "repair",
     "channel", "lost"}
    {"call", "at", "what": "end", "dropped"}

A run is one call of the model by a handler; the second call about an unusable answer is its
`repair`. Every run answers with a `token` of its own, which the effect then carries: so it shows
which decision was told. An effect is `accepted` (the world has it, whatever the program learns of
that; `lost` if nothing that it is answered says so) or `refused`. Its `channel` is the number that
it was sent from. A run about a mail of kind X is refused whenever it is asked for.

Commands are lines on standard input: {"what", "behaviour", "times", "delay_s"}, for the next
`times` calls of that kind; 0 of them are all further ones, until `well`. Behaviours: `late` (after
`delay_s`), `hang` (taken, never answered), `fail` (refused, 5xx, nothing taken), `gateway` (taken,
answered by a 502), `no_id` (taken, answered by a 200 that names no message). `pace` sets the usual
delay. GET /counts says how many runs and effects there were.
"""

import asyncio
import json
import os
import re
import sys
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any

from aiohttp import web

MARK = re.compile(r"CH([0-9]{6})([COPX])")
TOKEN = re.compile(r"run (r[0-9]+)\b")
TYPES = ("INTERVIEW", "REJECTION", "APPLIED", "OFFER", "ASSESSMENT")
OVERLOADED = 131016
LOST = frozenset({"hang", "gateway", "no_id"})
"""The world has the message, and whoever sent it cannot know."""


class Recorder:
    """Writes down, then answers."""

    def __init__(self, path: Path) -> None:
        """Append to `path`."""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._calls = 0
        self._counts: Counter[str] = Counter()
        self._pace_s = {"run": 0.02, "effect": 0.0}
        self._orders: dict[str, deque[tuple[str, float]]] = {"run": deque(), "effect": deque()}
        self._always: dict[str, tuple[str, float]] = {}

    def command(self, line: str) -> None:
        """Obey one line of standard input."""
        order = json.loads(line)
        what, delay_s = order["what"], float(order.get("delay_s", 0))
        if order["behaviour"] == "pace":
            self._pace_s[what] = delay_s
        elif order["behaviour"] == "well":
            self._always.pop(what, None)
        elif order.get("times", 1) == 0:
            self._always[what] = order["behaviour"], delay_s
        else:
            self._orders[what].extend([(order["behaviour"], delay_s)] * order.get("times", 1))

    async def counts(self, _: web.Request) -> web.StreamResponse:
        """How many runs and effects so far."""
        return web.json_response(self._counts)

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """A call of the model."""
        messages = (await request.json())["messages"]
        repair = any(message["role"] == "assistant" for message in messages)
        number, kind = _mark("\n".join(str(message["content"]) for message in messages))
        token = f"r{self._calls}"
        behaviour, delay_s = self._next("run")
        if kind == "X":
            behaviour = "fail"
        call = self._write("run", behaviour, number, kind, token, repair=repair)
        answer = web.json_response(_completion(_answer(number, kind, token)))
        return await self._end(call, behaviour, delay_s, answer)

    async def tell(self, request: web.Request) -> web.StreamResponse:
        """A message to the person."""
        text = json.dumps(await request.json())
        number, kind = _mark(text)
        found = TOKEN.search(text)
        behaviour, delay_s = self._next("effect")
        channel, lost = request.match_info["number"], behaviour in LOST
        token = found[1] if found else ""
        call = self._write("effect", behaviour, number, kind, token, channel=channel, lost=lost)
        answer = web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": "491700000000", "wa_id": "491700000000"}],
                "messages": [{"id": f"wamid.{call:032d}"}],
            }
        )
        return await self._end(call, behaviour, delay_s, answer)

    def _next(self, what: str) -> tuple[str, float]:
        orders = self._orders[what]
        usual = self._always.get(what, ("", self._pace_s[what]))
        return orders.popleft() if orders else usual

    def _write(
        self, what: str, behaviour: str, number: int, kind: str, token: str, **more: Any
    ) -> int:
        call = self._calls
        self._calls += 1
        self._counts[what] += 1
        outcome = {"fail": "refused", "hang": "hung"}.get(behaviour, "accepted")
        if what == "effect" and outcome == "hung":
            outcome = "accepted"
        line = {"call": call, "at": time.time(), "what": what, "number": number, "kind": kind}
        self._append({**line, "token": token, "outcome": outcome, **more})
        os.fsync(self._file)
        return call

    async def _end(
        self, call: int, behaviour: str, delay_s: float, answer: web.StreamResponse
    ) -> web.StreamResponse:
        dropped = True
        try:
            if behaviour == "hang":
                await asyncio.Event().wait()
            await asyncio.sleep(delay_s)
            dropped = False
        finally:
            self._append({"call": call, "at": time.time(), "what": "end", "dropped": dropped})
        if behaviour == "fail":
            error = {"message": "overloaded", "type": "server_error", "code": OVERLOADED}
            return web.json_response({"error": error}, status=503)
        if behaviour == "no_id":
            return web.json_response({"messaging_product": "whatsapp"})
        if behaviour == "gateway":
            return web.Response(status=502, text="Bad Gateway")
        return answer

    def _append(self, line: dict[str, Any]) -> None:
        os.write(self._file, json.dumps(line).encode() + b"\n")


def _mark(text: str) -> tuple[int, str]:
    found = MARK.search(text)
    return (int(found[1]), found[2]) if found else (-1, "")


def _answer(number: int, kind: str, token: str) -> str:
    if kind == "P":
        return "I would rather talk about the weather."
    mark = f"CH{number:06d}{kind}"
    return json.dumps(
        {
            "event_type": "OTHER" if kind == "O" else TYPES[number % len(TYPES)],
            "company": f"Company {number % 40}",
            "role": "",
            "confidence": 0.9,
            "summary": f"Mail {mark} as understood by run {token}.",
            "evidence": f"reference {mark}",
            "interview": None,
            "deadline": None,
        }
    )


def _completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "finish_reason": "stop", "logprobs": None, "message": message}
    return {
        "id": "chatcmpl-chaos",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": "chaos",
        "choices": [choice],
        "usage": {"prompt_tokens": 100, "completion_tokens": 40, "total_tokens": 140},
    }


async def main(path: Path) -> None:
    """Serve until standard input is closed."""
    recorder = Recorder(path)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", recorder.complete)
    app.router.add_post("/{version}/{number}/messages", recorder.tell)
    app.router.add_get("/counts", recorder.counts)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin
    )
    while line := await commands.readline():
        recorder.command(line.decode())
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
