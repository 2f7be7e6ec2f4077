"""Reading a mailbox again, beside the process that reads it and after its end."""

import signal
from pathlib import Path

import pytest

from support.cli import Home
from support.mails import career_mail, write_mbox
from support.waiting import wait_until

pytestmark = pytest.mark.e2e


def home_of(folder: Path) -> Home:
    """Three mails, in an mbox that is followed."""
    home = Home(folder)
    write_mbox(folder / "inbox.mbox", [career_mail(number)[1] for number in range(3)])
    home.configure(
        'log = "sqlite:///careerops.db"\n[http]\nport = 0\n'
        '[[mailbox]]\nkind = "mbox"\npath = "inbox.mbox"\npoll_s = 0.2\n'
        '[[classifier]]\nkind = "rules"\n[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    )
    return home


def test_a_mailbox_that_is_read_is_not_reset(tmp_path: Path) -> None:
    """It would go on from its own place: one line names the process; after its end it works."""
    home = home_of(tmp_path)
    process = home.start("run")
    try:
        wait_until(lambda: len(home.told()) == 3, "three mails to be told")
        (known,) = home.json("cursors", "list")
        refused = home.run("cursors", "reset", known["source"], check=False)
        assert refused.returncode == 1
        (line,) = refused.stderr.splitlines()
        assert f"process {process.pid}" in line
        assert "stop it" in line
        assert "from the start" not in refused.stdout
        assert home.json("cursors", "list") == [known]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert "from the start" in home.run("cursors", "reset", known["source"]).stdout
    (reset,) = home.json("cursors", "list")
    assert reset == {"source": known["source"], "cursor": None}
    again = home.idle()
    assert '"email_duplicate"' in again.stderr
    assert len(home.told()) == 3


def test_a_mailbox_whose_reader_was_killed_is_reset_at_once(tmp_path: Path) -> None:
    """Nobody waits for the lease of a process that is gone."""
    home = home_of(tmp_path)
    process = home.start("run")
    try:
        wait_until(lambda: len(home.told()) == 3, "three mails to be told")
        (known,) = home.json("cursors", "list")
    finally:
        process.kill()
        process.wait(20)
    home.run("cursors", "reset", known["source"])
    home.idle()
    assert len(home.told()) == 3
