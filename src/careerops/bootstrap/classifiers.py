"""The chain of classifiers that `[[classifier]]` and `[classify]` describe."""

from dataclasses import dataclass

from careerops.bootstrap.experiments import VariantBuilder
from careerops.bootstrap.hosted import HostedModel, asking
from careerops.bootstrap.parts import build_part, build_parts
from careerops.bootstrap.prompts import prompt_of
from careerops.config import Config, PartConfig
from careerops.domain.email import RawEmail, Sender
from careerops.domain.errors import ConfigurationError
from careerops.llm.budget import Spending
from careerops.llm.cascade import Cascade
from careerops.llm.chain import ClassifierChain
from careerops.llm.experiments.classifier import ExperimentClassifier
from careerops.llm.guarded import Guarded
from careerops.ops.context import PartContext
from careerops.ports.classifier import Classifier

_WARMING = (
    "Thank you for your application. We would like to invite you to an interview on 3 May at 3 pm.",
    "Vielen Dank für Ihre Bewerbung. Leider haben wir uns für einen anderen Bewerber entschieden.",
    "Gracias por tu candidatura. Queremos invitarte a una entrevista el martes.",
    "Nous avons bien reçu votre candidature et vous proposons un entretien mardi.",
    "आपका आवेदन हमें मिल गया है। हम आपको साक्षात्कार के लिए आमंत्रित करते हैं।",
)
_TYPICAL_INPUT, _TYPICAL_OUTPUT = 1500, 150
"""Tokens of an ordinary mail: only their ratio matters, for who is cheaper."""
_FAMILIES = ("classifier", "chatmodel")


@dataclass(frozen=True, slots=True)
class _Wired:
    """A classifier, and what a mail costs by it: 0 on this machine, None if nobody knows."""

    classifier: Classifier
    micro_usd: int | None = 0
    local: bool = True

    @property
    def rank(self) -> tuple[bool, int]:
        """Cheapest first, unknown prices last."""
        return self.micro_usd is None, self.micro_usd or 0


def wire_classifier(config: Config, context: PartContext) -> ExperimentClassifier:
    """Construct the classifiers in the order that `[classify] routing` says; without any, `rules`.

    Around them is what deals mails to the variants of an experiment while one runs.

    Raises:
        ConfigurationError: one cannot be constructed, or two have the same name.
    """
    spending = Spending(context.documents, context.clock, config.classify.budget)
    chain = _chain(config, context, spending)
    return ExperimentClassifier(chain, VariantBuilder(config, context, spending), context)


def _chain(config: Config, context: PartContext, spending: Spending) -> ClassifierChain | Cascade:
    rules = _rules(config, context)
    prompt = prompt_of(config.classify.prompt, config.root, "classify.prompt")
    wired: list[_Wired] = []
    for _, family, built in build_parts(config, "classifier", _FAMILIES, context):
        if built.name in {each.classifier.name for each in wired}:
            # Quotas, budgets, breakers and metrics are kept by name.
            raise ConfigurationError(
                f"classifier: two are called {built.name!r}; give one a `name` of its own"
            )
        if family == "chatmodel":
            asked = asking(built, rules, prompt=prompt, spending=spending, context=context)
            wired.append(_Wired(asked, _cost_of(built, context), local=False))
        else:
            wired.append(_Wired(Guarded(built)))
    fallback = rules if config.classify.fallback == "rules" else None
    routing = config.classify.routing
    if routing == "cheapest":
        wired.sort(key=lambda each: each.rank)
    hosted = [each.classifier for each in wired if not each.local]
    if routing == "cascade" and hosted:
        local = [each.classifier for each in wired if each.local]
        chain = ClassifierChain(hosted, fallback=fallback, context=context)
        return Cascade(local or [Guarded(rules)], chain, sure=config.classify.sure)
    classifiers = [each.classifier for each in wired] or [Guarded(rules)]
    return ClassifierChain(classifiers, fallback=fallback, context=context)


def _cost_of(model: HostedModel, context: PartContext) -> int | None:
    """What an ordinary mail costs, in millionths of a dollar; None if nobody knows."""
    return model.price_list().estimate(_TYPICAL_INPUT, _TYPICAL_OUTPUT, context.clock.now())


async def warm_up(config: Config, context: PartContext) -> None:
    """Let the rules compile what they need before the first mail, whatever its language.

    Compiling takes a tenth of a second and more. Spent inside the first mail's handler it would be
    the likeliest moment for a process to be killed, and after an unclean stop the mail that runs
    alone would be blamed for it.
    """
    rules = _rules(config, context)
    for number, text in enumerate(_WARMING):
        await rules.classify(
            RawEmail(
                event_id=str(number),
                sender=Sender(name="Team", address="jobs@warm.example", domain="warm.example"),
                subject=text,
                received_at=context.clock.now(),
                body_text=text,
            )
        )
    await rules.close()


def _rules(config: Config, context: PartContext) -> Classifier:
    part = PartConfig(kind="rules")
    _, rules = build_part(config, part, "classify.fallback", _FAMILIES, context)
    built: Classifier = rules
    return built


def classifier_of_kind(config: Config, kind: str, context: PartContext) -> Classifier:
    """One classifier alone, with the options of its table where the configuration has one.

    Raises:
        ConfigurationError: there is no such kind, or it is not configured as it needs.
    """
    for index, part in enumerate(config.classifier):
        if part.kind == kind:
            where, found = f"classifier[{index}]", part
            break
    else:
        where, found = "--classifier", PartConfig(kind=kind)
    family, built = build_part(config, found, where, _FAMILIES, context)
    if family == "chatmodel":
        spending = Spending(context.documents, context.clock, config.classify.budget)
        prompt = prompt_of(config.classify.prompt, config.root, "classify.prompt")
        rules = _rules(config, context)
        return asking(built, rules, prompt=prompt, spending=spending, context=context)
    classifier: Classifier = built
    return classifier
