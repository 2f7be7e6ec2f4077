"""How a variant is written on a command line: `NAME=PART[,model=M][,prompt=P][,weight=W]`."""

import re
from collections.abc import Sequence
from typing import Final

from careerops.domain.errors import ConfigurationError
from careerops.llm.experiments.definition import NAME, Variant

_HOW: Final = "write NAME=PART[,model=MODEL][,prompt=VERSION][,weight=SHARE]"
_KEYS: Final = ("model", "prompt", "weight")
_MAX_CHARS: Final = 200


def variants_of(
    champion: str, variants: Sequence[str], shadows: Sequence[str]
) -> tuple[Variant, ...]:
    """The variants of an experiment, the champion first.

    The champion's weight is what the others leave, a shadow's is 1, unless they are written.

    Raises:
        ConfigurationError: one is not written as it should be.
    """
    others = [_variant(text, "--variant", weight=None) for text in variants]
    left = 1 - sum(each.weight for each in others)
    if left <= 0:
        raise ConfigurationError(
            f"--variant: the weights add up to {1 - left:g}, which leaves the champion nothing:"
            " make them add up to less than 1"
        )
    return (
        _variant(champion, "--champion", weight=left).model_copy(update={"champion": True}),
        *others,
        *(
            _variant(text, "--shadow", weight=1.0).model_copy(update={"shadow": True})
            for text in shadows
        ),
    )


def _variant(text: str, option: str, *, weight: float | None) -> Variant:
    head, *rest = text.split(",")
    name, equals, part = (each.strip() for each in head.partition("="))
    if not equals or not part or not re.fullmatch(NAME, name):
        raise ConfigurationError(
            f"{option}: {_HOW}; a name is of lower-case letters, digits, '.', '_' and '-'"
        )
    given: dict[str, str] = {}
    for each in rest:
        key, _, value = (piece.strip() for piece in each.partition("="))
        if key not in _KEYS or key in given or not 0 < len(value) <= _MAX_CHARS:
            raise ConfigurationError(f"{option} {name}: {_HOW}, each at most once")
        given[key] = value
    return Variant(
        name=name,
        part=part,
        model=given.get("model", ""),
        prompt=given.get("prompt", ""),
        weight=_weight(given.get("weight"), f"{option} {name}", weight),
    )


def _weight(text: str | None, where: str, otherwise: float | None) -> float:
    if text is None:
        if otherwise is None:
            raise ConfigurationError(f"{where}: add ,weight= and a share such as 0.2")
        return otherwise
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= 1:
        raise ConfigurationError(f"{where}: weight is a share above 0 and at most 1, such as 0.2")
    return found
