"""What all vendors' clients do alike: keys, connections, bounds, and nothing from outside."""

import asyncio
import gzip
import subprocess
import sys
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from aiohttp import web
from pydantic import ValidationError

from careerops.domain.errors import ConfigurationError
from careerops.llm.answer import ANSWER_SCHEMA
from careerops.llm.errors import ModelMissing, ProviderDown
from careerops.ops.clock import SystemClock
from careerops.ports.chatmodel import ChatRequest
from support.httpfake import Answer, Seen, Vendor, drips, drops, floods, hangs, redirects, serving
from support.llmvendors import anthropic, gemini, groq, openai
from support.llmvendors.case import Profile, StrictVendor, bearer_of, header

pytestmark = pytest.mark.integration

KEY = "sk-first-0123456789abcdef"
OTHER_KEY = "sk-other-0123456789abcdef"
MIB = 1024 * 1024
VENDORS = (openai.PROFILE, groq.PROFILE, gemini.PROFILE, anthropic.PROFILE)
SDKS = {
    "openai": ("openai", "openai"),
    "groq": ("groq", "groq"),
    "gemini": ("google.genai", "gemini"),
    "anthropic": ("anthropic", "anthropic"),
}


def about(text: str) -> ChatRequest:
    """A question about `text`."""
    return ChatRequest((("system", "Answer."), ("user", text)), ANSWER_SCHEMA, "career_event")


def client_of(profile: Profile, base_url: str, **options: Any) -> Any:
    """The vendor's client in real time."""
    client = getattr(import_module(profile.module), profile.client)
    return client(client.Options(base_url=base_url, **options), clock=SystemClock())


def key_of(seen: Seen) -> str:
    """The one key of a request, wherever it stands."""
    found = [bearer_of(seen), header(seen, "x-api-key"), header(seen, "x-goog-api-key")]
    assert sum(map(bool, found)) <= 1
    return "".join(found)


@asynccontextmanager
async def vendor_of(profile: Profile, *keys: str) -> AsyncIterator[StrictVendor]:
    """A strict fake that takes these keys."""
    fake = StrictVendor(profile, keys=frozenset(keys or (KEY,)))
    async with serving(fake.vendor):
        yield fake


@pytest.fixture(params=VENDORS, ids=lambda profile: profile.kind)
def profile(request: pytest.FixtureRequest) -> Profile:
    """Each vendor."""
    return request.param


async def test_every_call_carries_its_own_key_and_no_other(profile: Profile) -> None:
    """200 at once over 4 clients, one of which renews its key meanwhile."""
    keys = [f"sk-{number}-0123456789abcdef" for number in range(4)]
    async with vendor_of(profile, *keys, OTHER_KEY) as fake, AsyncExitStack() as closing:
        calls, wanted = [], {}
        for key in keys:
            client = client_of(profile, fake.base_url)
            closing.push_async_callback(client.close)
            for number in range(50):
                used = OTHER_KEY if key == keys[0] and number % 2 else key
                text = f"call-{key}-{number}-end"
                wanted[text] = used
                calls.append(client.complete(about(text), used))
        answers = await asyncio.gather(*calls)
        assert len(answers) == len(fake.vendor.seen) == 200
        assert fake.faults == []
        for seen in fake.vendor.seen:
            (text,) = [text for text in wanted if text in seen.text]
            assert key_of(seen) == wanted.pop(text)
        assert wanted == {}


async def test_no_more_connections_than_the_pool_has(profile: Profile) -> None:
    """Counted at the server, over 300 calls that come at once; and they are used again."""
    peers: set[Any] = set()
    open_now: set[Any] = set()

    async def counting(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        peer = request.transport.get_extra_info("peername")
        peers.add(peer)
        open_now.add(peer)
        assert len(open_now) <= 7
        await asyncio.sleep(0)
        open_now.discard(peer)
        return await profile.good(request)

    async with vendor_of(replace(profile, good=counting)) as fake:
        client = client_of(profile, fake.base_url, connections=7)
        answers = await asyncio.gather(*(client.complete(about("x"), KEY) for _ in range(300)))
        await client.close()
    assert len(answers) == 300
    assert 1 < len(peers) <= 7


async def test_waiting_for_a_connection_is_not_the_vendors_slowness(profile: Profile) -> None:
    """Two connections, 18 calls of 0.2 s, a timeout of 1.5 s: all are answered.

    The last ones wait for longer than the timeout; each call has 1.3 s to spare.
    """

    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.2)
        return await profile.good(request)

    async with vendor_of(replace(profile, good=slow)) as fake:
        client = client_of(profile, fake.base_url, connections=2, timeout_s=1.5)
        answers = await asyncio.gather(*(client.complete(about("x"), KEY) for _ in range(18)))
        await client.close()
    assert len(answers) == 18
    # Quotas want to know how long each waited: two at a time, one after the other.
    waited_s = sorted(answer.sent_after_s for answer in answers)
    assert waited_s[0] > 0
    assert waited_s[2] >= 0.2
    assert waited_s[16] > 1.5


