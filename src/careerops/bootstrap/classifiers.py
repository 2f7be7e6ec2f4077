"""The chain of classifiers that `[[classifier]]` and `[classify]` describe."""

from careerops.bootstrap.parts import build_part, build_parts
from careerops.config import Config, PartConfig
from careerops.domain.email import RawEmail, Sender
from careerops.llm.chain import ClassifierChain
from careerops.llm.classifier import LLMClassifier
from careerops.ops.context import PartContext
from careerops.ports.classifier import Classifier

_WARMING = (
    "Thank you for your application. We would like to invite you to an interview on 3 May at 3 pm.",
    "Vielen Dank für Ihre Bewerbung. Leider haben wir uns für einen anderen Bewerber entschieden.",
    "Gracias por tu candidatura. Queremos invitarte a una entrevista el martes.",
    "Nous avons bien reçu votre candidature et vous proposons un entretien mardi.",
    "आपका आवेदन हमें मिल गया है। हम आपको साक्षात्कार के लिए आमंत्रित करते हैं।",
)
_FAMILIES = ("classifier", "chatmodel")


def wire_classifier(config: Config, context: PartContext) -> ClassifierChain:
    """Construct the chain; without any configured, `rules`.

    Raises:
        ConfigurationError: one cannot be constructed.
    """
    rules = _rules(config, context)
    classifiers: list[Classifier] = []
    for _, family, built in build_parts(config, "classifier", _FAMILIES, context):
        if family == "chatmodel":
            classifiers.append(LLMClassifier(built, second=rules, context=context))
        else:
            classifiers.append(built)
    fallback = rules if config.classify.fallback == "rules" else None
    return ClassifierChain(classifiers or [rules], fallback=fallback, context=context)


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
        return LLMClassifier(built, second=_rules(config, context), context=context)
    classifier: Classifier = built
    return classifier
