"""llmock, a language-model server with faults, in a process of its own.

Nobody of this project wrote it: what it refuses or answers is not what we imagine of a vendor.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.servers import missing

START_S = 20.0


@dataclass(frozen=True, slots=True)
class LLMock:
    """A running server."""

    url: str

    @property
    def base_url(self) -> str:
        """What a client of OpenAI is given."""
        return f"{self.url}/v1"

    def script(self, *behaviors: dict[str, Any]) -> None:
        """Let the next requests meet these, in order."""
        self._call("POST", "/_llmock/scenario", {"behaviors": list(behaviors)})

    def reply(self, text: str, **fields: Any) -> None:
        """Let the next request be answered with `text`."""
        self.script({"type": "reply", "text": text, **fields})

    def reset(self) -> None:
        """Forget requests and scenarios."""
        self._call("POST", "/_llmock/reset", {})

    def requests(self) -> list[dict[str, Any]]:
        """Every request served since the last reset."""
        return self._call("GET", "/_llmock/requests")["requests"]

    def findings(self) -> set[str]:
        """What its verdict holds against the client, by code.

        It counts a wait from the end of an answer, which a busy machine notes after the client has
        had it. From one arrival to the next no client that waits is too early, however slow it is.
        """
        arrived = {each["seq"]: each for each in self.requests()}

        def stands(finding: dict[str, Any]) -> bool:
            if finding["code"] != "retry_after_ignored":
                return True
            before, after = (arrived[number] for number in finding["requests"])
            return bool(after["started_at"] - before["started_at"] < before["retry_after"])

        found = self._call("GET", "/_llmock/verdict")["findings"]
        return {finding["code"] for finding in found if stands(finding)}

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(  # noqa: S310  # our own server on loopback
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310  # our own server on loopback
            return json.load(response)


@contextmanager
def llmock_server(*arguments: str) -> Iterator[LLMock]:
    """A server for as long as the block runs; skips without llmock, and fails so with CI=true."""
    command = shutil.which("llmock", path=str(Path(sys.executable).parent)) or shutil.which(
        "llmock"
    )
    if command is None:
        missing("llmock is not installed: pip install -r requirements/dev.txt")
    port = _free_port()
    process = subprocess.Popen(
        [command, "serve", "--port", str(port), "--log-level", "error", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        server = LLMock(f"http://127.0.0.1:{port}")
        _await_start(server, process)
        yield server
    finally:
        process.kill()  # it would finish answers that were delayed for half a minute
        process.wait(10)


def _await_start(server: LLMock, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            server.reset()
        except (OSError, urllib.error.URLError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