def sent(body: bytes, encoding: str = "") -> Answer:
    """A raw body, said to be packed."""

    async def answer(_: web.Request) -> web.StreamResponse:
        headers = {"Content-Encoding": encoding} if encoding else {}
        return web.Response(body=body, content_type="application/json", headers=headers)

    return answer


async def hundred_megabytes(request: web.Request) -> web.StreamResponse:
    """As much, as fast as it is read."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(1600):
        await response.write(b" " * 65536)
    return response


async def cut_short(request: web.Request) -> web.StreamResponse:
    """Half an answer, then no connection."""
    response = web.StreamResponse(headers={"Content-Length": "500"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.abort()
    return response


BAD: dict[str, Answer] = {
    "hangs": hangs,
    "drips": drips,
    "drops": drops,
    "cut short": cut_short,
    "13 MB": floods,
    "100 MB": hundred_megabytes,
    "100 MB as gzip": sent(gzip.compress(b" " * 100 * MIB), "gzip"),
    "broken gzip": sent(gzip.compress(b"x" * 1000)[:-9], "gzip"),
    "an encoding nobody asked for": sent(b"x", "br"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_whatever_a_vendor_does_costs_its_timeout_at_most(
    profile: Profile, bad: Answer
) -> None:
    """And bounded memory; the next call is as good as the first."""
    async with vendor_of(profile) as fake:
        client = client_of(profile, fake.base_url, timeout_s=1.0)
        assert (await client.complete(about("x"), KEY)).text == '{"a": 1}'
        fake.script.append(bad)
        tracemalloc.start()
        began_s = time.monotonic()
        with pytest.raises(ProviderDown):
            await client.complete(about("x"), KEY)
        took_s = time.monotonic() - began_s
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert took_s < 5.0  # its timeout is 1 s, that of the SDKs minutes
        assert peak < 12 * MIB  # the fake's buffers too, in the same process
        assert (await client.complete(about("x"), KEY)).text == '{"a": 1}'
        assert len(fake.vendor.seen) == 3  # nothing is asked twice
        await client.close()


def packed(profile: Profile, pack: Callable[[bytes], bytes], encoding: str) -> Answer:
    """The vendor's good answer, packed although nobody asked for that."""

    async def answer(request: web.Request) -> web.StreamResponse:
        good = await profile.good(request)
        assert isinstance(good, web.Response)
        assert isinstance(good.body, bytes)
        return await sent(pack(good.body), encoding)(request)

    return answer


