"""The OpenAI chat model against llmock: faults, limits, keys, and what must not be told."""

import asyncio
import io
import json
import time
import traceback
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from careerops.adapters.classifier.rules import RulesClassifier
from careerops.adapters.llm.models import OpenAIChatModel
from careerops.domain.errors import Outage, Permanent
from careerops.domain.taxonomy import EventType
from careerops.llm.chain import ClassifierChain
from careerops.llm.classifier import LLMClassifier
from careerops.llm.errors import ProviderDown
from careerops.ops.context import PartContext
from careerops.ops.logging import configure_logging
from careerops.ops.secrets import Secret
from careerops.ports.chatmodel import ChatRequest
from support.adapters import EVIDENCE, context, mail, secret
from support.llmock import LLMock, llmock_server

pytestmark = pytest.mark.integration

KEY = "sk-PLANTEDKEY0123456789abcdef"
PLANTED = "PLANTED-MAIL-TEXT-4711"
REQUEST = ChatRequest(
    messages=(("system", "Answer in JSON."), ("user", PLANTED)),
    schema={
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "required": ["a"],
        "additionalProperties": False,
    },
    schema_name="answer",
)
GOOD = json.dumps(
    {
        "event_type": "INTERVIEW",
        "company": "Bluefin Energy",
        "role": "",
        "confidence": 0.9,
        "summary": "A call.",
        "evidence": EVIDENCE,
        "interview": {"start": "", "end": "", "place": ""},
        "deadline": "",
    }
)


@pytest.fixture(scope="session")
def llmock_process() -> Iterator[LLMock]:
    """One server for the session."""
    with llmock_server() as server:
        yield server


@pytest.fixture
def llmock(llmock_process: LLMock) -> LLMock:
    """The server, with nothing scripted."""
    llmock_process.reset()
    return llmock_process


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, by us and by the libraries."""
    stream = io.StringIO()
    undo = configure_logging(level="debug", stream=stream, fmt="json")
    yield stream
    undo()


class Models:
    """Builds models and closes them."""

    def __init__(self, url: str, folder: Path, around: PartContext) -> None:
        """All of one server."""
        self.url, self.folder, self.around = url, folder, around
        self.built: list[OpenAIChatModel] = []

    def __call__(self, *keys: Any, **options: Any) -> OpenAIChatModel:
        """A model with these keys."""
        given = () if options.pop("keyless", False) else keys or (secret(self.folder, KEY),)
        chosen = OpenAIChatModel.Options(
            base_url=options.pop("base_url", f"{self.url}/v1"), api_keys=given, **options
        )
        model = OpenAIChatModel(chosen, self.around)
        self.built.append(model)
        return model


@pytest.fixture
async def build(llmock: LLMock, tmp_path: Path) -> AsyncIterator[Models]:
    """Models in real time."""
    models = Models(llmock.url, tmp_path, context(real_time=True, name="openai"))
    yield models
    for model in models.built:
        await model.close()


def assert_says_nothing(error: BaseException) -> None:
    """Neither key nor mail text in an error, its causes and contexts, and their attributes."""
    seen: list[BaseException] = [error]
    for each in seen:
        told = "".join(traceback.format_exception(each)) + repr(each) + repr(vars(each))
        assert KEY not in told
        assert PLANTED not in told
        assert not hasattr(each, "request")
        seen += [more for more in (each.__cause__, each.__context__) if more and more not in seen]


async def test_a_question_is_asked_as_configured(llmock: LLMock, build: Models) -> None:
    """Model, temperature, limit and the strict schema are on the wire."""
    llmock.reply('{"a": "b"}')
    answer = await build().complete(REQUEST)
    assert (answer.text, answer.truncated, answer.model) == ('{"a": "b"}', False, "gpt-4o-mini")
    assert answer.input_tokens > 0
    assert answer.output_tokens > 0
    (request,) = llmock.requests()
    body = request["body"]
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("gpt-4o-mini", 0.1, 300)
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": dict(REQUEST.schema)},
    }


@pytest.mark.parametrize(
    ("structured", "wanted"), [("json_object", {"type": "json_object"}), ("none", None)]
)
async def test_servers_without_schemas_are_asked_otherwise(
    llmock: LLMock, build: Models, structured: str, wanted: Any
) -> None:
    """A documented switch; so are the other options."""
    llmock.reply("{}")
    model = build(
        structured=structured, temperature=0, max_output_tokens=99, model="gpt-4o",
        limit_field="max_completion_tokens",
    )  # fmt: skip
    await model.complete(REQUEST)
    body = llmock.requests()[0]["body"]
    assert body.get("response_format") == wanted
    assert (body["temperature"], body["max_completion_tokens"], body["model"]) == (0, 99, "gpt-4o")
    assert "max_tokens" not in body


async def test_an_answer_by_schema_is_valid_for_it(build: Models) -> None:
    """The server makes its answers from the schema it is given."""
    assert set(json.loads((await build().complete(REQUEST)).text)) == {"a"}


async def test_an_answer_that_was_cut_off_says_so(llmock: LLMock, build: Models) -> None:
    """By its finish reason."""
    llmock.reply('{"a": "b', finish_reason="length")
    assert (await build().complete(REQUEST)).truncated


async def test_a_filtered_answer_is_refused_for_good(llmock: LLMock, build: Models) -> None:
    """Another provider may answer it."""
    llmock.reply("", finish_reason="content_filter")
    with pytest.raises(Permanent) as caught:
        await build().complete(REQUEST)
    assert caught.value.reason == "refused"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 529, 408, 409])
async def test_a_server_that_fails_is_down_and_asked_once(
    llmock: LLMock, build: Models, status: int
) -> None:
    """The SDK's own retries are off."""
    llmock.script({"type": "fail", "status": status, "times": None, "message": PLANTED + KEY})
    with pytest.raises(ProviderDown) as caught:
        await build().complete(REQUEST)
    assert caught.value.provider == "openai"
    assert str(caught.value) == f"openai answered with status {status}"
    assert_says_nothing(caught.value)
    assert len(llmock.requests()) == 1


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (400, None, "bad_request"),
        (400, "context_length_exceeded", "too_long"),
        (400, "content_filter", "refused"),
        (413, None, "too_long"),
        (422, None, "bad_request"),
    ],
)
async def test_a_request_that_is_refused_is_not_repeated(
    llmock: LLMock, build: Models, status: int, code: str | None, reason: str
) -> None:
    """It would be refused again."""
    llmock.script(
        {"type": "fail", "status": status, "times": None, "message": PLANTED, "code": code}
    )
    with pytest.raises(Permanent) as caught:
        await build().complete(REQUEST)
    assert caught.value.reason == reason
    assert_says_nothing(caught.value)
    assert len(llmock.requests()) == 1


