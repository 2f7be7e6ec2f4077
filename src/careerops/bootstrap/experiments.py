"""Constructing the variants of experiments from the configuration's `[[classifier]]` tables."""

from collections.abc import Iterable

from careerops.bootstrap.hosted import HostedModel, asking
from careerops.bootstrap.parts import build_part, kinds_of, load_class
from careerops.bootstrap.prompts import prompt_of
from careerops.config import Config, PartConfig
from careerops.domain.errors import ConfigurationError
from careerops.llm.budget import Spending
from careerops.llm.experiments.definition import CONFIGURED, Variant
from careerops.llm.guarded import Guarded
from careerops.ops.context import PartContext
from careerops.ports.classifier import Classifier

_FAMILIES = ("classifier", "chatmodel")


class VariantBuilder:
    """Variant -> its classifier, for `ExperimentClassifier`."""

    def __init__(self, config: Config, context: PartContext, spending: Spending) -> None:
        """Take parts from `config`; what models cost is paid from `spending`."""
        self._config = config
        self._context = context
        self._spending = spending

    def __call__(self, variant: Variant) -> Classifier:
        """The classifier of `variant`, asked as its part is, with its own model and prompt.

        Raises:
            ConfigurationError: one line that names the variant and the remedy.
        """
        where = f"variant {variant.name}"
        part = _with_model(self._part(variant, where), variant.model, where)
        family, built = build_part(self._config, part, where, _FAMILIES, self._context)
        if family != "chatmodel":
            if variant.prompt:
                raise ConfigurationError(f"{where}: {variant.part} has no prompt: leave it out")
            return Guarded(built)  # a variant's answers are told as any others
        return self._asking(built, variant.prompt, where)

    def _part(self, variant: Variant, where: str) -> PartConfig:
        """The table by its name, else the first by its kind."""
        tables = self._config.classifier
        for key in ("name", "kind"):
            for part in tables:
                if getattr(part, key) == variant.part:
                    return part
        if variant.part == "rules":  # needs no table anywhere
            return PartConfig(kind="rules")
        names = [CONFIGURED, "rules", *(part.name or part.kind for part in tables)]
        known = ", ".join(dict.fromkeys(names))
        raise ConfigurationError(
            f"{where}: no [[classifier]] is called {variant.part[:40]}; there are {known}"
        )

    def _asking(self, model: HostedModel, prompt: str, where: str) -> Classifier:
        wanted = prompt or self._config.classify.prompt
        asked = prompt_of(wanted, self._config.root, where)
        _, rules = build_part(
            self._config, PartConfig(kind="rules"), where, _FAMILIES, self._context
        )
        return asking(model, rules, prompt=asked, spending=self._spending, context=self._context)


def _with_model(part: PartConfig, model: str, where: str) -> PartConfig:
    if not model:
        return part
    known = kinds_of(*_FAMILIES)
    if part.kind in known and "model" not in load_class(known[part.kind][1]).Options.model_fields:
        raise ConfigurationError(f"{where}: {part.kind} has no models: leave model= out")
    return PartConfig.model_validate({**part.model_dump(), "model": model})


async def check_variants(config: Config, context: PartContext, variants: Iterable[Variant]) -> None:
    """Construct each variant once, as the processes that follow will, and close it.

    Raises:
        ConfigurationError: one cannot be constructed.
    """
    build = VariantBuilder(
        config, context, Spending(context.documents, context.clock, config.classify.budget)
    )
    for variant in variants:
        if variant.part != CONFIGURED:
            await build(variant).close()
