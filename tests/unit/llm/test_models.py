"""The kinds of hosted models: options, keys and their scopes, and where mail goes."""

import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from careerops.adapters.llm.credentials import KeyOptions, credentials_of, limits_by_scope
from careerops.adapters.llm.models import (
    AnthropicChatModel,
    GeminiChatModel,
    GroqChatModel,
    OpenAIChatModel,
    OpenAIOptions,
)
from careerops.domain.errors import ConfigurationError, Outage
from careerops.llm.quota.limits import Limits
from careerops.ports.chatmodel import ChatRequest
from support.adapters import context, secret

LOCAL = "http://127.0.0.1:9/v1"
KINDS = (AnthropicChatModel, GeminiChatModel, GroqChatModel, OpenAIChatModel)


def key(folder: Path, value: str, name: str = "k", **options: Any) -> KeyOptions:
    """A key in a file, with its options."""
    return KeyOptions(key=secret(folder, value, name), **options)


def test_what_an_answer_may_take_is_the_same_for_quota_budget_and_vendor(tmp_path: Path) -> None:
    """The limit of the configuration or of the prompt, and what the model thinks."""
    given = {"api_keys": (key(tmp_path, "a"),), "model": "m", "base_url": LOCAL}
    request = ChatRequest(messages=(), schema={}, schema_name="a", max_output_tokens=300)
    for more, room in (({}, 800), ({"max_output_tokens": 100, "thinking_tokens": 0}, 100)):
        model = GroqChatModel(GroqChatModel.Options(**given, **more), context())
        assert model.room(request) == model._room(request) == room


def test_a_secret_may_hold_several_keys_each_a_scope_of_its_own(tmp_path: Path) -> None:
    """Unless one is named, which they share."""
    found = credentials_of("v", [key(tmp_path, "a, b ,", "k1"), key(tmp_path, "c", scope="team")])
    assert [each.scope for each, _ in found] == ["v:1", "v:2", "v:team"]


async def test_a_key_that_is_gone_is_not_used(tmp_path: Path) -> None:
    """A file that held two and holds one."""
    (_, second) = [each for each, _ in credentials_of("v", [key(tmp_path, "a,b")])]
    assert await second.usable() == "b"
    (tmp_path / "k").write_text("a")
    assert second.secret is not None
    assert second.secret.refresh()
    assert await second.usable() is None


async def test_a_secret_that_cannot_be_read_any_more_is_an_outage(tmp_path: Path) -> None:
    """It says where the key should be, and not what it was."""
    ((credential, _),) = credentials_of("v", [key(tmp_path, "sk-PLANTED")])
    (tmp_path / "k").unlink()
    assert credential.secret is not None
    credential.secret._value = None
    with pytest.raises(Outage, match="create the file") as caught:
        await credential.usable()
    assert "PLANTED" not in str(caught.value)


def test_what_one_key_says_of_a_scope_holds_for_all_of_it(tmp_path: Path) -> None:
    """They share one quota; the vendor's rule of the day holds where none is written."""
    keys = [
        key(tmp_path, "a", "k1", scope="x", rpm=2),
        key(tmp_path, "b", "k2", scope="x", rpm=2, tpd=9),
        key(tmp_path, "c", "k3", rpd=7, day="Asia/Kolkata"),
        key(tmp_path, "d", "k4", tpm=8),
    ]
    assert limits_by_scope(list(credentials_of("v", keys)), "rolling") == {
        "v:x": Limits(requests_per_minute=2, tokens_per_day=9, day="rolling"),
        "v:3": Limits(requests_per_day=7, day="Asia/Kolkata"),
        "v:4": Limits(tokens_per_minute=8, day="rolling"),
    }


def test_keys_of_a_scope_may_not_contradict_each_other(tmp_path: Path) -> None:
    """One line that names the scope and the key."""
    keys = [key(tmp_path, "a", "k1", scope="x", rpm=2), key(tmp_path, "b", "k2", scope="x", rpm=3)]
    with pytest.raises(ConfigurationError, match="api_keys: scope x has two values of rpm"):
        limits_by_scope(list(credentials_of("v", keys)), "UTC")