async def test_an_unknown_model_is_an_outage(llmock: LLMock, build: Models) -> None:
    """It is no mail's fault: nothing is dead-lettered for a wrong setting."""
    llmock.script({"type": "fail", "status": 404})
    with pytest.raises(Outage, match="check base_url, model") as caught:
        await build().complete(REQUEST)
    assert_says_nothing(caught.value)


async def limited_for_s(model: OpenAIChatModel, build: Models) -> float:
    """Seconds for which a call says that the quota is used up."""
    with pytest.raises(Outage) as caught:
        await model.complete(REQUEST)
    assert_says_nothing(caught.value)
    assert caught.value.exact
    assert caught.value.retry_at is not None
    return (caught.value.retry_at - build.around.clock.now()).total_seconds()


async def test_a_rate_limit_waits_as_long_as_it_says(llmock: LLMock, build: Models) -> None:
    """And no request is sent before: the limit is remembered."""
    llmock.script({"type": "fail", "status": 429, "retry_after": 2, "message": KEY})
    model = build()
    delay_s = await limited_for_s(model, build)
    assert 1.0 < delay_s < 2.5
    await limited_for_s(model, build)
    assert len(llmock.requests()) == 1
    await asyncio.sleep(delay_s)  # the server's own delay, in real time
    llmock.reply("{}")
    await model.complete(REQUEST)
    assert llmock.findings() <= {"gave_up_on_retryable"}


async def test_the_next_scopes_key_is_used_while_one_is_limited(
    llmock: LLMock, build: Models, tmp_path: Path
) -> None:
    """Keys of one scope share its fate; those of another do not."""
    same = [
        {"key": f"file:{tmp_path}/{name}", "scope": "team"}
        for name in ("k1", "k2")
        if secret(tmp_path, f"sk-{name}-0123456789abcdef", name)
    ]
    model = build(*same, secret(tmp_path, "sk-k3-0123456789abcdef", "k3"))
    llmock.script({"type": "fail", "status": 429, "retry_after": 30})
    llmock.reply("{}")
    await model.complete(REQUEST)
    assert [request["status"] for request in llmock.requests()] == [429, 200]


