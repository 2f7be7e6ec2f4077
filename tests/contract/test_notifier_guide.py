"""docs/adding-a-notifier.md, followed word by word in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.tree import ROOT

GUIDE = ROOT / "docs" / "adding-a-notifier.md"
KIND = "spool"


def blocks(language: str) -> list[str]:
    """The code blocks of the guide in one language."""
    text = GUIDE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def path_in_guide(suffix: str) -> str:
    """The path that the guide names."""
    found = re.findall(rf"`(src/careerops/[a-z/]*{suffix})`", GUIDE.read_text(encoding="utf-8"))
    return found[0]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the suite needs: sources, tests and settings."""
    copy = tmp_path / "copy"
    leave_out = shutil.ignore_patterns("__pycache__", "*.pyc", ".*_cache")
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=leave_out)
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def follow(tree: Path, source: str) -> None:
    """Steps 1 and 2 of the guide."""
    (tree / path_in_guide(f"{KIND}.py")).write_text(source, encoding="utf-8")
    registry = tree / path_in_guide("registry.py")
    text = registry.read_text(encoding="utf-8")
    line = blocks("python")[1]
    family = '    "notifier": {\n'
    assert family in text
    registry.write_text(text.replace(family, family + line), encoding="utf-8")


def run_suite(tree: Path) -> "subprocess.CompletedProcess[str]":
    """Step 3, as it is written."""
    command = blocks("sh")[0].split()
    assert command[0] == "pytest"
    # The copy is not measured: its lines are no lines of ours.
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment = ours | {"PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", *command, "-p", "no:cacheprovider", "-v"],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_one_file_and_one_line_make_a_notifier_that_the_suite_runs(tree: Path) -> None:
    """The suite finds the new kind by itself, and it passes."""
    follow(tree, blocks("python")[0])
    done = run_suite(tree)
    assert done.returncode == 0, done.stdout[-3000:]
    ran = re.findall(rf"::(test_\w+)\[{KIND}\] PASSED", done.stdout)
    suite = (ROOT / "tests" / "contract" / "test_notifier.py").read_text(encoding="utf-8")
    assert set(ran) == set(re.findall(r"^(?:async )?def (test_\w+)", suite, re.MULTILINE))


@pytest.mark.parametrize(
    ("right", "wrong", "caught_by"),
    [
        (
            'context.name or "spool"',
            '"SPOOL"',
            "test_the_channel_is_its_name_or_its_kind",
        ),
        (
            'extra="forbid", frozen=True, hide_input_in_errors=True',
            'extra="forbid", frozen=True',
            "test_options_are_closed_and_do_not_quote_what_is_wrong",
        ),
        (
            "render_text(notification, max_chars=self._options.max_chars)",
            "notification.event.summary",
            "test_every_kind_of_notification_is_told",
        ),
    ],
)
def test_a_broken_notifier_is_caught_by_the_suite(
    tree: Path, right: str, wrong: str, caught_by: str
) -> None:
    """The suite is one that can fail."""
    source = blocks("python")[0]
    assert right in source
    follow(tree, source.replace(right, wrong))
    done = run_suite(tree)
    assert done.returncode == 1, done.stdout[-3000:]
    assert f"::{caught_by}[{KIND}] FAILED" in done.stdout