def test_no_text_form_shows_a_key(tmp_path: Path) -> None:
    """Neither of credentials nor of the options."""
    ((credential, _),) = credentials_of("v", [key(tmp_path, "sk-PLANTED")])
    credential.refused = "sk-PLANTED"
    options = OpenAIOptions(api_keys=(secret(tmp_path, "sk-PLANTED"),))
    assert "PLANTED" not in f"{credential!r} {options!r} {options.model_dump_json()}"


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://api.vendor.example/v1"},
        {"base_url": "https://me:pw@api.vendor.example"},
        {"base_url": "api.vendor.example"},
        {"base_url": "https://api.vendor.example/v1?key=x"},
        {"api_keys": ["sk-PLANTED"]},
        {"api_keys": [{"key": "env:X", "rpn": 3}]},
        {"api_keys": [{"key": "env:X", "rpm": 0}]},
        {"api_keys": [{"key": "env:X", "day": "Mars/Olympus"}]},
        {"temperature": 3},
        {"structured": "yes"},
        {"timeout_s": 0},
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_options_that_cannot_work_are_refused_without_being_quoted(
    kind: Any, options: dict[str, Any]
) -> None:
    """At the start, not at the first mail."""
    with pytest.raises(ValidationError) as caught:
        kind.Options.model_validate(options)
    assert "PLANTED" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["https://api.groq.com/openai/v1/", "http://127.0.0.1:8080/v1", "http://[::1]:1/v1",
     "http://localhost/v1", "http://192.168.1.5:11434/v1", "http://nas.local/v1", "http://ollama:1/v1"],
)  # fmt: skip
def test_clear_text_is_for_near_servers_alone(url: str) -> None:
    """This machine, a private network, a name without dots."""
    assert OpenAIOptions(base_url=url).base_url == url.rstrip("/")


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, as an error of the configuration."""
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(ConfigurationError, match=r"careerops\[openai\]"):
        OpenAIChatModel(OpenAIOptions(base_url=LOCAL), context())


@pytest.mark.parametrize(
    ("kind", "variable"),
    list(
        zip(
            KINDS,
            ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GROQ_API_KEY", "OPENAI_API_KEY"),
            strict=True,
        )
    ),
)
def test_the_vendors_want_a_key(kind: Any, variable: str) -> None:
    """And say what to write."""
    with pytest.raises(ConfigurationError, match=rf'api_keys = \["env:{variable}"\]'):
        kind(kind.Options(), context())


@pytest.mark.parametrize(
    ("preset", "wants_key"),
    [("ollama", False), ("lmstudio", False), ("vllm", False), ("llamacpp", False),
     ("openai", True), ("openrouter", True), ("mistral", True)],
)  # fmt: skip
async def test_a_preset_of_this_machine_wants_none(preset: str, *, wants_key: bool) -> None:
    """Who answers nobody without a key is known."""
    options = OpenAIOptions.model_validate({"preset": preset, "model": "m"})
    if wants_key:
        with pytest.raises(ConfigurationError, match="api_keys: missing"):
            OpenAIChatModel(options, context())
    else:
        model = OpenAIChatModel(options, context())
        assert model.egress() == ""
        await model.close()


async def test_where_mail_goes_is_named() -> None:
    """'' for a server on this machine."""
    for url, host in (
        ("http://localhost:8080/v1", ""),
        ("http://127.0.0.2:1/v1", ""),
        ("https://api.vendor.example/v1", "api.vendor.example"),
        ("http://192.168.1.5/v1", "192.168.1.5"),
    ):
        model = OpenAIChatModel(OpenAIOptions(base_url=url), context())
        assert model.egress() == host
        assert model.price_list().free == (host == "")
        await model.close()
        await model.close()


async def test_limits_that_gemini_never_tells_are_felt_for(tmp_path: Path) -> None:
    """Its day ends in California; what a key says goes before both."""
    keys = (key(tmp_path, "a", "k1"), key(tmp_path, "b", "k2", pace="bold", day="UTC"))
    model = GeminiChatModel(GeminiChatModel.Options(api_keys=keys), context())
    assert [(each.pace, each.limits.day) for each in model._members] == [
        ("cautious", "America/Los_Angeles"),
        ("bold", "UTC"),
    ]
    await model.close()