@pytest.mark.parametrize(("status", "code"), [(429, "insufficient_quota"), (402, None)])
async def test_a_spent_quota_is_an_outage_with_its_time(
    llmock: LLMock, build: Models, status: int, code: str | None
) -> None:
    """Waiting a minute will not do; another process of the same store knows it, too."""
    llmock.script({"type": "fail", "status": status, "code": code, "message": KEY})
    for model in (build(), build()):
        assert 800 < await limited_for_s(model, build) < 901
    assert len(llmock.requests()) == 1


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_not_used_again(llmock: LLMock, build: Models, status: int) -> None:
    """An outage of the provider, with what to do."""
    llmock.script({"type": "fail", "status": status, "times": None, "message": f"bad key {KEY}"})
    model = build()
    for _ in range(3):
        with pytest.raises(Outage, match="refuses every key") as caught:
            await model.complete(REQUEST)
        assert_says_nothing(caught.value)
    assert len(llmock.requests()) == 1
    assert not {"retried_non_retryable", "retry_storm"} & llmock.findings()


async def test_a_key_that_was_renewed_is_used_at_once(
    llmock: LLMock, build: Models, tmp_path: Path
) -> None:
    """A file is read again after a 401."""
    key = secret(tmp_path, "sk-old-0123456789abcdef", "key")
    model = build(key)
    assert key.get().startswith("sk-old")
    (tmp_path / "key").write_text("sk-new-0123456789abcdef")
    llmock.script({"type": "fail", "status": 401})
    llmock.reply("{}")
    await model.complete(REQUEST)
    assert [request["status"] for request in llmock.requests()] == [401, 200]


async def test_a_key_that_was_refused_is_used_when_it_is_another(
    llmock: LLMock, build: Models, tmp_path: Path
) -> None:
    """Without a restart."""
    key = secret(tmp_path, KEY, "key")
    model = build(key)
    llmock.script({"type": "fail", "status": 401})
    with pytest.raises(Outage):
        await model.complete(REQUEST)
    (tmp_path / "key").write_text("sk-new-0123456789abcdef")
    assert key.refresh()
    llmock.reply("{}")
    assert (await model.complete(REQUEST)).text == "{}"


