"""The vendors' clients against llmock: a server that nobody of this project wrote."""

import json
from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import Any

import pytest

from careerops.domain.errors import CareerOpsError
from careerops.llm.answer import ANSWER_SCHEMA
from careerops.llm.errors import ProviderDown, RateLimited
from careerops.ops.clock import SystemClock
from careerops.ports.chatmodel import ChatRequest
from support.llmock import LLMock, llmock_server
from support.llmvendors import anthropic, gemini, groq, openai
from support.llmvendors.case import PLANTED_KEY, Profile

pytestmark = pytest.mark.integration

REQUEST = ChatRequest(
    (("system", "Answer in JSON."), ("user", "mail")), ANSWER_SCHEMA, "career_event"
)
SERVED: dict[str, tuple[Profile, str, dict[str, Any]]] = {
    "openai": (openai.PROFILE, "/v1", {}),
    "groq": (groq.PROFILE, "/groq", {}),
    "gemini": (gemini.PROFILE, "/gemini", {}),
    "anthropic": (anthropic.PROFILE, "/anthropic", {"structured": "tool"}),
}
"""Kind -> vendor, where llmock plays it, and options: its Anthropic knows no schemas."""


@pytest.fixture(scope="module")
def process() -> Iterator[LLMock]:
    """One server."""
    with llmock_server() as server:
        yield server


@pytest.fixture(params=SERVED)
async def talking(
    process: LLMock, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[LLMock, Any]]:
    """The server with nothing scripted, and a vendor's client of it."""
    profile, path, options = SERVED[request.param]
    process.reset()
    kind = getattr(import_module(profile.module), profile.client)
    client = kind(kind.Options(base_url=process.url + path, **options), clock=SystemClock())
    yield process, client
    await client.close()


async def test_an_answer_by_schema_is_valid_for_it(talking: tuple[LLMock, Any]) -> None:
    """The server makes its answers from the schema that it is given, so it was understood."""
    llmock, client = talking
    answer = await client.complete(REQUEST, PLANTED_KEY)
    assert set(json.loads(answer.text)) == set(ANSWER_SCHEMA["properties"])
    assert answer.input_tokens > 0
    assert answer.output_tokens > 0
    assert [request["status"] for request in llmock.requests()] == [200]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(429, RateLimited), (500, ProviderDown), (503, ProviderDown), (400, None), (401, None)],
)
async def test_a_refused_call_is_made_once(
    talking: tuple[LLMock, Any], status: int, kind: type[CareerOpsError] | None
) -> None:
    """No SDK retries on its own; the verdict agrees."""
    llmock, client = talking
    llmock.script({"type": "fail", "status": status, "times": None, "message": PLANTED_KEY})
    with pytest.raises(kind or CareerOpsError) as caught:
        await client.complete(REQUEST, PLANTED_KEY)
    assert PLANTED_KEY not in f"{caught.value!r} {vars(caught.value)}"
    assert len(llmock.requests()) == 1
    assert not {"retried_non_retryable", "retry_storm"} & llmock.findings()
