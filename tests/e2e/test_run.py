"""`careerops run`: each career mail is told once, whatever is deleted, reset or renamed."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cli import Home
from support.mails import career_mail, mixed, other_mail, write_mbox

pytestmark = pytest.mark.e2e
CAREER, OTHER = 25, 20


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one mbox of career and other mails."""
    home = Home(tmp_path)
    write_mbox(tmp_path / "inbox.mbox", mixed(CAREER, OTHER))
    home.mbox(tmp_path / "inbox.mbox")
    return home


def test_each_career_mail_is_told_exactly_once_for_good(home: Home) -> None:
    """Not again after a second run, a lost file, a reset cursor, or under another name."""
    home.idle()
    first = home.told_ids()
    assert len(first) == len(set(first)) == CAREER
    types = [each["event"]["event_type"] for each in home.told()]
    assert sorted(set(types)) == ["APPLIED", "ASSESSMENT", "INTERVIEW", "OFFER", "REJECTION"]
    home.idle()
    assert home.told_ids() == first
    home.told_path.unlink()
    home.idle()
    assert home.told_ids() == []
    (source,) = [each["source"] for each in home.json("cursors", "list")]
    home.run("cursors", "reset", source)
    home.idle()
    assert home.told_ids() == []
    renamed = home.folder / "renamed.mbox"
    (home.folder / "inbox.mbox").rename(renamed)
    home.mbox(renamed)
    home.idle()
    assert home.told_ids() == []
    assert len(home.json("events", "list", "--type", "OTHER", "--limit", "1000")) == OTHER


def test_new_mails_in_the_same_file_are_told_and_old_ones_not(home: Home) -> None:
    """The file grows; only what was appended is new."""
    home.idle()
    write_mbox(home.folder / "inbox.mbox", [career_mail(100)[1], other_mail(100)], mode="ab")
    home.idle()
    assert len(home.told_ids()) == len(set(home.told_ids())) == CAREER + 1


def test_resending_tells_again_on_purpose(home: Home) -> None:
    """`events resend` is the one way to hear it twice."""
    home.idle()
    event_id = home.told()[0]["event"]["event_id"]
    home.run("events", "resend", event_id[:16])
    home.idle()
    again = [each for each in home.told() if each["event"]["event_id"] == event_id]
    assert len(again) == 2
    assert again[0]["notification_id"] != again[1]["notification_id"]
    shown = home.json("events", "show", event_id)
    assert [send["status"] for send in shown["sends"]] == ["sent", "sent"]


def test_relabelling_is_kept_as_truth_and_not_told(home: Home) -> None:
    """A correction is a new revision, by a person."""
    home.idle()
    other = home.json("events", "list", "--type", "OTHER")[0]["event_id"]
    home.run("events", "relabel", other, "INTERVIEW")
    home.idle()
    shown = home.json("events", "show", other)
    assert (shown["event_type"], shown["provider"], shown["revision"]) == ("INTERVIEW", "person", 1)
    assert len(home.told_ids()) == CAREER
    assert other not in {e["event_id"] for e in home.json("events", "list", "--type", "OTHER")}
    home.run("events", "resend", other)
    home.idle()
    assert len(home.told_ids()) == CAREER + 1


def test_every_line_in_a_pipe_is_json(home: Home) -> None:
    """Logs of a run, and nothing else, on stderr."""
    done = home.idle()
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert {"service_started", "email_classified", "notification_sent"} <= {
        line["event"] for line in lines
    }
    assert all({"time", "level", "service"} <= line.keys() for line in lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon_with_its_own_status(home: Home, number: signal.Signals) -> None:
    """What was done is settled; the next run tells the rest and nothing twice."""
    process = home.start("run")
    _until(lambda: len(home.told_ids()) >= 1)
    process.send_signal(number)
    assert process.wait(timeout=20) == -number
    home.idle()
    assert len(home.told_ids()) == len(set(home.told_ids())) == CAREER


def test_a_second_run_on_the_same_database_is_refused_in_one_line(home: Home) -> None:
    """Status 1, and the process that has it is named."""
    process = home.start("run")
    try:
        _until(lambda: len(home.told_ids()) == CAREER)
        second = home.run("run", "--until-idle", check=False)
        assert second.returncode == 1
        said = [line for line in second.stderr.splitlines() if not line.startswith("{")]
        assert len(said) == 1
        assert str(process.pid) in said[0]
        assert home.run("topics").stdout
        assert home.run("tail", "notifications", "--from-beginning", "--until-end").stdout
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def test_the_services_run_as_processes_of_their_own(home: Home) -> None:
    """One service a process, on the same database, to the same end."""
    for service in ("ingest", "classify", "research", "notify"):
        home.run(service, "--until-idle")
    assert len(home.told_ids()) == len(set(home.told_ids())) == CAREER


def test_the_services_run_beside_each_other_until_all_is_done(home: Home) -> None:
    """Started at once, last stage first, with one configuration: none ends before its work."""
    processes = [
        home.start(service, "--until-idle")
        for service in ("notify", "research", "classify", "ingest")
    ]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0, 0]
    assert len(home.told_ids()) == len(set(home.told_ids())) == CAREER


def test_what_is_tailed_is_one_object_a_line(home: Home) -> None:
    """`tail --json` has the fixed keys, with CloudEvents attributes in the headers."""
    home.idle()
    done = home.run("tail", "classified_events", "--from-beginning", "--until-end", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) == CAREER
    assert set(rows[0]) == {"topic", "partition", "offset", "key", "time", "headers", "value"}
    assert rows[0]["headers"]["ce_type"] == "careerops.career.event.v1"


def _until(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        time.sleep(0.02)
