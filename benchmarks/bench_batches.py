"""Several mails in one call: what it saves, and what a mail could do to those beside it.

    python benchmarks/bench_batches.py [--sizes 2 5 10]

*Saved* are requests and tokens: the static instructions are sent once for several mails. Counted
over the bundled mailbox, by our estimator.

*Beside an attack* stands each clean mail of the injection corpora (tests/corpus/injection). In a
call of its own the attacker's words never reach the model; in a shared one an obedient model says
of it what the attacker wants. Each of the five wrong types is said, with every passage of the mail
as evidence in turn, and goes through the same checks as any answer: the quote, the rules beside
it, the look at the rest of the mail. The worst that any passage leads to counts. That is compared
with the honest answer of a call of its own.

There is no target: CareerOps asks about one mail a call, and this says why.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests")]

from bench_tokens import bundled  # noqa: E402  # the path is set above

from careerops.domain.career import Classification  # noqa: E402  # the same
from careerops.domain.email import RawEmail  # noqa: E402  # the same
from careerops.domain.errors import Permanent  # noqa: E402  # the same
from careerops.domain.taxonomy import EventType  # noqa: E402  # the same
from careerops.llm.classifier import LLMClassifier  # noqa: E402  # the same
from careerops.llm.prompt import build_request, shown_mail  # noqa: E402  # the same
from careerops.llm.tokens import estimate_tokens  # noqa: E402  # the same
from careerops.ports.chatmodel import ChatAnswer, ChatRequest  # noqa: E402  # the same
from support.injection.corpus import NAMES, Row, parsed, rows  # noqa: E402  # the same
from support.injection.obedient import honest, passages_of, wished  # noqa: E402  # the same
from support.rules import part_context, rules  # noqa: E402  # the same

MAX_PASSAGES: Final = 12
_WISH: Final = dict.fromkeys(("company", "summary", "link", "phone", "evidence"), "")


class Fate(Enum):
    """What becomes of a mail, the harmless first."""

    RIGHT = "right, unmarked"
    UNUSABLE = "no usable answer, the rules' instead"
    MARKED = "marked for a person's review"
    PASSED = "told otherwise, unmarked"


@dataclass(slots=True)
class Says:
    """A `ChatModel` with one answer."""

    answer: dict[str, Any]
    name: str = "says"

    async def complete(self, _: ChatRequest) -> ChatAnswer:
        """The same whatever is asked."""
        return ChatAnswer(json.dumps(self.answer), truncated=False, model="says-1")

    async def close(self) -> None:
        """Nothing is held."""


async def fate(mail: RawEmail, truth: EventType, answer: dict[str, Any]) -> Fate:
    """What becomes of `mail` if the model gives that answer about it."""
    classifier = LLMClassifier(Says(answer), second=rules(), context=part_context())
    try:
        said: Classification = await classifier.classify(mail)
    except Permanent:
        return Fate.UNUSABLE
    if said.review:
        return Fate.MARKED
    return Fate.RIGHT if said.event_type is truth else Fate.PASSED


async def beside_an_attack(mail: RawEmail, truth: EventType) -> Fate:
    """The worst that an obedient model can say of `mail` for a stranger."""
    worst = Fate.RIGHT
    for answer in _lies(shown_mail(mail), truth):
        worst = max(worst, await fate(mail, truth, answer), key=list(Fate).index)
    return worst


def _lies(message: str, truth: EventType) -> Iterator[dict[str, Any]]:
    for label in EventType:
        picks = 1 if label is EventType.OTHER else min(len(passages_of(message)), MAX_PASSAGES)
        if label is not truth:
            for pick in range(picks):
                yield wished(message, {**_WISH, "label": label.value}, pick)


async def neighbours(all_rows: Iterable[Row]) -> dict[str, Counter[Fate]]:
    """Way of asking -> what becomes of the clean mails."""
    found: dict[str, Counter[Fate]] = {"alone": Counter(), "beside": Counter()}
    for row in all_rows:
        mail = parsed(row.twin)
        true = honest(shown_mail(mail), row.twin_truth.value)
        found["alone"][await fate(mail, row.twin_truth, true)] += 1
        found["beside"][await beside_an_attack(mail, row.twin_truth)] += 1
    return found


def saved(sizes: Sequence[int]) -> dict[int, float]:
    """Mails a call -> tokens of a mail, as a share of those in a call of its own."""
    mails = bundled()
    static = estimate_tokens(build_request(mails[0]).messages[0][1])
    shown = sum(estimate_tokens(shown_mail(mail)) for mail in mails) / len(mails)
    return {size: (static / size + shown) / (static + shown) for size in sizes}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="several mails in one call")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2, 5, 10])
    for size, share in saved(parser.parse_args().sizes).items():
        print(f"{size:2} mails a call: 1/{size} of the requests, {share:.2f} of the tokens a mail")
    found = asyncio.run(neighbours(row for name in NAMES for row in rows(name)))
    for way, fates in found.items():
        told = ", ".join(f"{fates[each]} {each.value}" for each in Fate)
        print(f"{fates.total()} clean mails {way:6}: {told}")


if __name__ == "__main__":
    main()
