"""The installed command and mailboxes that are not read: seen from outside, told, never the end."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from support.cli import Home
from support.dovecot import PASSWORD, Dovecot, dovecot
from support.imap_fickle import REFUSING, THROTTLING, WELL, FickleImap
from support.mails import career_mail
from support.proxy import free_port
from support.waiting import usual, wait_until

__all__ = ["dovecot"]  # the fixture
pytestmark = [pytest.mark.e2e, pytest.mark.integration]

ACCOUNTS = 60
WITHIN_S = 5.0
MINUTE_S = 60.0


def mail_of(number: int) -> bytes:
    """A career mail that arrives now."""
    mail = career_mail(number)[1]
    mail.replace_header("Date", format_datetime(datetime.now(UTC)))
    return mail.as_bytes()


def configure(
    home: Home, boxes: Sequence[tuple[str, int, str]], http_port: int = 0, extra: str = ""
) -> None:
    """Mailboxes of (account, port, user); the password is in a file each."""
    text = f'log = "sqlite:///careerops.db"\n[http]\nport = {http_port}\n'
    text += '[[classifier]]\nkind = "rules"\n[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    for account, port, user in boxes:
        (home.folder / f"{account}.secret").write_text(PASSWORD)
        text += f'[[mailbox]]\nkind = "imap"\naccount = "{account}"\nhost = "127.0.0.1"\n'
        text += f'port = {port}\ntls = "none"\nusername = "{user}"\n'
        text += f'password = "file:{account}.secret"\n{extra}'
    home.configure(text)


@contextmanager
def running(home: Home) -> Iterator["subprocess.Popen[bytes]"]:
    """`careerops run`, which has to be alive at the end and to end by SIGTERM."""
    process = home.start("run")
    try:
        yield process
        assert process.poll() is None, (home.folder / "log.txt").read_text()[-2000:]
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(timeout=20)
    assert status == -signal.SIGTERM


def alerts(home: Home) -> list[str]:
    """What was told of mailboxes."""
    return [each["text"] for each in home.told() if each["kind"] == "alert"]


def state(home: Home, account: str = "me") -> dict[str, Any]:
    """The account's mailbox, as `status --json` shows it."""
    boxes: list[dict[str, Any]] = home.json("status")["mailboxes"]
    return next(box for box in boxes if box["account"] == account)


def answer(port: int, path: str) -> str:
    """The body of a good answer over HTTP."""
    with urlopen(f"http://127.0.0.1:{port}/{path}", timeout=20) as response:
        assert response.status == 200
        text: str = response.read().decode()
        return text


