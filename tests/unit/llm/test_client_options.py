"""Options of the vendors' clients: presets, defaults, and what each model is asked with."""

from typing import Any

import pytest
from pydantic import ValidationError

from careerops.adapters.llm.clients.anthropic import AnthropicClient
from careerops.adapters.llm.clients.gemini import GeminiClient
from careerops.adapters.llm.clients.groq import GroqClient
from careerops.adapters.llm.clients.openai import OpenAIClient, OpenAIClientOptions
from careerops.adapters.llm.clients.presets import PRESETS
from careerops.llm.answer import ANSWER_SCHEMA
from careerops.ports.chatmodel import ChatClient, ChatRequest
from support.adapters import context

CLOCK = context().clock
REQUEST = ChatRequest(
    (("system", "a"), ("system", "b"), ("user", "c"), ("assistant", "d"), ("user", "e")),
    ANSWER_SCHEMA,
    "career_event",
)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_fills_in_what_is_not_written(name: str) -> None:
    """Address, model, and form of JSON; what is written wins."""
    preset = PRESETS[name]
    options = OpenAIClientOptions.model_validate({"preset": name, "model": "mine"})
    assert (options.base_url, options.structured) == (preset.base_url, preset.structured)
    assert options.model == "mine"
    own = {"preset": name, "model": "m", "base_url": "https://x.example", "structured": "none"}
    written = OpenAIClientOptions.model_validate(own)
    assert (written.base_url, written.structured) == ("https://x.example", "none")


def test_a_preset_without_a_model_wants_one_named() -> None:
    """A local server has what was pulled; nobody else knows its name."""
    with pytest.raises(ValidationError, match="model"):
        OpenAIClientOptions(preset="ollama")
    assert OpenAIClientOptions(preset="mistral").model == "mistral-small-latest"
    assert OpenAIClientOptions().base_url == "https://api.openai.com/v1"
    with pytest.raises(ValidationError, match="preset"):
        OpenAIClientOptions.model_validate({"preset": "nobody"})


def arguments(client: Any) -> dict[str, Any]:
    """What its SDK is called with."""
    return client._arguments(REQUEST)


async def test_every_client_is_a_chat_client() -> None:
    """Types checked where this file is; here, that each may be constructed and closed unused."""
    clients: list[ChatClient] = [
        OpenAIClient(OpenAIClient.Options(), clock=CLOCK),
        GroqClient(GroqClient.Options(), clock=CLOCK),
        GeminiClient(GeminiClient.Options(), clock=CLOCK),
        AnthropicClient(AnthropicClient.Options(), clock=CLOCK),
    ]
    for client in clients:
        await client.close()


async def test_openai_is_asked_as_the_options_say() -> None:
    """Limit, temperature and form."""
    told = arguments(OpenAIClient(OpenAIClient.Options(), clock=CLOCK))
    assert (told["model"], told["temperature"], told["max_tokens"]) == ("gpt-4o-mini", 0.1, 300)
    assert [message["role"] for message in told["messages"]] == [r for r, _ in REQUEST.messages]
    options = OpenAIClient.Options(
        limit_field="max_completion_tokens", max_output_tokens=99, thinking_tokens=1,
        temperature=0, structured="json_object",
    )  # fmt: skip
    told = arguments(OpenAIClient(options, clock=CLOCK))
    assert (told["temperature"], told["max_completion_tokens"]) == (0, 100)
    assert "max_tokens" not in told
    assert told["response_format"] == {"type": "json_object"}
    plain = OpenAIClient(OpenAIClient.Options(structured="none"), clock=CLOCK)
    assert "response_format" not in arguments(plain)


@pytest.mark.parametrize(
    ("model", "effort", "told"),
    [
        ("openai/gpt-oss-20b", "auto", "low"),
        ("openai/gpt-oss-20b", "high", "high"),
        ("qwen/qwen3-32b", "auto", "none"),
        ("llama-3.3-70b-versatile", "auto", None),
    ],
)
async def test_groq_is_told_to_think_little_where_it_understands(
    model: str, effort: Any, told: str | None
) -> None:
    """A model that knows nothing of effort would refuse every mail."""
    options = GroqClient.Options(model=model, reasoning_effort=effort)
    found = arguments(GroqClient(options, clock=CLOCK))
    assert found.get("reasoning_effort") == told
    assert found["max_completion_tokens"] == 800


def test_groqs_address_may_be_written_as_its_documentation_has_it() -> None:
    """The SDK adds the path."""
    options = GroqClient.Options(base_url="https://api.groq.com/openai/v1/")
    assert options.base_url == "https://api.groq.com"


async def test_anthropic_is_asked_by_schema_or_by_tool() -> None:
    """System text apart, no temperature unless it is written, no thinking."""
    told = arguments(AnthropicClient(AnthropicClient.Options(), clock=CLOCK))
    assert told["system"] == "a\n\nb"
    assert [message["role"] for message in told["messages"]] == ["user", "assistant", "user"]
    assert told["thinking"] == {"type": "disabled"}
    assert told["output_config"]["effort"] == "low"
    assert told["output_config"]["format"]["schema"] == dict(ANSWER_SCHEMA)
    assert "extra_body" not in told
    options = AnthropicClient.Options(
        structured="tool", effort="", thinking="default", temperature=0.2
    )
    told = arguments(AnthropicClient(options, clock=CLOCK))
    assert told["extra_body"] == {"temperature": 0.2}
    assert {"output_config", "thinking"} & set(told) == set()
    assert told["tool_choice"] == {"type": "tool", "name": "career_event"}
    assert told["tools"][0]["input_schema"] == dict(ANSWER_SCHEMA)


@pytest.mark.parametrize(
    ("model", "thinking", "level"),
    [
        ("gemini-3.5-flash-lite", "auto", "MINIMAL"),
        ("gemini-3.8-flash", "low", "LOW"),
        ("gemini-3.5-flash-lite", "default", None),
        ("gemini-3.1-pro-preview", "auto", None),
        ("gemma-3-27b-it", "auto", None),
    ],
)
async def test_gemini_is_told_to_think_little_where_it_understands(
    model: str, thinking: Any, level: str | None
) -> None:
    """Its schema goes into the field that takes JSON schema."""
    options = GeminiClient.Options(model=model, thinking=thinking)
    config = GeminiClient(options, clock=CLOCK)._config(REQUEST)
    told = config.thinking_config and config.thinking_config.thinking_level.value
    assert told == level
    assert config.response_json_schema == dict(ANSWER_SCHEMA)
    assert config.response_schema is None
    assert config.system_instruction == "a\n\nb"
    assert config.max_output_tokens == 500


async def test_gemini_without_a_schema_is_asked_for_json_or_for_nothing() -> None:
    """For models that know no schemas, and those that know no JSON mode."""
    for structured, mime in (("json_object", "application/json"), ("none", None)):
        options = GeminiClient.Options(structured=structured)
        config = GeminiClient(options, clock=CLOCK)._config(REQUEST)
        assert (config.response_json_schema, config.response_mime_type) == (None, mime)
