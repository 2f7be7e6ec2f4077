"""How many tokens of a mail a model is sent, against sending the whole text.

    python benchmarks/bench_tokens.py [--threads 300]

Two sets of mails: the bundled mailbox, and long conversations that `tokens/threads.py` makes: five
to twenty quoted messages in the ways of six mail programs and in five languages, with signatures,
notices and links that track.

*The mail* is its message: headers and text without what does not matter, against the same headers
over the whole canonical text, which has lost its HTML already, both between the two lines that keep
a mail apart from what we say. What those two lines cost is printed: who sends text without them
saves that. *The request* is the mail with the static instructions. No tokeniser is among the pins,
so both are counted by our estimator, which lies 1.3 times above the largest of three real ones on
average (careerops/llm/tokens.py has how it was fitted).

Trimming must not cost the meaning: the rules read each mail whole, and as it is shown (text and
marked parts as they stand in the message, the rest of the mail as it was), and must come to the
same type. Exits 1 where

- a long conversation takes more than half of its whole text, at the 95th percentile of each;
- the bundled mailbox takes more tokens than its whole text, in the mean;
- fewer than 0.99 of the mails of a set keep their type.
"""

import argparse
import asyncio
import math
import re
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tokens.threads import threads

from careerops.adapters.classifier.rules import RulesClassifier, RulesOptions
from careerops.adapters.memory.cache import MemoryCache
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain.email import Mark, MarkKind, RawEmail
from careerops.domain.taxonomy import EventType
from careerops.llm.prompt import build_request
from careerops.llm.tokens import estimate_tokens
from careerops.mail.parse import parse_mail
from careerops.ops.clock import SystemClock
from careerops.ops.context import PartContext
from careerops.ops.metrics import Metrics
from careerops.ports.mailparser import ParseRequest

LONG_SHARE: Final = 0.5
BUNDLED_SHARE: Final = 1.0
KEPT: Final = 0.99
NOW: Final = datetime(2026, 1, 2, tzinfo=UTC)
_PART: Final = re.compile(
    r"^(?P<kind>QUOTED|HIDDEN|SIGNATURE) (?P<code>\w{16})\n(?P<text>.*?)\nEND (?P=kind) (?P=code)$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One mail: tokens of its message as shown and whole, and its types by the rules.

    Attributes:
        lines: tokens of the two lines around it, which both have.
        static: tokens of the instructions.
    """

    shown: int
    whole: int
    lines: int
    static: int
    type_shown: str
    type_whole: str


def parsed(raw: bytes) -> RawEmail:
    """A mail as the pipeline has it."""
    request = ParseRequest(raw=raw, account="me", source="eml", locator="x", fallback_time=NOW)
    return parse_mail(request).email


def bundled() -> list[RawEmail]:
    """The mails of `careerops demo`."""
    folder = files("careerops.data") / "demo"
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".eml")), key=str)
    return [parsed(each.read_bytes()) for each in found]


def as_shown(mail: RawEmail, message: str) -> RawEmail:
    """`mail` with no more text than `message` shows of it."""
    body = message.partition("\n\n")[2].rpartition("\nEND MAIL ")[0]
    text, marks, position = "", [], 0
    for part in _PART.finditer(body):
        text += body[position : part.start()]
        start, text = len(text), text + part["text"]
        marks.append(Mark(kind=MarkKind[part["kind"]], start=start, end=len(text)))
        position = part.end()
    return mail.model_copy(update={"body_text": text + body[position:], "marks": tuple(marks)})


async def measured(mails: Iterable[RawEmail]) -> list[Measured]:
    """A row for each of `mails`."""
    context = PartContext(SystemClock(), MemoryCache(), Metrics(), MemoryDocuments())
    rules = RulesClassifier(RulesOptions(), context)
    rows = []
    for mail in mails:
        (_, static), (_, message) = build_request(mail).messages
        begin, _, rest = message.partition("\n")
        headers, end = rest.partition("\n\n")[0], message.rpartition("\n")[2]
        rows.append(
            Measured(
                shown=estimate_tokens(message),
                whole=estimate_tokens(f"{begin}\n{headers}\n\n{mail.body_text}\n{end}"),
                lines=estimate_tokens(f"{begin}\n\n{end}"),
                static=estimate_tokens(static),
                type_shown=(await rules.classify(as_shown(mail, message))).event_type,
                type_whole=(await rules.classify(mail)).event_type,
            )
        )
    return rows


def percentile(values: Sequence[int], share: float) -> int:
    """The smallest value that so many of `values` are not above."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def report(name: str, rows: Sequence[Measured], limits: dict[str, float]) -> list[str]:
    """Print the figures of one set; what was missed."""
    shown, whole = [row.shown for row in rows], [row.whole for row in rows]
    static = rows[0].static
    kept = sum(row.type_shown == row.type_whole for row in rows) / len(rows)
    career = sum(row.type_whole != EventType.OTHER for row in rows)
    figures = {
        "mean": (statistics.mean(shown), statistics.mean(whole)),
        "p95": (percentile(shown, 0.95), percentile(whole, 0.95)),
    }
    lines = statistics.mean(row.lines for row in rows)
    print(
        f"{name}: {len(rows)} mails, {career} of them about an application; {kept:.3f} keep their"
        f" type; {lines:.0f} tokens of each are the lines around it"
    )
    for word, (ours, theirs) in figures.items():
        print(
            f"  {word:4}  the mail {ours:7,.0f} of {theirs:7,.0f} tokens: {ours / theirs:.2f};"
            f"  the request {ours + static:7,.0f} of {theirs + static:7,.0f}:"
            f" {(ours + static) / (theirs + static):.2f}"
        )
    missed = [
        f"{name}: {word} {figures[word][0] / figures[word][1]:.2f}, wanted {limit}"
        for word, limit in limits.items()
        if figures[word][0] > limit * figures[word][1]
    ]
    return missed + [f"{name}: {kept:.3f} keep their type, wanted {KEPT}"] * (kept < KEPT)


async def main(arguments: Sequence[str] | None = None) -> int:
    """Measure both sets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=300)
    options = parser.parse_args(arguments)
    long = [parsed(each.raw) for each in threads(options.threads)]
    missed = report("bundled mailbox", await measured(bundled()), {"mean": BUNDLED_SHARE})
    missed += report("long conversations", await measured(long), {"p95": LONG_SHARE})
    for line in missed:
        print(f"missed: {line}", file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
