"""Servers that speak OpenAI's chat completions: where they listen and what of it they know.

`structured` is the strictest form of JSON that a server's own documentation says it takes; whether
a model of it keeps to a schema is another matter, so every answer is checked all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Structured = Literal["json_schema", "json_object", "none"]
LimitField = Literal["max_tokens", "max_completion_tokens"]
PresetName = Literal["openai", "ollama", "lmstudio", "vllm", "llamacpp", "openrouter", "mistral"]


@dataclass(frozen=True, slots=True)
class Preset:
    """What is filled in where the configuration says nothing.

    Attributes:
        base_url: as its documentation has it; local servers on this machine.
        model: its default, '' where one has to be named.
        structured: how it is asked for JSON.
        source: the documentation that says so.
    """

    base_url: str
    model: str
    structured: Structured
    source: str
    limit_field: LimitField = "max_tokens"


PRESETS: Final[Mapping[str, Preset]] = {
    "openai": Preset(
        base_url="https://api.openai.com/v1",
        model="gpt-4o-mini",
        structured="json_schema",
        source="OpenAI, Structured model outputs",
    ),
    "ollama": Preset(
        base_url="http://127.0.0.1:11434/v1",
        model="",
        structured="json_schema",
        source="Ollama, OpenAI compatibility; Structured outputs",
    ),
    "lmstudio": Preset(
        base_url="http://127.0.0.1:1234/v1",
        model="",
        structured="json_schema",
        source="LM Studio, Structured Output (it refuses json_object)",
    ),
    "vllm": Preset(
        base_url="http://127.0.0.1:8000/v1",
        model="",
        structured="json_schema",
        source="vLLM, OpenAI-Compatible Server; Structured Outputs",
    ),
    "llamacpp": Preset(
        base_url="http://127.0.0.1:8080/v1",
        model="default",  # it serves the model it was started with, whatever it is called
        structured="json_schema",
        source="llama.cpp, tools/server/README.md",
    ),
    "openrouter": Preset(
        base_url="https://openrouter.ai/api/v1",
        model="openai/gpt-4o-mini",
        structured="json_schema",
        source="OpenRouter, Structured Outputs",
    ),
    "mistral": Preset(
        base_url="https://api.mistral.ai/v1",
        model="mistral-small-latest",
        structured="json_schema",
        source="Mistral, Structured Outputs: Custom",
    ),
}
