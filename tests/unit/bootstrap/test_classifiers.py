"""In which order classifiers are asked, and who pays."""

from typing import Any

import pytest

from careerops.bootstrap.classifiers import wire_classifier
from careerops.config import Config
from careerops.domain.errors import ConfigurationError
from careerops.llm.accounting import AccountedModel
from careerops.llm.cascade import Cascade
from careerops.llm.chain import ClassifierChain
from careerops.llm.classifier import LLMClassifier
from support.adapters import context


def table(name: str, model: str, **options: Any) -> dict[str, Any]:
    """A `[[classifier]]` of kind openai."""
    return {"kind": "openai", "name": name, "model": model, "api_keys": ["env:SOME_KEY"]} | options


DEAR = table("dear", "gpt-4o")
CHEAP = table("cheap", "gpt-4o-mini")
STRANGE = table("strange", "nobody-knows-it", base_url="https://llm.example/v1")
HERE = table("here", "llama", base_url="http://127.0.0.1:11434/v1", api_keys=[])
RULES = {"kind": "rules"}


def wired(*tables: dict[str, Any], **classify: Any) -> Any:
    """The classifiers of these tables."""
    config = Config.model_validate({"classifier": list(tables), "classify": classify})
    return wire_classifier(config, context())._chain


def names(chain: ClassifierChain) -> list[str]:
    """Who is asked, in order."""
    return [link.classifier.name for link in chain._links]


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "planted")


def test_by_default_the_order_is_the_configurations() -> None:
    """Whatever it costs."""
    assert names(wired(DEAR, RULES, CHEAP)) == ["dear", "rules", "cheap"]
    assert names(wired()) == ["rules"]


def test_cheapest_first_puts_unknown_prices_last() -> None:
    """What runs on this machine is free; equals stay in their order."""
    chain = wired(STRANGE, DEAR, CHEAP, HERE, routing="cheapest")
    assert names(chain) == ["here", "cheap", "dear", "strange"]
    own = table("own", "x", base_url="https://llm.example/v1", price={"input": 0, "output": 0})
    assert names(wired(CHEAP, own, routing="cheapest")) == ["own", "cheap"]


def test_a_cascade_asks_rules_before_any_hosted_model() -> None:
    """Also where no local classifier is configured; without a hosted one it is a plain chain."""
    cascade = wired(DEAR, CHEAP, routing="cascade", sure=0.8)
    assert isinstance(cascade, Cascade)
    assert [each.name for each in cascade._local] == ["rules"]
    assert names(cascade._hosted) == ["dear", "cheap"]
    assert names(wired(RULES, routing="cascade")) == ["rules"]


def test_every_model_is_paid_from_one_budget() -> None:
    """Two providers do not have a day's money each."""
    chain = wired(DEAR, CHEAP, budget={"usd_per_day": 1})
    paid = [link.classifier._model for link in chain._links]
    assert all(isinstance(each, AccountedModel) for each in paid)
    assert len({id(each._spending) for each in paid}) == 1
    assert all(isinstance(link.classifier, LLMClassifier) for link in chain._links)


def test_two_of_one_name_are_refused() -> None:
    """Quota, money and metrics are counted by name."""
    with pytest.raises(ConfigurationError, match="two are called 'openai'"):
        wired(table("", "gpt-4o"), table("", "gpt-4o-mini"))
