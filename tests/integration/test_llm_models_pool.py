"""Hosted models with several keys against strict fakes: whose key, and how many sockets."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from careerops.adapters.llm import models
from careerops.llm.answer import ANSWER_SCHEMA
from careerops.ports.chatmodel import ChatRequest
from support.adapters import context, secret
from support.httpfake import Seen, serving
from support.llmvendors import anthropic, gemini, groq, openai
from support.llmvendors.case import Profile, StrictVendor, bearer_of, header

pytestmark = pytest.mark.integration

KEYS = [f"sk-{number}-0123456789abcdef" for number in range(4)]
VENDORS = (
    (models.OpenAIChatModel, openai.PROFILE),
    (models.GroqChatModel, groq.PROFILE),
    (models.GeminiChatModel, gemini.PROFILE),
    (models.AnthropicChatModel, anthropic.PROFILE),
)


def about(number: int) -> ChatRequest:
    """A question of its own."""
    text = f"call-{number}-end"
    return ChatRequest((("system", "Answer."), ("user", text)), ANSWER_SCHEMA, "career_event")


def key_of(seen: Seen) -> str:
    """The one key of a request, wherever it stands."""
    found = [bearer_of(seen), header(seen, "x-api-key"), header(seen, "x-goog-api-key")]
    assert sum(map(bool, found)) == 1
    return "".join(found)


@pytest.fixture(params=VENDORS, ids=lambda pair: pair[1].kind)
def vendor(request: pytest.FixtureRequest) -> tuple[Any, Profile]:
    """Each vendor with its model."""
    return request.param


def options_of(kind: Any, fake: StrictVendor, folder: Path, **options: Any) -> Any:
    """Options with a limit of 50 calls a minute for each key, which is a scope of its own."""
    keys = [
        {"key": secret(folder, key, f"key{number}"), "rpm": 50, "pace": "bold"}
        for number, key in enumerate(KEYS)
    ]
    return kind.Options(base_url=fake.base_url, api_keys=keys, **options)


async def test_200_calls_at_once_over_four_keys(
    vendor: tuple[Any, Profile], tmp_path: Path
) -> None:
    """Each key carries the 50 that its scope may have; no call is refused, none carries two."""
    kind, profile = vendor
    fake = StrictVendor(profile, keys=frozenset(KEYS))
    async with AsyncExitStack() as closing:
        await closing.enter_async_context(serving(fake.vendor))
        model = kind(options_of(kind, fake, tmp_path), context(name=profile.kind))
        closing.push_async_callback(model.close)
        await asyncio.gather(*(model.complete(about(number)) for number in range(200)))
    assert fake.faults == []
    assert Counter(key_of(seen) for seen in fake.vendor.seen) == dict.fromkeys(KEYS, 50)
    asked = [f"call-{number}-end" for number in range(200)]
    assert all(sum(text in seen.text for seen in fake.vendor.seen) == 1 for text in asked)


async def test_a_thousand_calls_open_no_more_connections_than_the_pools_have(
    vendor: tuple[Any, Profile], tmp_path: Path
) -> None:
    """Counted at the server: at most `connections` for each key, and each is used by one key."""
    kind, profile = vendor
    by_peer: dict[Any, set[str]] = {}
    fake = StrictVendor(profile, keys=frozenset(KEYS))
    answer = fake.handle

    async def counting(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peer = request.transport.get_extra_info("peername")
        by_peer.setdefault(peer, set()).add(key_of(fake.vendor.seen[-1]))
        return await answer(request)

    fake.vendor.otherwise = counting
    async with AsyncExitStack() as closing:
        await closing.enter_async_context(serving(fake.vendor))
        keys = [secret(tmp_path, key, f"key{number}") for number, key in enumerate(KEYS)]
        given = [{"key": key, "pace": "bold"} for key in keys]
        options = kind.Options(base_url=fake.base_url, api_keys=given, connections=5)
        model = kind(options, context(name=profile.kind))
        closing.push_async_callback(model.close)
        await asyncio.gather(*(model.complete(about(number)) for number in range(1000)))
    assert len(fake.vendor.seen) == 1000
    assert len(KEYS) < len(by_peer) <= 5 * len(KEYS)
    assert all(len(keys) == 1 for keys in by_peer.values())
    assert {key for keys in by_peer.values() for key in keys} == set(KEYS)
