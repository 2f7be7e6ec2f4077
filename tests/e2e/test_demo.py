"""`careerops demo`: the right mails are told, with the right type, without key and network."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest
from support.cli import COMMAND, Home

pytestmark = pytest.mark.e2e

DEMO = Path(str(files("careerops.data"))) / "demo"
MIN_RIGHT = 0.90
MAX_OTHER_TOLD = 2


@cache
def labels() -> dict[str, dict[str, Any]]:
    """The labels by event id; a mail that is delivered twice is one event."""
    found: dict[str, dict[str, Any]] = {}
    for line in (DEMO / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        raw = (DEMO / row["file"]).read_bytes()
        request = ParseRequest(raw, "me", "eml", row["file"], datetime.now(UTC))
        found.setdefault(parse_mail(request).email.event_id, row)
    return found


def complaints(told: dict[str, str], truth: dict[str, dict[str, Any]]) -> tuple[list[str], int]:
    """Career mails that were not told or told wrongly, by file; how many OTHER were told."""
    missed = [
        f"{row['file']}: {row['label']} told as {told.get(event_id, 'nothing')}"
        for event_id, row in truth.items()
        if row["label"] != "OTHER" and told.get(event_id) != row["label"]
    ]
    others = [
        f"{truth[event_id]['file']}: OTHER told as {label}"
        for event_id, label in told.items()
        if truth[event_id]["label"] == "OTHER"
    ]
    return missed + others, len(others)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the demo tells, as JSON."""
    done = Home(tmp_path_factory.mktemp("demo")).run("demo", "--json")
    notifications: list[dict[str, Any]] = json.loads(done.stdout)
    return notifications


def test_the_mails_that_matter_are_told_with_their_type(told: list[dict[str, Any]]) -> None:
    """At least nine in ten of them, and hardly anything else."""
    by_event = {each["event"]["event_id"]: each["event"]["event_type"] for each in told}
    wrong, others = complaints(by_event, labels())
    career = [row for row in labels().values() if row["label"] != "OTHER"]
    right = len(career) - (len(wrong) - others)
    figures = f"{right} of {len(career)} right, {others} OTHER told:\n" + "\n".join(wrong)
    assert right >= MIN_RIGHT * len(career), figures
    assert others <= MAX_OTHER_TOLD, figures


def test_each_mail_is_told_once(told: list[dict[str, Any]]) -> None:
    """Also those that were delivered twice."""
    ids = [each["event"]["event_id"] for each in told]
    assert len(ids) == len(set(ids))
    twice = [row for row in read_rows() if "duplicate_of" in row]
    assert twice, "the sample has mails that came twice"


def read_rows() -> list[dict[str, Any]]:
    """All label rows."""
    return [json.loads(line) for line in (DEMO / "labels.jsonl").read_text().splitlines()]


def test_what_is_told_says_why(told: list[dict[str, Any]]) -> None:
    """A quote of the mail for each."""
    assert all(each["event"]["evidence"] for each in told)
    received = [each["event"]["received_at"] for each in told]
    assert received == sorted(received)


def test_the_check_of_the_labels_can_fail() -> None:
    """A missed interview, a wrong type and a told newsletter are found."""
    truth = {
        "a": {"file": "a", "label": "INTERVIEW"},
        "b": {"file": "b", "label": "OFFER"},
        "c": {"file": "c", "label": "OTHER"},
    }
    assert complaints({"a": "INTERVIEW", "b": "OFFER"}, truth) == ([], 0)
    wrong, others = complaints({"b": "REJECTION", "c": "OFFER"}, truth)
    assert others == 1
    assert len(wrong) == 3


def test_for_a_person_it_is_a_table_and_an_example(tmp_path: Path) -> None:
    """Nothing on stderr, nothing left behind, no escape sequences in a pipe."""
    home = Home(tmp_path)
    done = home.run("demo")
    assert re.match(r"\d+ mails read, \d+ worth telling \(\? = please check\):", done.stdout)
    assert "On your phone, one of them reads:" in done.stdout
    assert "careerops init" in done.stdout.splitlines()[-1]
    # A machine that has other things to do is no fault of the demo's.
    assert [line for line in done.stderr.splitlines() if "loop_stalled" not in line] == []
    assert "\x1b" not in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_settings_of_the_persons_own_do_not_disturb_it(tmp_path: Path) -> None:
    """Neither a configuration that lies there nor variables."""
    home = Home(tmp_path, {"CAREEROPS_LOG": "kafka://gone", "CAREEROPS_HTTP__PORT": "1"})
    home.configure("this is not TOML")
    assert "worth telling" in home.run("demo").stdout


def without_network() -> list[str]:
    """A command that runs another without any network, [] if there is none."""
    if shutil.which("unshare") is None:
        return []
    for options in ("-n", "-rn"):
        prefix = ["unshare", options]
        tried = subprocess.run([*prefix, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return prefix
    return []


def test_it_needs_no_network(tmp_path: Path) -> None:
    """In a namespace without any interface it tells the same."""
    prefix = without_network()
    if not prefix:
        pytest.skip("this kernel or user cannot make a network namespace")
    done = subprocess.run(
        [*prefix, *COMMAND, "demo", "--json"],
        cwd=tmp_path,
        env=Home(tmp_path).environ(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) > 20
