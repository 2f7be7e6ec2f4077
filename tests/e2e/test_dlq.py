"""`careerops dlq`: what could not be processed is explained, tried again, or put aside."""

import json
import re
from pathlib import Path

import pytest

from support.cli import Home
from support.mails import career_mail, mixed, write_mbox
from support.tree import ROOT

pytestmark = pytest.mark.e2e

MAILS = 5
LETTERS = 3
NOTIFIER = '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
FAULTS = ROOT / "tests" / "support" / "faulty_parser"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which three of five mails killed their parser."""
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in range(MAILS):
        _, mail = career_mail(number)
        if number < LETTERS:
            mail["X-Fault"] = "FAULT-ABORT"
        (folder / f"{number}.eml").write_bytes(mail.as_bytes())
    home = Home(tmp_path, {"PYTHONPATH": str(FAULTS)})
    home.configure('[[mailbox]]\nkind = "eml"\npath = "mails"\n' + NOTIFIER)
    home.idle()
    return home


def better_release(home: Home) -> None:
    """The fault is mended."""
    home.environment.clear()


def test_a_run_with_dead_letters_succeeds_and_says_how_many(home: Home) -> None:
    """Exit 0, their count on stderr; the other mails were told."""
    assert len(home.told()) == MAILS - LETTERS
    done = home.idle()
    (line,) = [
        json.loads(line) for line in done.stderr.splitlines() if "dead_letters_waiting" in line
    ]
    assert line["count"] == LETTERS
    assert f"dead letters  {LETTERS}: see careerops dlq list" in home.run("status").stdout


def test_a_letter_is_explained(home: Home) -> None:
    """Stage, reason, place, size; what to do next; as JSON too."""
    rows = home.json("dlq", "list")
    assert [row["reason"] for row in rows] == ["parser_crashed"] * LETTERS
    text = home.run("dlq", "list").stdout
    assert len(text.splitlines()) == LETTERS + 1
    letter = rows[0]["id"]
    shown = home.run("dlq", "show", letter).stdout
    for pattern in (
        r"^stage        ingest$",
        r"^reason       parser_crashed$",
        r"^explanation  the mail parser died on this mail twice",
        r"^locator      0\.eml;size=",
        r"^size         \d+$",
        r"^sha256       [0-9a-f]{64}$",
        rf"^again: careerops dlq replay {letter}$",
    ):
        assert re.search(pattern, shown, re.MULTILINE), shown
    facts = json.loads(home.run("dlq", "show", letter, "--json").stdout)
    assert facts["notes"]["whole"] == "yes"
    assert facts["bytes"] == (home.folder / "mails" / "0.eml").stat().st_size


def test_replayed_after_a_better_release_they_are_told_once(home: Home) -> None:
    """One by one or all together."""
    better_release(home)
    first = home.json("dlq", "list")[0]
    assert home.run("dlq", "replay", first["id"]).stdout == f"{first['id']}: parsed again\n"
    done = home.run("dlq", "replay", "--all", "--json")
    assert [json.loads(line)["done"] for line in done.stdout.splitlines()] == ["parsed again"] * 2
    assert home.json("dlq", "list") == []
    home.idle()
    assert len(home.told_ids()) == len(set(home.told_ids())) == MAILS
    (source,) = home.json("cursors", "list")
    home.run("cursors", "reset", source["source"])
    home.idle()
    assert len(home.told()) == MAILS


def test_replayed_too_early_they_stay(home: Home) -> None:
    """Status 1, a line for each that could not be done; nothing is lost."""
    done = home.run("dlq", "replay", "--all", check=False)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(said) == LETTERS
    assert all("the mail parser died on this mail twice" in line for line in said)
    assert len(home.json("dlq", "list")) == LETTERS


def test_a_discarded_letter_is_not_shown_again(home: Home) -> None:
    """The others are; it cannot be replayed by `--all`."""
    rows = home.json("dlq", "list")
    assert home.run("dlq", "discard", rows[1]["id"]).stdout == f"{rows[1]['id']}: discarded\n"
    left = [row["id"] for row in home.json("dlq", "list")]
    assert left == [rows[0]["id"], rows[2]["id"]]
    better_release(home)
    home.run("dlq", "replay", "--all")
    home.idle()
    assert len(home.told()) == MAILS - 1


def test_letters_are_named_by_their_event_too(home: Home) -> None:
    """By how its id begins."""
    row = home.json("dlq", "list")[0]
    shown = home.run("dlq", "show", row["event_id"][:16]).stdout
    assert f"letter       {row['id']}\n" in shown


def test_history_that_could_not_be_parsed_stays_history(home: Home) -> None:
    """A replay does not tell what an import would not have told."""
    past = home.folder / "past"
    past.mkdir()
    _, mail = career_mail(100)
    mail["X-Fault"] = "FAULT-ABORT"
    (past / "0.eml").write_bytes(mail.as_bytes())
    home.run("import", "past")
    better_release(home)
    home.run("dlq", "replay", "--all")
    home.idle()
    assert len(home.told()) == MAILS
    kept = [each for each in home.json("events", "list") if each["status"] == "kept"]
    assert len(kept) == 1


def test_tools_beside_a_busy_run_meet_no_lock(home: Home) -> None:
    """Reading topics and records, and replaying, work while every core and the file are busy."""
    write_mbox(home.folder / "many.mbox", mixed(400, 400))
    home.configure('[[mailbox]]\nkind = "mbox"\npath = "many.mbox"\n' + NOTIFIER)
    better_release(home)
    running = home.start("run", "--until-idle")
    beside = 0
    try:
        while running.poll() is None:
            for command in (
                ("topics",),
                ("tail", "raw_inbox_stream", "--from-beginning", "--until-end"),
                ("dlq", "replay", "--all"),
                ("dlq", "list"),
            ):
                done = home.run(*command, check=False)
                assert (done.returncode, "lock" in done.stderr) == (0, False), done.stderr
                beside += running.poll() is None
    finally:
        running.terminate()
        running.wait(30)
    assert beside > 3
    assert (
        len(home.told_ids()) == len(set(home.told_ids())) == 400
    )  # those of before are among them
