"""`careerops evaluate`: the figures of a classifier on labelled mails, in text and JSON."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from careerops.cli import session
from careerops.cli.main import main

ROWS = [
    {
        "subject": "Interview invitation",
        "from": "Acme <jobs@acme.example>",
        "body": "We would like to invite you to an interview for the Data Engineer role.",
        "label": "INTERVIEW",
    },
    {
        "subject": "Your parcel is on its way",
        "from": "Shop <info@shop.example>",
        "body": "Your order has been shipped and arrives tomorrow.",
        "label": "OTHER",
    },
]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of labelled mails in a folder without a configuration; logging stays as it was."""
    monkeypatch.setattr(session, "start_logging", lambda *_, **__: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "mails.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS))
    return path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The entry point's status."""
    monkeypatch.setattr(sys, "argv", ["careerops", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_the_rules_need_no_configuration(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON before or after the command."""
    assert run(monkeypatch, "--json", "evaluate", "--data", str(data)) == 0
    figures: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert {"n", "accuracy", "macro_f1", "per_class", "confusion", "ece"} <= figures.keys()
    assert (figures["n"], figures["accuracy"]) == (2, 1.0)
    assert figures["confusion"]["INTERVIEW"]["INTERVIEW"] == 1


def test_for_a_person_it_is_a_line_and_two_tables(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Scores by class, then what was taken for what."""
    assert run(monkeypatch, "evaluate", "--data", str(data), "--classifier", "rules") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2 mails: accuracy 1.000, macro F1 1.000, calibration error ")
    assert lines[1].split() == ["class", "precision", "recall", "f1", "support"]
    assert any(line.startswith("truth \\ answer") for line in lines)


@pytest.mark.parametrize(
    ("kind", "says"),
    [("openai", "no careerops.toml here"), ("ruls", "no careerops.toml here")],
)
def test_other_classifiers_are_taken_from_the_configuration(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: str,
    says: str,
) -> None:
    """Status 2 without one."""
    assert run(monkeypatch, "evaluate", "--data", str(data), "--classifier", kind) == 2
    assert says in capsys.readouterr().err


def test_an_unknown_kind_is_named_with_its_like(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once there is a configuration to look in."""
    (data.parent / "careerops.toml").write_text("")
    assert run(monkeypatch, "evaluate", "--data", str(data), "--classifier", "ruls") == 2
    assert "unknown kind 'ruls'; did you mean rules?" in capsys.readouterr().err
