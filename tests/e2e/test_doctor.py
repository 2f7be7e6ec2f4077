"""`careerops doctor`: finds each problem, goes on after it, and says what leaves the machine."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.cli import Home
from support.mails import mixed, write_mbox

pytestmark = pytest.mark.e2e

EGRESS = """
[[classifier]]
kind = "openai"
base_url = "https://llm.example.test/v1"
model = "m"
api_keys = ["env:PLANTED_KEY"]
[[researcher]]
kind = "tavily"
api_key = "env:PLANTED_KEY"
base_url = "https://search.example.test"
"""
EVERYTHING_WRONG = """
log = "sqlite:///gone/careerops.db"
[http]
port = {port}
[[mailbox]]
kind = "mbox"
path = "gone.mbox"
[[mailbox]]
kind = "mbx"
[[mailbox]]
kind = "eml"
pth = "."
[[classifier]]
kind = "openai"
base_url = "http://127.0.0.1:9/v1"
model = "m"
api_keys = ["env:CAREERLESS_NOT_SET"]
[[classifier]]
kind = "rules"
[[researcher]]
kind = "tavily"
api_key = "file:gone.txt"
[[notifier]]
kind = "jsonl"
path = "gone/told.jsonl"
[[notifier]]
kind = "console"
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a configuration that works."""
    home = Home(tmp_path)
    write_mbox(tmp_path / "inbox.mbox", mixed(2, 1))
    home.mbox(tmp_path / "inbox.mbox", "[http]\nport = 0\n")
    return home


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def findings(home: Home, status: int) -> dict[str, dict[str, Any]]:
    """What `doctor --json` says, by part."""
    done = home.run("doctor", "--json", check=False)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return {each["part"]: each for each in json.loads(done.stdout)}


def test_a_configuration_that_works_is_said_to_work(home: Home) -> None:
    """Status 0, part by part; nothing leaves the machine."""
    done = home.run("doctor")
    lines = done.stdout.splitlines()
    assert [line.split()[:2] for line in lines[:6]] == [
        ["ok", "configuration"],
        ["ok", "http.port"],
        ["ok", "log"],
        ["ok", "mailbox[0]"],
        ["ok", "classifier[0]"],
        ["ok", "notifier[0]"],
    ]
    assert lines[-2:] == ["What leaves this machine:", "  nothing"]
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_every_problem_is_found_in_one_go(home: Home, taken: int) -> None:
    """Status 1; what is right beside them is said to be right."""
    home.configure(EVERYTHING_WRONG.format(port=taken))
    found = findings(home, status=1)
    wrong = {part: each["text"] for part, each in found.items() if not each["ok"]}
    says = {
        "http.port": rf"127\.0\.0\.1:{taken}: .*choose another",
        "log": r"the database .*gone/careerops\.db .*create the folder",
        "mailbox[0]": r"gone\.mbox does not exist",
        "mailbox[1]": r"unknown kind 'mbx'; did you mean mbox\?",
        "mailbox[2]": r"mailbox\[2\]\.pth: unknown key; did you mean path\?",
        "classifier[0]": r"api_keys\[0\]: .*set the environment variable CAREERLESS_NOT_SET",
        "researcher[0]": r"api_key: the secret file:gone\.txt is not readable",
        "notifier[0]": r"the folder of told\.jsonl is missing: create it",
    }
    assert set(wrong) == set(says)
    for part, pattern in says.items():
        assert re.search(pattern, wrong[part]), wrong[part]
    assert {part for part, each in found.items() if each["ok"]} == {
        "configuration",
        "classifier[1]",
        "notifier[1]",
    }


def test_a_configuration_that_cannot_be_read_is_the_one_finding(home: Home) -> None:
    """Status 2, in text as in JSON."""
    home.configure("[http]\nprot = 1\n")
    (only,) = findings(home, status=2).values()
    assert only["text"] == "careerops.toml: http.prot: unknown key; did you mean port?"
    done = home.run("doctor", check=False)
    assert done.stdout.startswith("FAIL  configuration  careerops.toml: http.prot")
    (home.folder / "careerops.toml").unlink()
    (only,) = findings(home, status=2).values()
    assert "careerops init" in only["text"]


def test_what_leaves_the_machine_is_named_with_its_host(home: Home) -> None:
    """Text of mails to the model, names of companies to the search; never a key."""
    path = home.folder / "careerops.toml"
    path.write_text(path.read_text() + EGRESS)
    home.environment["PLANTED_KEY"] = "sk-planted-0123456789"
    done = home.run("doctor", check=False)
    leaving = done.stdout.split("What leaves this machine:\n")[1].splitlines()
    assert leaving == [
        "  classifier[1]: the text of your mails, to llm.example.test",
        "  researcher[0]: the names of companies, to search.example.test",
    ]
    assert "planted" not in done.stdout + done.stderr
    found = findings(home, status=1)
    assert found["classifier[1]"]["leaves_to"] == "llm.example.test"
    assert found["mailbox[0]"]["leaves_to"] == ""


def test_parts_that_cannot_work_beside_each_other_are_found(home: Home) -> None:
    """What `run` would refuse, doctor says before."""
    path = home.folder / "careerops.toml"
    path.write_text(path.read_text() + '[[notifier]]\nkind = "jsonl"\n')
    assert "two are called 'jsonl'" in findings(home, status=1)["notifier"]["text"]


def test_doctor_changes_nothing(home: Home) -> None:
    """Nothing is told, no mail is read into the log."""
    home.run("doctor")
    assert home.told() == []
    assert all(topic["end"] == topic["start"] for topic in home.json("topics"))
