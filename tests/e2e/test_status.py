"""The views from outside: `status`, `topics`, `cursors`, `events`, `tail`; nothing that obeys."""

import json
import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.domain.verdicts import Record
from support.cli import Home
from support.mails import mixed, write_mbox

pytestmark = pytest.mark.e2e
CAREER, OTHER = 6, 4
HOSTILE = "\x1b]0;owned\x07\x1b[31mInterview\x1b[0m \x9b2J\u202e gnp.exe \x00invitation"


def no_controls(text: str) -> bool:
    """Whether a terminal would only show `text`."""
    return all(char.isprintable() or char == "\n" for char in text)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose mails were told."""
    home = Home(tmp_path)
    write_mbox(tmp_path / "inbox.mbox", mixed(CAREER, OTHER))
    home.mbox(tmp_path / "inbox.mbox")
    home.idle()
    return home


def test_status_says_what_is_going_on(home: Home) -> None:
    """Stages, sources, decisions, sends, dead letters; the same as text."""
    facts = home.json("status")
    assert {stage["group"] for stage in facts["stages"]} == {
        "careerops.classify",
        "careerops.research",
        "careerops.notify",
    }
    assert all(stage["lag"] == 0 and not stage["member"] for stage in facts["stages"])
    assert facts["sources"] == [f"mbox:me:{home.folder / 'inbox.mbox'}"]
    assert facts["verdicts"]["classify"] == {"done": CAREER, "other": OTHER}
    assert facts["sends"] == {"jsonl": {"sent": CAREER}}
    assert facts["dead_letters"] == 0
    text = home.run("status").stdout
    assert "running       no: start it with careerops run" in text
    assert f"told          jsonl: {CAREER} sent" in text
    assert re.search(r"^dead letters  0$", text, re.MULTILINE)
    assert no_controls(text)


def test_topics_show_their_groups_and_lag(home: Home) -> None:
    """`--json` before or after the command says the same."""
    topics = {each["topic"]: each for each in home.json("topics")}
    assert json.loads(home.run("topics", "--json").stdout) == list(topics.values())
    assert topics["raw_inbox_stream"]["end"] - topics["raw_inbox_stream"]["start"] == CAREER + OTHER
    (group,) = topics["notifications"]["groups"]
    assert (group["group"], group["lag"]) == ("careerops.notify", 0)
    text = home.run("topics").stdout
    assert set(topics) <= set(text.split())
    assert no_controls(text)


def test_cursors_show_how_far_a_source_was_read(home: Home) -> None:
    """And can be forgotten, without telling anything twice."""
    (source,) = home.json("cursors", "list")
    assert source["source"] == f"mbox:me:{home.folder / 'inbox.mbox'}"
    assert source["cursor"]
    assert source["source"] in home.run("cursors", "list").stdout
    assert json.loads(home.run("cursors", "reset", source["source"], "--json").stdout)["reset"]
    assert "reads it from the start" in home.run("cursors", "reset", source["source"]).stdout
    assert home.json("cursors", "list") == [{"source": source["source"], "cursor": None}]
    home.idle()
    assert len(home.told()) == CAREER


def test_events_are_shown_with_why_and_what_was_told(home: Home) -> None:
    """A list for the eye, everything about one."""
    rows = home.run("events", "list", "--limit", "3").stdout.splitlines()
    assert len(rows) == 4
    assert rows[0].split()[:4] == ["id", "received", "type", "conf"]
    event = home.told()[0]["event"]
    shown = home.run("events", "show", event["event_id"]).stdout
    assert f"event       {event['event_id']}" in shown
    assert "evidence" in shown
    assert "told by     jsonl: sent, 1 attempts, 0 of unknown outcome" in shown
    done = home.run("events", "relabel", event["event_id"][:12], "OTHER").stdout
    assert done == f"{event['event_id'][:12]} is OTHER now, by you\n"
    told = home.told()[1]["event"]["event_id"]
    assert home.run("events", "resend", told).stdout == "queued: careerops run sends it\n"
    assert home.json("events", "resend", told)["notification_id"]


def test_a_tail_shows_each_record_on_a_line(home: Home) -> None:
    """Without the contents, which are for `--json`."""
    done = home.run("tail", "raw_inbox_stream", "--from-beginning", "--until-end")
    lines = done.stdout.splitlines()
    assert len(lines) == CAREER + OTHER
    assert all(
        re.search(r" careerops\.mail\.received\.v1 [0-9a-f]{16} \d+ bytes$", x) for x in lines
    )
    assert home.run("tail", "raw_inbox_stream", "--until-end").stdout == ""


def test_a_hostile_mail_cannot_command_the_terminal(tmp_path: Path) -> None:
    """Escape sequences, C1 controls and direction marks, in every view, text and JSON."""
    mail = EmailMessage()
    mail["Message-ID"] = "<hostile@acme.example>"
    mail.set_content(f"We invite you to an interview. {HOSTILE}\n{HOSTILE}", cte="base64")
    head = f"From: \x1b[2J\x9bAcme\x07 <jobs@acme.example>\nSubject: {HOSTILE}\n"
    raw = head.encode() + mail.as_bytes()
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "hostile\x1b[31m.eml").write_bytes(raw)
    home = Home(tmp_path)
    home.configure(
        '[http]\nport = 0\n[[mailbox]]\nkind = "eml"\npath = "mails"\n'
        '[[notifier]]\nkind = "console"\n'
        '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    )
    outputs = [home.idle()]
    (event,) = home.json("events", "list")
    for view in (
        ("events", "list"),
        ("events", "show", event["event_id"]),
        ("status",),
        ("topics",),
        ("cursors", "list"),
        ("dlq", "list"),
        ("tail", "raw_inbox_stream", "--from-beginning", "--until-end"),
        ("tail", "classified_events", "--from-beginning", "--until-end"),
        ("doctor",),
    ):
        outputs += [home.run(*view), home.run(*view, "--json")]
    for done in outputs:
        assert no_controls(done.stdout), (done.args, done.stdout)
        assert no_controls(done.stderr), (done.args, done.stderr)


async def test_a_hostile_record_of_a_foreign_producer_cannot_either(tmp_path: Path) -> None:
    """What no parser of ours has cleaned: keys, headers and values of a topic."""
    home = Home(tmp_path)
    home.configure("[http]\nport = 0\n")
    value = json.dumps({"subject": HOSTILE}, ensure_ascii=False).encode()
    headers = (
        ("ce_id", HOSTILE.encode()),
        ("ce_type", b"\x1b[2J\xff"),
        ("careerops-dead-reason", HOSTILE.encode()),
    )
    database = await SqliteDatabase.open(home.database)
    for topic in ("raw_inbox_stream", "dead_letter_queue"):
        await database.log.publish(
            [
                Record(topic, HOSTILE, value, headers),
                Record(topic, "k", HOSTILE.encode(), headers),
            ]
        )
    await database.close()
    letter = home.json("dlq", "list")[0]["id"]
    for view in (
        ("tail", "raw_inbox_stream", "--from-beginning", "--until-end"),
        ("tail", "dead_letter_queue", "--from-beginning", "--until-end"),
        ("dlq", "list"),
        ("dlq", "show", letter),
    ):
        for arguments in (view, (*view, "--json")):
            done = home.run(*arguments)
            assert "owned" in done.stdout or arguments == view, "it was never there"
            assert no_controls(done.stdout), (arguments, done.stdout)
            assert no_controls(done.stderr), (arguments, done.stderr)


def test_what_commands_a_terminal_is_known_when_it_is_seen() -> None:
    """The check of the tests above can fail."""
    assert no_controls("plain text, über alles\n")
    for char in ("\x1b", "\x07", "\x9b", "\u202e", "\r", "\x00"):
        assert not no_controls(f"a{char}b")
