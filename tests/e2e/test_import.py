"""`careerops import`: history is taken in once, classified, kept, and told only when asked."""

import json
import mailbox
from pathlib import Path

import pytest

from support.cli import Home
from support.mails import career_mail, mixed, write_mbox

pytestmark = pytest.mark.e2e
CAREER, OTHER = 6, 4


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home without a mailbox of its own, and mails of the past beside it."""
    home = Home(tmp_path)
    home.configure('[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n')
    write_mbox(tmp_path / "past.mbox", mixed(CAREER, OTHER))
    return home


def counts(home: Home, *arguments: str) -> dict[str, int]:
    """What `import --json` counted of one path."""
    (line,) = home.run("import", *arguments, "--json").stdout.splitlines()
    facts = json.loads(line)
    return {name: facts[name] for name in ("mails", "new", "known", "dead_letters")}


ALL_NEW = {"mails": CAREER + OTHER, "new": CAREER + OTHER, "known": 0, "dead_letters": 0}
NOTHING = {"mails": 0, "new": 0, "known": 0, "dead_letters": 0}


def test_history_is_classified_and_kept_and_not_told(home: Home) -> None:
    """Until somebody asks for one of them."""
    assert counts(home, "past.mbox") == ALL_NEW
    home.idle()
    assert home.told() == []
    events = home.json("events", "list")
    assert len(events) == CAREER + OTHER
    kept = [event for event in events if event["status"] == "kept"]
    assert len(kept) == CAREER
    home.run("events", "resend", kept[0]["event_id"])
    home.idle()
    assert [each["event"]["event_id"] for each in home.told()] == [kept[0]["event_id"]]


def test_history_is_told_when_asked_for(home: Home) -> None:
    """`--notify`: as if they came now, each once."""
    assert counts(home, "past.mbox", "--notify") == ALL_NEW
    home.idle()
    assert len(set(home.told_ids())) == len(home.told_ids()) == CAREER


def test_a_second_import_goes_on_where_the_first_was(home: Home) -> None:
    """Nothing again; what was added since is new."""
    assert counts(home, "past.mbox") == ALL_NEW
    assert counts(home, "past.mbox") == NOTHING
    write_mbox(home.folder / "past.mbox", [career_mail(100)[1]], mode="ab")
    assert counts(home, "past.mbox")["new"] == 1


def test_the_same_mails_from_another_place_are_known(home: Home) -> None:
    """Copies as Maildir and as files; for another account they are new."""
    counts(home, "past.mbox")
    maildir = mailbox.Maildir(str(home.folder / "Maildir"))
    files = home.folder / "files"
    files.mkdir()
    for number, mail in enumerate(mixed(CAREER, OTHER)):
        maildir.add(mail)
        (files / f"{number}.eml").write_bytes(mail.as_bytes())
    known = ALL_NEW | {"new": 0, "known": CAREER + OTHER}
    assert counts(home, "Maildir") == known
    assert counts(home, "files") == known
    assert counts(home, "files/0.eml") == NOTHING | {"mails": 1, "known": 1}
    assert counts(home, "files", "--account", "you") == ALL_NEW


def test_live_mails_are_not_told_again_because_they_are_imported(home: Home) -> None:
    """The same mail by any source is one event."""
    home.mbox(home.folder / "past.mbox")
    home.idle()
    (home.folder / "copy.mbox").write_bytes((home.folder / "past.mbox").read_bytes())
    assert counts(home, "copy.mbox", "--notify")["known"] == CAREER + OTHER
    home.idle()
    assert len(home.told()) == CAREER


def test_several_paths_are_reported_one_by_one_with_what_comes_next(home: Home) -> None:
    """In words, for a person; a pipe gets no progress bar."""
    write_mbox(home.folder / "more.mbox", [career_mail(100)[1]])
    done = home.run("import", "past.mbox", "more.mbox")
    lines = done.stdout.splitlines()
    assert lines[0].endswith(
        f"past.mbox: {CAREER + OTHER} mails read, {CAREER + OTHER} new, 0 known already, "
        "0 dead letters"
    )
    assert lines[1].endswith("more.mbox: 1 mails read, 1 new, 0 known already, 0 dead letters")
    assert lines[2].startswith("next: careerops run classifies them")
    assert "\x1b" not in done.stdout + done.stderr


def test_an_empty_mailbox_is_no_error(home: Home) -> None:
    """There is nothing in it."""
    (home.folder / "empty.mbox").touch()
    assert counts(home, "empty.mbox") == NOTHING