@pytest.mark.parametrize(
    ("pack", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")]
)
async def test_a_packed_answer_is_understood(
    profile: Profile, pack: Callable[[bytes], bytes], encoding: str
) -> None:
    """Proxies pack unasked."""
    async with vendor_of(profile) as fake:
        client = client_of(profile, fake.base_url)
        fake.script.append(packed(profile, pack, encoding))
        assert (await client.complete(about("x"), KEY)).text == '{"a": 1}'
        assert header(fake.vendor.seen[0], "accept-encoding") == "identity"
        await client.close()


async def test_a_mail_goes_to_no_other_host(profile: Profile) -> None:
    """Not by a redirect, nor by an SDK that was turned to another address."""
    async with vendor_of(profile) as fake, serving(Vendor()) as other:
        client = client_of(profile, fake.base_url)
        fake.script.append(redirects(f"{other.url}/v1/chat/completions"))
        with pytest.raises(ModelMissing):
            await client.complete(about("x"), KEY)
        if profile.kind == "gemini":
            client._sdk._api_client._http_options.base_url = other.url
        else:
            client._sdk.base_url = f"{other.url}/v1"
        with pytest.raises(ProviderDown, match="another address"):
            await client.complete(about("x"), KEY)
        assert other.seen == []
        await client.close()


async def test_nothing_of_the_environment_is_used(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No key, address, header, proxy or project that lies around there."""
    async with vendor_of(profile) as fake, serving(Vendor()) as elsewhere:
        for name in ("OPENAI", "GROQ", "ANTHROPIC", "GEMINI", "GOOGLE"):
            monkeypatch.setenv(f"{name}_API_KEY", "planted-key")
            monkeypatch.setenv(f"{name}_BASE_URL", elsewhere.url)
            monkeypatch.setenv(f"{name}_CUSTOM_HEADERS", "X-Planted: planted\nAccept: planted")
        for name in (
            "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "ANTHROPIC_AUTH_TOKEN",
            "GOOGLE_CLOUD_PROJECT", "GOOGLE_CLOUD_LOCATION",
        ):  # fmt: skip
            monkeypatch.setenv(name, "planted")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", elsewhere.url)
        monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
        monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "v1")
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, elsewhere.url)
            monkeypatch.setenv(name.lower(), elsewhere.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        client = client_of(profile, fake.base_url)
        await client.complete(about("x"), KEY)
        await client.check(KEY)
        assert fake.faults == []
        assert elsewhere.seen == []
        assert [key_of(seen) for seen in fake.vendor.seen] == [KEY, KEY]
        for seen in fake.vendor.seen:
            told = f"{seen.path} {seen.headers} {seen.text}".lower()
            assert "planted" not in told
            # Telemetry: neither the platform nor Python's version.
            assert "stainless" not in told
            assert sys.version.split()[0] not in told
            assert "x-goog-api-client" not in told
        await client.close()


async def test_no_object_of_an_sdk_holds_a_key(profile: Profile) -> None:
    """Whatever it logs or shows of itself."""
    async with vendor_of(profile) as fake:
        client = client_of(profile, fake.base_url)
        await client.complete(about("x"), KEY)
        told = repr(vars(client)) + repr(vars(client._sdk)) + repr(client)
        assert KEY not in told
        await client.close()


async def test_a_server_that_asks_for_no_key_gets_none() -> None:
    """Local servers: no header at all."""
    async with vendor_of(openai.PROFILE, "") as fake:
        client = client_of(openai.PROFILE, fake.base_url, preset="ollama", model="gemma3:4b")
        await client.complete(about("x"), "")
        assert header(fake.vendor.seen[0], "authorization") == ""
        await client.close()


async def test_cancelling_closes_the_request(profile: Profile) -> None:
    """At once, and its connection is another's again."""
    async with vendor_of(profile) as fake:
        client = client_of(profile, fake.base_url, connections=1)
        fake.script.append(hangs)
        async with asyncio.timeout(15), asyncio.TaskGroup() as group:
            call = group.create_task(client.complete(about("x"), KEY))
            await fake.vendor.arrived.wait()
            call.cancel()
        assert call.cancelled()
        assert (await client.complete(about("x"), KEY)).text == '{"a": 1}'
        await client.close()


async def test_nothing_is_sent_before_the_first_call_nor_after_the_last(profile: Profile) -> None:
    """Closing is idempotent."""
    async with vendor_of(profile) as fake:
        client = client_of(profile, fake.base_url)
        assert fake.vendor.seen == []
        await client.complete(about("x"), KEY)
        await client.close()
        await client.close()
        with pytest.raises(ProviderDown, match="is closed"):
            await client.complete(about("x"), KEY)
        assert len(fake.vendor.seen) == 1


def test_without_its_sdk_a_client_names_the_extra(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line."""
    module, extra = SDKS[profile.kind]
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError) as caught:
        client_of(profile, "http://127.0.0.1:9")
    wanted = f'kind = "{extra}" needs its SDK: pip install "careerops[{extra}]"'
    assert str(caught.value) == wanted


def test_no_sdk_is_imported_before_a_client_is_constructed() -> None:
    """Neither by the command line nor by the clients' modules."""
    modules = ", ".join(profile.module for profile in VENDORS)
    code = (
        f"import sys, careerops.cli.main, {modules}\n"
        "heavy = ('openai', 'groq', 'anthropic', 'google', 'httpx', 'httpx2', 'aiohttp')\n"
        "print(*(name for name in heavy if name in sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stdout.strip() == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"connections": 0},
        {"timeout_s": 0},
        {"api_keyz": KEY},
        {"base_url": "http://far.example"},
        {"temperature": 3},
    ],
)
def test_options_are_closed_and_do_not_quote_what_is_wrong(profile: Profile, wrong: dict) -> None:
    """A key that was misplaced is in no error."""
    client = getattr(import_module(profile.module), profile.client)
    with pytest.raises(ValidationError) as caught:
        client.Options(**wrong)
    assert KEY not in str(caught.value)
