"""`evaluate`: a classifier against labelled mails."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careerops.cli.session import (
    JsonOption,
    Session,
    print_json,
    print_line,
    print_table,
    run_async,
    session_of,
)
from careerops.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from careerops.config import Config
    from careerops.services.evaluation import Judged, LabelledMail

_OFFLINE = frozenset({"rules", "local"})
_AT_ONCE = 8


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate")(evaluate)


def evaluate(
    ctx: typer.Context,
    data: Annotated[
        Path,
        typer.Option("--data", metavar="FILE.jsonl", help="Rows {subject, from, body, label}."),
    ],
    classifier: Annotated[str, typer.Option(metavar="KIND", help="Which one.")] = "rules",
    json_: JsonOption = False,
) -> None:
    """Print n, accuracy, macro F1, scores by class, confusion and calibration error."""
    from careerops.services.evaluation import read_rows, report

    session = session_of(ctx, json_)
    if not data.is_file():
        raise ConfigurationError(f"--data {data}: no such file")
    config = _config(session, classifier)
    with data.open(encoding="utf-8", errors="replace") as lines:
        rows = read_rows(lines, data.name)

    async def main() -> None:
        result = report(await _judge(config, classifier, rows))
        if session.json:
            print_json(result)
        else:
            _print_report(result)

    run_async(main)


def _config(session: Session, kind: str) -> "Config":
    """`rules` and `local` need no configuration; the others are taken from it."""
    from careerops.cli.session import start_logging
    from careerops.config import Config

    if kind not in _OFFLINE:
        return session.load()
    config = Config.model_validate({"classifier": [{"kind": kind}]})
    start_logging(config)
    return config


async def _judge(config: "Config", kind: str, rows: "list[LabelledMail]") -> "list[Judged]":
    import asyncio

    from careerops.bootstrap.classifiers import classifier_of_kind
    from careerops.bootstrap.pipeline import Surroundings
    from careerops.bootstrap.stores import forgetful_stores
    from careerops.services.evaluation import Judged, mail_of

    around = Surroundings(config, forgetful_stores(), owner="evaluate")
    classifier = classifier_of_kind(config, kind, around.context)
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(row: "LabelledMail") -> Judged:
        async with slots:
            answer = await classifier.classify(mail_of(row))
        return Judged(row.label, answer.event_type, answer.confidence)

    try:
        return list(await asyncio.gather(*(one(row) for row in rows)))
    finally:
        await classifier.close()


def _print_report(result: dict[str, Any]) -> None:
    print_line(
        f"{result['n']} mails: accuracy {result['accuracy']:.3f}, "
        f"macro F1 {result['macro_f1']:.3f}, calibration error {result['ece']:.3f}"
    )
    columns = ("class", "precision", "recall", "f1", "support")
    rows = [
        (label, *(f"{scores[name]:.3f}" for name in columns[1:4]), scores["support"])
        for label, scores in result["per_class"].items()
    ]
    print_table(columns, rows)
    print_line()
    labels = list(result["confusion"])
    confusion = [
        (truth, *(result["confusion"][truth][answer] for answer in labels)) for truth in labels
    ]
    print_table(("truth \\ answer", *labels), confusion)
