"""Chat completions as OpenAI made them and others speak them: question and answer."""

from collections.abc import Mapping
from typing import Any, Final

from careerops.adapters.llm.clients.presets import Structured
from careerops.adapters.llm.clients.wire import Exchange
from careerops.domain.plain import plain_line
from careerops.ports.chatmodel import ChatAnswer, ChatRequest, QuotaHint

FILTERED: Final = "content_filter"
_MODEL_CHARS: Final = 80


def response_format(request: ChatRequest, structured: Structured) -> dict[str, Any]:
    """The arguments that ask for JSON."""
    if structured == "none":
        return {}
    if structured == "json_object":
        return {"response_format": {"type": "json_object"}}
    return {
        "response_format": {
            "type": "json_schema",
            "json_schema": {
                "name": request.schema_name,
                "strict": True,
                "schema": dict(request.schema),
            },
        }
    }


def messages_of(request: ChatRequest) -> list[dict[str, str]]:
    """The request's messages, as they are sent."""
    return [{"role": role, "content": text} for role, text in request.messages]


def choice_of(completion: Any) -> Any:
    """The first choice, None where there is none with a message.

    The SDKs hand over what they do not understand as text, or with fields missing.
    """
    choices = getattr(completion, "choices", None)
    choice = choices[0] if choices else None
    return choice if getattr(choice, "message", None) is not None else None


def refuses(choice: Any) -> bool:
    """Whether the model, or a filter behind it, declines to answer."""
    refusal = getattr(choice.message, "refusal", None)
    return choice.finish_reason == FILTERED or bool(refusal)


def answer_of(
    completion: Any, choice: Any, model: str, exchange: Exchange, hints: tuple[QuotaHint, ...]
) -> ChatAnswer:
    """The answer in `choice`; `model` is the one that was asked for."""
    usage = getattr(completion, "usage", None)
    details = getattr(usage, "prompt_tokens_details", None)
    return ChatAnswer(
        text=choice.message.content or "",
        truncated=choice.finish_reason == "length",
        model=plain_line(str(completion.model or model), _MODEL_CHARS),
        input_tokens=getattr(usage, "prompt_tokens", 0) or 0,
        output_tokens=getattr(usage, "completion_tokens", 0) or 0,
        cached_tokens=getattr(details, "cached_tokens", 0) or 0,
        hints=hints,
        sent_after_s=exchange.sent_after_s,
    )


def error_in(body: Mapping[str, Any]) -> int:
    """The status of an error inside a good response, 0 if there is none: OpenRouter's way."""
    error = body.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) else 0
