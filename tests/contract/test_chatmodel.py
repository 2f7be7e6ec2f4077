"""What every chat model of the registry keeps to: see `careerops.ports.chatmodel`.

A new kind is picked up from the registry. With an entry in `SETUPS` it is run against a fake of
its vendor; without one it is constructed with its default options, and what needs a vendor is
skipped for it.
"""

import asyncio
import importlib
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from careerops.domain.errors import CareerOpsError, ConfigurationError, Outage, Permanent, Transient
from careerops.llm.errors import ProviderDown
from careerops.ports.chatmodel import ChatRequest
from careerops.registry import REGISTRY
from support.adapters import context, secret
from support.httpfake import (
    Answer,
    Vendor,
    drips,
    drops,
    floods,
    hangs,
    padded,
    redirects,
    replies,
    sends,
    serving,
)
from support.llmvendors import anthropic, gemini, groq, openai

KINDS = sorted(REGISTRY["chatmodel"])
KEY = "sk-PLANTEDKEY0123456789abcdef"
REQUEST = ChatRequest(
    messages=(("system", "Answer in JSON."), ("user", "PLANTED-MAIL")),
    schema={"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    schema_name="answer",
)


SETUPS = {
    profile.kind: profile
    for profile in (anthropic.PROFILE, gemini.PROFILE, groq.PROFILE, openai.PROFILE)
}


def class_of(kind: str) -> Any:
    """The adapter of a kind."""
    module, _, name = REGISTRY["chatmodel"][kind].partition(":")
    return getattr(importlib.import_module(module), name)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of the registry."""
    return request.param


@pytest.fixture
async def vendor(kind: str) -> AsyncIterator[Vendor]:
    """A fake of the kind's vendor."""
    if kind not in SETUPS:
        pytest.skip(f"{kind} has no fake of its vendor in SETUPS")
    async with serving(Vendor(otherwise=SETUPS[kind].good)) as running:
        yield running


@pytest.fixture
async def model(kind: str, vendor: Vendor, tmp_path: Path) -> AsyncIterator[Any]:
    """A model that talks to the fake."""
    built = class_of(kind)
    options = built.Options.model_validate(
        {
            "base_url": vendor.url + SETUPS[kind].path,
            "api_keys": [secret(tmp_path, KEY)],
            "timeout_s": 1.5,
        }
    )
    async with AsyncExitStack() as closing:
        made = built(options, context(real_time=True, name=kind))
        closing.push_async_callback(made.close)
        yield made


def test_options_are_closed_and_do_not_quote_what_is_wrong(kind: str) -> None:
    """A key that was misplaced is in no error."""
    options: type[BaseModel] = class_of(kind).Options
    with pytest.raises(ValidationError) as caught:
        options.model_validate({"api_keyz": KEY, "api_keys": [KEY]})
    assert KEY not in str(caught.value)


async def test_a_model_may_be_constructed_and_closed_unused(kind: str, tmp_path: Path) -> None:
    """Also where its defaults want a key: then it says so in one line."""
    adapter = class_of(kind)
    complaint = ""
    async with AsyncExitStack() as closing:
        try:
            built = adapter(adapter.Options(), context(name=kind))
        except ConfigurationError as error:
            complaint = str(error)
        else:
            closing.push_async_callback(built.close)
            closing.push_async_callback(built.close)
            complaint = f"needs nothing, and sends to {built.egress() or 'nobody'}"
    assert complaint
    assert "\n" not in complaint


async def test_it_answers_and_says_who_and_how_much(model: Any, kind: str, vendor: Vendor) -> None:
    """Text, model and tokens of the vendor."""
    answer = await model.complete(REQUEST)
    assert model.name == kind
    assert (answer.text, answer.truncated) == ('{"a": 1}', False)
    assert answer.model
    assert (answer.input_tokens, answer.output_tokens) == (5, 3)
    assert len(vendor.seen) == 1


async def test_calls_at_once_do_not_disturb_each_other(model: Any, vendor: Vendor) -> None:
    """One pooled client for all of them."""
    answers = await asyncio.gather(*(model.complete(REQUEST) for _ in range(20)))
    assert {answer.text for answer in answers} == {'{"a": 1}'}
    assert len(vendor.seen) == 20


BAD: dict[str, Answer] = {
    "hangs": hangs,
    "drops": drops,
    "drips": drips,
    "floods": floods,
    "portal": sends("<html>Sign in to the wifi</html>"),
    "no JSON": sends("not json", content_type="application/json"),
    "other JSON": replies({"x": 1}),
    "no choice": replies({"id": "x", "choices": []}),
    "500": replies([], 500),
    "502": sends("gone", 502),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_whatever_a_vendor_does_is_over_in_time_and_one_of_our_errors(
    model: Any, vendor: Vendor, bad: Answer
) -> None:
    """No answer, half an answer, an endless answer; the next call is as good as the first."""
    vendor.script.append(bad)
    began_s = time.monotonic()
    with pytest.raises(Transient) as caught:
        await model.complete(REQUEST)
    assert isinstance(caught.value, ProviderDown)
    assert time.monotonic() - began_s < 15
    assert len(vendor.seen) == 1
    assert_says_nothing(caught.value)
    assert (await model.complete(REQUEST)).text == '{"a": 1}'


async def test_no_more_is_read_than_a_bound(model: Any, kind: str, vendor: Vendor) -> None:
    """Even where the answer would be good in the end."""
    vendor.script.append(padded(SETUPS[kind].good))
    with pytest.raises(ProviderDown):
        await model.complete(REQUEST)


async def test_a_mail_is_sent_to_no_other_host_than_the_configured_one(
    model: Any, vendor: Vendor
) -> None:
    """A redirect is not followed."""
    async with serving(Vendor()) as other:
        vendor.script.append(redirects(f"{other.url}/v1/chat/completions"))
        with pytest.raises((Outage, Permanent)):
            await model.complete(REQUEST)
        assert other.seen == []


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 422, 429, 500])
async def test_no_refusal_quotes_key_or_mail(model: Any, vendor: Vendor, status: int) -> None:
    """Vendors echo both."""
    echo = {"error": {"message": f"{KEY} PLANTED-MAIL", "type": KEY, "code": "PLANTED-MAIL"}}
    vendor.script += [replies(echo, status)] * 3
    with pytest.raises(CareerOpsError) as caught:
        await model.complete(REQUEST)
    assert_says_nothing(caught.value)


