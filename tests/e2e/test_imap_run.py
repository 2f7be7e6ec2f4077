"""`careerops run` against a real IMAP server (Dovecot): soon, once, and without a trace there."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from support.cli import Home
from support.dovecot import PASSWORD, Dovecot, dovecot
from support.mails import career_mail, other_mail
from support.waiting import usual, wait_until

__all__ = ["dovecot"]  # the fixture
pytestmark = [pytest.mark.e2e, pytest.mark.integration]

SOON_S = 2.0


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    """A user with an empty mailbox."""
    return dovecot.add_user()


@pytest.fixture
def home(tmp_path: Path, dovecot: Dovecot, user: str) -> Home:
    """A home that reads that mailbox."""
    home = Home(tmp_path, {"IMAP_PASSWORD": PASSWORD})
    home.configure(
        f'log = "sqlite:///careerops.db"\n[http]\nport = 0\n[[mailbox]]\nkind = "imap"\n'
        f'host = "127.0.0.1"\nport = {dovecot.port}\ntls = "none"\nusername = "{user}"\n'
        'password = "env:IMAP_PASSWORD"\n[[classifier]]\nkind = "rules"\n'
        '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    )
    return home


@contextmanager
def running(home: Home) -> Iterator[None]:
    """`careerops run`, caught up, while the block runs."""
    process = home.start("run")
    log = home.folder / "log.txt"
    try:
        seen = log.read_bytes().count(b"source_caught_up") if log.exists() else 0
        wait_until(
            lambda: log.read_bytes().count(b"source_caught_up") > seen,
            "it to catch up",
            timeout_s=30,
        )
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == -signal.SIGTERM


def deliver(dovecot: Dovecot, user: str, *numbers: int) -> None:
    """Career mails by number, received now."""
    for number in numbers:
        mail = career_mail(number)[1]
        mail.replace_header("Date", format_datetime(datetime.now(UTC)))
        dovecot.append(user, mail.as_bytes())


def test_a_new_mail_is_told_within_two_seconds(home: Home, dovecot: Dovecot, user: str) -> None:
    """IDLE: from the append to the line in the file; mailbox and flags stay as they are."""
    delays: list[float] = []
    with running(home):
        for number in range(5):
            deliver(dovecot, user, number)
            before = dovecot.mail_files(user)
            appended = time.monotonic()
            wait_until(lambda n=number: len(home.told()) == n + 1, "it to be told")  # type: ignore[misc]  # bound now
            delays.append(time.monotonic() - appended)
            assert dovecot.mail_files(user) == before
    assert usual(delays) < SOON_S, delays
    with dovecot.connect(user) as client:
        client.select("INBOX", readonly=True)
        _, (unseen,) = client.search(None, "UNSEEN")
    assert len(unseen.split()) == 5


def test_restarts_and_renumbering_lose_and_repeat_nothing(
    home: Home, dovecot: Dovecot, user: str
) -> None:
    """The server restarts, the mailbox gets a new UIDVALIDITY; what comes meanwhile is told."""
    deliver(dovecot, user, 0, 1)
    with running(home):
        wait_until(lambda: len(home.told()) == 2, "the first two")
        dovecot.stop()
        dovecot.start()
        deliver(dovecot, user, 2)
        wait_until(lambda: len(home.told()) == 3, "the third", timeout_s=40)
        dovecot.stop()
        dovecot.change_uid_validity(user)
        dovecot.start()
        deliver(dovecot, user, 3)
        wait_until(lambda: len(home.told()) == 4, "the fourth", timeout_s=40)
    home.idle()
    assert len(home.told_ids()) == len(set(home.told_ids())) == 4


def test_the_first_sync_tells_what_is_recent_and_keeps_the_rest(
    home: Home, dovecot: Dovecot, user: str
) -> None:
    """Nothing older than `since` is sent; it is classified as history."""
    long_ago = datetime.now(UTC) - timedelta(days=60)
    for number in range(4):
        dovecot.append(user, career_mail(number)[1].as_bytes(), received_at=long_ago)
    dovecot.append(user, other_mail(9).as_bytes(), received_at=long_ago)
    deliver(dovecot, user, 4, 5)
    home.idle()
    assert len(home.told_ids()) == 2
    known = home.json("events", "list")
    assert sorted(each["status"] for each in known) == ["done"] * 2 + ["kept"] * 4 + ["other"]
    home.idle()
    assert len(home.told_ids()) == 2


def test_a_wrong_password_is_one_line_with_the_key(home: Home) -> None:
    """At the start it is a configuration error; doctor says the same."""
    home.environment["IMAP_PASSWORD"] = "xyzzy-planted"
    done = home.run("run", "--until-idle", check=False)
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode == 2
    assert len(said) == 1
    assert "password" in said[0]
    doctor = home.run("doctor", check=False)
    assert doctor.returncode == 1
    assert "FAIL" in doctor.stdout
    assert "xyzzy-planted" not in done.stderr + doctor.stdout