def test_a_password_that_is_revoked_is_seen_everywhere_and_told_once(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    """In `status`, /ready, a metric and one alert within a minute; the way back is told once."""
    home, port, user = Home(tmp_path), free_port(), dovecot.add_user()
    configure(home, [("me", dovecot.port, user)], port, "retry_max_s = 5\n")
    with running(home):
        wait_until(lambda: state(home)["state"] == "following", "it to follow")
        dovecot.set_password(user, "changed")
        dovecot.stop()
        dovecot.start()
        wait_until(lambda: len(alerts(home)) == 1, "the alert", timeout_s=MINUTE_S)
        assert "refuses the username or the password" in alerts(home)[0]
        box = state(home)
        assert (box["name"], box["state"]) == ("imap", "refused")
        assert "password" in box["reason"]
        assert box["since"]
        assert box["last_contact"]
        (ready,) = json.loads(answer(port, "ready"))["mailboxes"]
        assert (ready["account"], ready["state"]) == ("me", "refused")
        metric = 'careerops_mailbox_state{mailbox="mailbox[0]",state="refused"} 1.0'
        assert metric in answer(port, "metrics")
        text = home.run("status").stdout
        assert text.startswith("mailbox       imap of me: refused, since ")
        assert json.loads(answer(port, "health"))["status"] == "ok"
        (home.folder / "me.secret").write_text("changed")
        wait_until(lambda: state(home)["state"] == "following", "the way back", timeout_s=90)
        wait_until(lambda: len(alerts(home)) == 2, "the way back to be told")
        assert "again" in alerts(home)[1]
    log = (home.folder / "log.txt").read_text()
    assert user not in log
    assert PASSWORD not in log
    assert state(home)["state"] == "down"
    assert "not running" in state(home)["reason"]


def test_sixty_accounts_of_which_one_has_a_wrong_password(tmp_path: Path, dovecot: Dovecot) -> None:
    """At the start: the mails of all others are told at once, and of the one an alert."""
    home = Home(tmp_path)
    users = [dovecot.add_user() for _ in range(ACCOUNTS)]
    boxes = [(f"acc{number}", dovecot.port, user) for number, user in enumerate(users)]
    for number, user in enumerate(users):
        dovecot.append(user, mail_of(number))
    configure(home, boxes)
    (home.folder / "acc30.secret").write_text("another")
    with running(home):
        log = home.folder / "log.txt"
        wait_until(lambda: b"service_started" in log.read_bytes(), "the start")
        started = time.monotonic()
        wait_until(
            lambda: sum(each["kind"] == "tell" for each in home.told()) == ACCOUNTS - 1,
            "the others to be told",
        )
        assert usual([time.monotonic() - started]) < WITHIN_S
        wait_until(lambda: len(alerts(home)) == 1, "the alert")
        assert "acc30" in alerts(home)[0]
        states = {box["account"]: box["state"] for box in home.json("status")["mailboxes"]}
        assert states.pop("acc30") == "refused"
        assert set(states.values()) <= {"reading", "following"}


def test_until_idle_reads_the_others_and_says_which_one_was_refused(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    """In one line, with status 1, before `--max-wait` is over; the alert is told too."""
    home = Home(tmp_path)
    users = [dovecot.add_user(), dovecot.add_user()]
    configure(home, [("ann", dovecot.port, users[0]), ("bob", dovecot.port, users[1])])
    (home.folder / "bob.secret").write_text("another")
    dovecot.append(users[0], mail_of(3))
    done = home.run("run", "--until-idle", "--max-wait", "30", check=False)
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode == 1
    assert len(said) == 1
    assert "mailbox[1]: imap 127.0.0.1 refuses the username or the password" in said[0]
    assert [each["account"] for each in home.told() if each["kind"] == "tell"] == ["ann"]
    assert len(alerts(home)) == 1
    home.run("run", "--until-idle", check=False)
    assert len(alerts(home)) == 1, "told once, however often it is started"
    (home.folder / "bob.secret").write_text(PASSWORD)
    home.idle()
    assert len(alerts(home)) == 2


def test_a_restart_while_the_only_mailbox_is_refused_ends_nothing_and_tells_nothing_again(
    tmp_path: Path,
) -> None:
    """It was read before, so its settings were right: whoever starts us may not be there."""
    home = Home(tmp_path)
    with FickleImap.running() as server:
        configure(home, [("me", server.port, "robin")], extra="retry_max_s = 2\n")
        with running(home):
            wait_until(lambda: state(home)["state"] == "following", "it to follow")
            server.become(REFUSING)
            wait_until(lambda: len(alerts(home)) == 1, "the alert", timeout_s=MINUTE_S)
        with running(home):
            wait_until(lambda: state(home)["state"] == "refused", "it to be refused again")
            server.become(WELL)
            server.deliver(mail_of(5))
            wait_until(lambda: len(home.told()) == 3, "the mail, and the way back")
        assert len(alerts(home)) == 2


def test_a_server_that_throttles_is_a_state_and_no_wrong_password(tmp_path: Path) -> None:
    """From the first login on, of the only mailbox: it is waited for, without hammering."""
    home, port = Home(tmp_path), free_port()
    with FickleImap.running() as server:
        server.become(THROTTLING)
        configure(home, [("me", server.port, "robin")], port)
        with running(home):
            wait_until(lambda: state(home)["state"] == "throttled", "it to be throttled")
            assert "asked too much" in state(home)["reason"]
            (box,) = json.loads(answer(port, "ready"))["mailboxes"]
            assert box["state"] == "throttled"
            server.become(WELL)
            server.deliver(mail_of(6))
            wait_until(lambda: len(home.told()) == 1, "the mail", timeout_s=MINUTE_S)
            assert state(home)["state"] == "following"
            assert alerts(home) == []
            assert server.logins <= 12
