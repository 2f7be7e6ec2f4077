"""Variants from the configuration's tables: their models, who pays, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from careerops.adapters.classifier.rules import RulesClassifier
from careerops.bootstrap.experiments import VariantBuilder, check_variants
from careerops.config import Config
from careerops.domain.errors import ConfigurationError
from careerops.llm.accounting import AccountedModel
from careerops.llm.budget import Spending
from careerops.llm.classifier import LLMClassifier
from careerops.llm.experiments.definition import Variant
from careerops.llm.guarded import Guarded
from careerops.llm.prompt import PROMPT_VERSION
from support.adapters import context

TABLES = [
    {"kind": "rules"},
    {"kind": "openai", "model": "gpt-4o", "api_keys": ["env:SOME_KEY"]},
    {"kind": "openai", "name": "here", "model": "a", "base_url": "http://127.0.0.1:9/v1"},
]


def variant(part: str, **fields: Any) -> Variant:
    """One of that part."""
    return Variant(name="v", part=part, weight=1, **fields)


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Config:
    """Two tables of one kind, of which one has a name."""
    monkeypatch.setenv("SOME_KEY", "planted-secret")
    return Config.model_validate({"classifier": TABLES})


def build(config: Config, wanted: Variant) -> Any:
    """Its classifier."""
    around = context()
    spending = Spending(around.documents, around.clock, config.classify.budget)
    return VariantBuilder(config, around, spending)(wanted)


def test_a_part_is_found_by_its_name_or_else_by_its_kind(config: Config) -> None:
    """And asked with the variant's model, which is all that differs; it is paid for."""
    for wanted, name, model in (
        (variant("openai"), "openai", "gpt-4o"),
        (variant("openai", model="gpt-4o-mini"), "openai", "gpt-4o-mini"),
        (variant("here", prompt=PROMPT_VERSION), "here", "a"),
        (variant("here", model="org/b:8b"), "here", "org/b:8b"),
    ):
        built = build(config, wanted)
        assert isinstance(built, LLMClassifier)
        assert isinstance(built._model, AccountedModel)
        assert built.name == name
        assert built._model._model._options.model == model
        assert isinstance(built._second, RulesClassifier)


def test_rules_need_no_table(config: Config) -> None:
    """They are always there, and guarded as where no experiment runs."""
    for given in (config, Config()):
        built = build(given, variant("rules"))
        assert isinstance(built, Guarded)
        assert isinstance(built._classifier, RulesClassifier)


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        (variant("gemma"), "variant v: no .* called gemma; there are configured, rules, openai"),
        (variant("rules", model="m"), "variant v: rules has no models"),
        (variant("rules", prompt="p"), "variant v: rules has no prompt"),
        (
            variant("openai", prompt="classify.v0"),
            f"no prompt classify.v0: there is {PROMPT_VERSION}",
        ),
    ],
)
async def test_what_cannot_be_is_refused_in_one_line(
    config: Config, wanted: Variant, complaint: str
) -> None:
    """When the experiment is started, not when the first mail comes."""
    with pytest.raises(ConfigurationError, match=complaint) as caught:
        await check_variants(config, context(), [wanted])
    assert "\n" not in str(caught.value)


async def test_a_missing_key_is_found_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variant's name."""
    monkeypatch.delenv("SOME_KEY", raising=False)
    config = Config.model_validate({"classifier": TABLES})
    with pytest.raises(ConfigurationError, match="variant v"):
        await check_variants(config, context(), [variant("openai")])
    await check_variants(config, context(), [variant("configured"), variant("here")])


def test_a_variant_may_ask_with_a_prompt_of_ones_own(config: Config, tmp_path: Path) -> None:
    """A file beside the configuration; the others ask as the configuration says."""
    (tmp_path / "prompts").mkdir()
    for name in ("short", "long"):
        (tmp_path / "prompts" / f"{name}.md").write_text(name)
    chosen = config.classify.model_copy(update={"prompt": "long"})
    config = config.model_copy(update={"root": tmp_path, "classify": chosen})
    assert build(config, variant("here", prompt="short"))._prompt.text == "short"
    assert build(config, variant("here"))._prompt.text == "long"
