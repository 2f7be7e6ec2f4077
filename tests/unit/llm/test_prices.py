"""What calls cost: listed, said, free, or unknown; never guessed."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from careerops.llm import prices
from careerops.llm.prices import OwnPrice, PriceList
from careerops.ports.chatmodel import ChatAnswer

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPENAI = "https://api.openai.com/v1"


def answer(model: str = "", sent: int = 1_000_000, said: int = 0, cached: int = 0) -> ChatAnswer:
    """So many tokens."""
    return ChatAnswer(
        "x",
        truncated=False,
        model=model,
        input_tokens=sent,
        output_tokens=said,
        cached_tokens=cached,
    )


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        (OPENAI, "gpt-4o-mini"),
        ("https://generativelanguage.googleapis.com", "gemini-2.5-flash"),
        ("https://api.groq.com", "llama-3.3-70b-versatile"),
        ("https://api.anthropic.com", "claude-haiku-4-5"),
        ("https://api.mistral.ai/v1", "mistral-small-latest"),
    ],
)
def test_the_default_models_have_prices(base_url: str, model: str) -> None:
    """Answers cost more than questions, cached tokens at most as much as others."""
    listed = PriceList(base_url, model)
    sent = listed.micro_usd(answer(), AT)
    said = listed.micro_usd(answer(sent=0, said=1_000_000), AT)
    cached = listed.micro_usd(answer(cached=1_000_000), AT)
    assert sent
    assert said
    assert cached is not None
    assert 0 < cached <= sent < said < 100_000_000


def test_a_model_that_nobody_knows_has_no_price() -> None:
    """Which is not the same as free."""
    assert PriceList(OPENAI, "not-a-model").micro_usd(answer(), AT) is None
    assert PriceList("https://llm.example/v1", "gpt-4o-mini").micro_usd(answer(), AT) is None
    assert PriceList(OPENAI, "not-a-model").estimate(1000, 100, AT) is None


def test_the_model_that_answered_counts_and_the_configured_one_is_the_next_best() -> None:
    """Providers name a dated version that the list may not have yet."""
    listed = PriceList(OPENAI, "gpt-4o-mini")
    dear = listed.micro_usd(answer("gpt-4o"), AT)
    cheap = listed.micro_usd(answer("no-such-model-2099"), AT)
    assert dear is not None
    assert cheap is not None
    assert dear > cheap == listed.micro_usd(answer(), AT)


def test_a_price_of_ones_own_goes_first_and_is_rounded_up() -> None:
    """No call is for nothing because it is small."""
    own = OwnPrice(input=Decimal("0.10"), output=Decimal("0.40"))
    listed = PriceList(OPENAI, "gpt-4o-mini", own=own)
    assert listed.micro_usd(answer(sent=1_000_000, said=1_000_000), AT) == 500_000
    assert listed.micro_usd(answer(sent=1), AT) == 1


def test_this_machine_is_free() -> None:
    """Whatever it calls its model."""
    assert PriceList("http://127.0.0.1:1", "x", free=True).micro_usd(answer(), AT) == 0


def test_without_the_price_list_nothing_is_priced(monkeypatch: pytest.MonkeyPatch) -> None:
    """It belongs to the extras."""
    monkeypatch.setattr(prices, "_package", lambda: None)
    assert PriceList(OPENAI, "gpt-4o-mini").micro_usd(answer(), AT) is None