async def test_cancelling_closes_the_request(model: Any, vendor: Vendor) -> None:
    """At once."""
    vendor.script.append(hangs)
    async with asyncio.timeout(15), asyncio.TaskGroup() as group:
        call = group.create_task(model.complete(REQUEST))
        await vendor.arrived.wait()
        call.cancel()
    assert call.cancelled()


async def test_nothing_is_sent_by_constructing(model: Any, vendor: Vendor) -> None:
    """The first call connects."""
    assert model.name
    assert vendor.seen == []


async def test_check_sends_no_question(model: Any, vendor: Vendor) -> None:
    """It is run by `careerops doctor`, without asking the person."""
    vendor.script.append(replies({"object": "list", "data": []}))
    assert "\n" not in await model.check()
    assert all(seen.method == "GET" for seen in vendor.seen)


async def test_a_check_with_a_refused_key_says_what_to_do(model: Any, vendor: Vendor) -> None:
    """One line."""
    vendor.script += [replies({"error": {"message": KEY}}, 401)] * 3
    with pytest.raises(ConfigurationError) as caught:
        await model.check()
    assert "\n" not in str(caught.value)
    assert_says_nothing(caught.value)


def assert_says_nothing(error: BaseException) -> None:
    """Neither in the error nor in what led to it."""
    seen: list[BaseException] = [error]
    for each in seen:
        told = f"{each} {each!r} {vars(each)}"
        assert KEY not in told
        assert "PLANTED-MAIL" not in told
        seen += [more for more in (each.__cause__, each.__context__) if more and more not in seen]