async def test_a_variable_may_hold_several_keys(
    llmock: LLMock, build: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Separated by commas, each a scope of its own; a refused one gives way to the next."""
    monkeypatch.setenv("PLANTED_KEYS", f"{KEY}, sk-second-0123456789abcdef ,")
    model = build(Secret("env:PLANTED_KEYS"))
    llmock.script({"type": "fail", "status": 401})
    llmock.reply("{}")
    await model.complete(REQUEST)
    assert len(model._members) == 2
    assert [request["status"] for request in llmock.requests()] == [401, 200]


async def test_a_server_that_asks_for_no_key_needs_none(llmock: LLMock, build: Models) -> None:
    """And one that does, or limits us, is understood."""
    model = build(keyless=True)
    llmock.reply("{}")
    assert (await model.complete(REQUEST)).text == "{}"
    llmock.script({"type": "fail", "status": 401})
    with pytest.raises(Outage, match="set api_keys"):
        await model.complete(REQUEST)
    llmock.script({"type": "fail", "status": 429, "retry_after": 3})
    assert await limited_for_s(model, build) == pytest.approx(3, abs=0.5)


async def test_a_limit_of_ones_own_is_kept_without_asking(
    llmock: LLMock, build: Models, tmp_path: Path
) -> None:
    """`rpm`: the third request of a minute is not sent."""
    secret(tmp_path, KEY, "limited")
    model = build({"key": f"file:{tmp_path}/limited", "rpm": 2})
    for _ in range(2):
        await model.complete(REQUEST)
    assert await limited_for_s(model, build) == pytest.approx(60, abs=2)
    assert len(llmock.requests()) == 2


async def test_a_slow_server_is_left_after_the_timeout(llmock: LLMock, build: Models) -> None:
    """All of a call is bounded."""
    llmock.script({"type": "delay", "seconds": 30})
    began_s = time.monotonic()
    with pytest.raises(ProviderDown, match=r"within 0\.3 s") as caught:
        await build(timeout_s=0.3).complete(REQUEST)
    assert time.monotonic() - began_s < 15
    assert_says_nothing(caught.value)


async def test_nobody_at_the_address_is_down(build: Models) -> None:
    """No connection."""
    with pytest.raises(ProviderDown, match="cannot be reached") as caught:
        await build(base_url="http://127.0.0.1:9/v1").complete(REQUEST)
    assert_says_nothing(caught.value)


async def test_check_tests_address_and_key_and_asks_nothing(llmock: LLMock, build: Models) -> None:
    """For `careerops doctor`."""
    model = build()
    assert await model.check() == "openai: 127.0.0.1 answers, model gpt-4o-mini"
    assert [request["path"] for request in llmock.requests()] == ["/v1/models"]
    assert model.egress() == ""


def chain_of(model: OpenAIChatModel, build: Models, *, fallback: bool = True) -> ClassifierChain:
    """As bootstrap wires it."""
    rules = RulesClassifier(RulesClassifier.Options(), build.around)
    classifier = LLMClassifier(model, second=rules, context=build.around)
    return ClassifierChain([classifier], fallback=rules if fallback else None, context=build.around)


async def test_a_mail_is_classified_end_to_end(llmock: LLMock, build: Models) -> None:
    """One call, and the rules agree."""
    llmock.reply(GOOD)
    answer = await chain_of(build(), build).classify(mail())
    assert (answer.event_type, answer.provider, answer.evidence, answer.review) == (
        EventType.INTERVIEW,
        "openai",
        EVIDENCE,
        False,
    )
    assert answer.degraded is None
    assert len(llmock.requests()) == 1


BAD = {
    "not JSON": {"text": f"Certainly! {PLANTED}"},
    "not the schema": {"text": json.dumps({"label": "INTERVIEW", "why": PLANTED})},
    "cut off": {"text": GOOD[:60], "finish_reason": "length"},
    "not a quote": {"text": GOOD.replace("interview on 5 March", f"gala {PLANTED}")},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_one_bad_answer_is_repaired(llmock: LLMock, build: Models, bad: dict) -> None:
    """The person notices nothing."""
    llmock.script({"type": "reply", **bad})
    llmock.reply(GOOD)
    answer = await chain_of(build(), build).classify(mail())
    assert (answer.provider, answer.degraded) == ("openai", None)
    assert len(llmock.requests()) == 2


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_two_bad_answers_are_the_fallbacks_turn(
    llmock: LLMock, build: Models, bad: dict, logged: io.StringIO
) -> None:
    """Exactly one repair; the answer is marked as degraded and for review; nothing is told."""
    llmock.script({"type": "reply", "times": None, **bad})
    answer = await chain_of(build(), build).classify(mail(subject=PLANTED))
    assert (answer.provider, answer.event_type) == ("rules", EventType.INTERVIEW)
    assert (answer.degraded, answer.review) == ("openai: invalid_answer", True)
    assert len(llmock.requests()) == 2
    assert PLANTED not in logged.getvalue()
    assert KEY not in logged.getvalue()
    assert "provider_failed" in logged.getvalue()


async def test_two_bad_answers_without_a_fallback_are_a_dead_letter(
    llmock: LLMock, build: Models
) -> None:
    """`fallback = "none"`."""
    llmock.script({"type": "reply", "times": None, "text": PLANTED})
    with pytest.raises(Permanent) as caught:
        await chain_of(build(), build, fallback=False).classify(mail())
    assert caught.value.reason == "all_invalid"
    assert PLANTED not in "".join(traceback.format_exception(caught.value))


async def test_a_provider_that_stays_down_opens_its_breaker(
    llmock: LLMock, build: Models, logged: io.StringIO
) -> None:
    """Five calls, then none; every mail an outage; nothing told in the log."""
    llmock.script({"type": "fail", "status": 503, "times": None, "message": PLANTED + KEY})
    chain = chain_of(build(), build)
    for _ in range(8):
        with pytest.raises(Outage):
            await chain.classify(mail())
    assert len(llmock.requests()) == 5
    assert "retry_storm" not in llmock.findings()
    assert "breaker_opened" in logged.getvalue()
    assert PLANTED not in logged.getvalue()
    assert KEY not in logged.getvalue()
