"""What is measured: our pool over one vendor's clients, and the vendor's SDK as documented."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from careerops.adapters.llm.clients.anthropic import AnthropicClient
from careerops.adapters.llm.clients.gemini import GeminiClient
from careerops.adapters.llm.clients.groq import GroqClient
from careerops.adapters.llm.clients.openai import OpenAIClient
from careerops.adapters.llm.credentials import Credential
from careerops.adapters.llm.pool import CredentialPool, Member
from careerops.llm.quota.keeper import QuotaKeeper
from careerops.llm.quota.limits import Limits
from careerops.ops.metrics import Metrics
from careerops.ops.secrets import Secret
from careerops.ports.chatmodel import ChatRequest
from careerops.ports.clock import Clock
from careerops.ports.documents import Documents

CLIENTS: Final[dict[str, Any]] = {
    "openai": OpenAIClient,
    "groq": GroqClient,
    "gemini": GeminiClient,
    "anthropic": AnthropicClient,
}
PATHS: Final = {"openai": "/v1"}
"""Of the API on its host, where the client's `base_url` has it."""
AMPLE: Final = Limits(1_000_000, 100_000_000, 1_000_000_000, 100_000_000_000)
"""Limits that are counted and never reached."""
KEY: Final = "sk-bench-0123456789abcdef"

Call = Callable[[], Awaitable[object]]


@contextmanager
def serving(share: float, seed: int = 0) -> Iterator[int]:
    """The port of the vendors' process."""
    command = [sys.executable, "-P", "-m", "llmcalls.server", str(share), str(seed)]
    path = [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        if server.stdout is None or server.stdin is None:
            raise RuntimeError("no pipes")
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


def client_of(kind: str, port: int, clock: Clock, timeout_s: float = 30.0) -> Any:
    """Our client of one credential."""
    base_url = f"http://127.0.0.1:{port}/{kind}{PATHS.get(kind, '')}"
    client = CLIENTS[kind]
    return client(client.Options(base_url=base_url, timeout_s=timeout_s), clock=clock)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the keys lie, and what the pool is made with."""

    folder: Path
    clock: Clock
    documents: Documents


def pool_of(kind: str, clients: list[Any], limits: Limits, place: Place) -> CredentialPool:
    """A pool over `clients`, each with a key in a file and a scope of its own."""
    members = []
    for number, client in enumerate(clients):
        file = place.folder / f"{kind}-{number}.key"
        file.write_text(KEY)
        secret = Secret(f"file:{file}", monotonic=place.clock.monotonic)
        credential = Credential(f"{kind}:{number}", secret)
        members.append(Member(credential, client, limits, "bold"))
    quotas = QuotaKeeper(place.documents, place.clock, Metrics())
    return CredentialPool(kind, members, quotas, place.clock)


@asynccontextmanager
async def bare_sdk(kind: str, port: int, request: ChatRequest, ours: Any) -> AsyncIterator[Call]:
    """A call by the SDK's own asynchronous client, with what `ours` would pass it.

    One client, used again, no retries; its text is read. All else is the SDK's default.
    """
    host = f"http://127.0.0.1:{port}/{kind}"
    if kind == "gemini":
        from google import genai  # noqa: PLC0415  # an SDK costs memory: only where it is measured
        from google.genai import types  # noqa: PLC0415  # the same

        options = types.HttpOptions(base_url=host, api_version="v1beta")
        client = genai.Client(api_key=KEY, http_options=options)
        contents = ours._contents(request)  # noqa: SLF001  # both have to ask the same
        config = ours._config(request)  # noqa: SLF001  # the same
        model = ours._options.model  # noqa: SLF001  # the same

        async def ask() -> object:
            answer = await client.aio.models.generate_content(
                model=model, contents=contents, config=config
            )
            return answer.text

        yield ask
        await client.aio.aclose()
        return
    sdk = _sdk(kind, host)
    arguments = ours._arguments(request)  # noqa: SLF001  # the same

    async def call() -> object:
        if kind == "anthropic":
            blocks = (await sdk.messages.create(**arguments)).content
            return next(block.text for block in blocks if block.type == "text")
        return (await sdk.chat.completions.create(**arguments)).choices[0].message.content

    yield call
    await sdk.close()


def _sdk(kind: str, host: str) -> Any:
    if kind == "openai":
        import openai  # noqa: PLC0415  # an SDK costs memory: only where it is measured

        return openai.AsyncOpenAI(api_key=KEY, base_url=f"{host}/v1", max_retries=0)
    if kind == "groq":
        import groq  # noqa: PLC0415  # the same

        return groq.AsyncGroq(api_key=KEY, base_url=host, max_retries=0)
    import anthropic  # noqa: PLC0415  # the same

    return anthropic.AsyncAnthropic(api_key=KEY, base_url=host, max_retries=0)


async def many(call: Call, calls: int, at_once: int) -> None:
    """`calls` of it, so many at a time."""

    async def some(number: int) -> None:
        for _ in range(number, calls, at_once):
            await call()

    async with asyncio.TaskGroup() as tasks:
        for number in range(at_once):
            tasks.create_task(some(number))
