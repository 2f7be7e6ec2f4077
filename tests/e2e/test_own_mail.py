"""One address for everything: told into the mailbox that is watched, by real servers."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest

from support.cli import Home
from support.dovecot import PASSWORD, Dovecot, dovecot
from support.mails import career_mail
from support.smtpserver import Delivering, delivering
from support.waiting import wait_until

__all__ = ["dovecot"]  # the fixture
pytestmark = [pytest.mark.e2e, pytest.mark.integration]

MAILS = 30


@contextmanager
def running(home: Home) -> Iterator[None]:
    """`careerops run`, caught up, while the block runs."""
    process = home.start("run")
    log = home.folder / "log.txt"
    try:
        wait_until(lambda: b"source_caught_up" in log.read_bytes(), "it to catch up", timeout_s=30)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == -signal.SIGTERM


def configured(folder: Path, dovecot: Dovecot, address: str, smtp_port: int) -> Home:
    """What `init` writes when every question for an address is answered with one."""
    home = Home(folder, {"IMAP_PASSWORD": PASSWORD, "SMTP_PASSWORD": "any"})
    answers = (
        "imap", "other", "127.0.0.1", address, "rules", "n", "email", "127.0.0.1", address,
    )  # fmt: skip
    home.run("init", text="".join(f"{line}\n" for line in answers))
    home.environment |= {
        "CAREEROPS_HTTP__PORT": "0",
        "CAREEROPS_MAILBOX__0__PORT": str(dovecot.port),
        "CAREEROPS_MAILBOX__0__TLS": "none",
        "CAREEROPS_NOTIFIER__0__PORT": str(smtp_port),
        "CAREEROPS_NOTIFIER__0__SECURITY": "none",
    }
    return home


def deliver(dovecot: Dovecot, address: str, *mails: EmailMessage) -> None:
    """Mails that have just come."""
    for mail in mails:
        mail.replace_header("Date", format_datetime(datetime.now(UTC)))
    dovecot.append(address, *(mail.as_bytes() for mail in mails))


def test_thirty_career_mails_are_thirty_notifications_and_no_more(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    """Each notification comes back to the mailbox, is read, and is told nobody."""
    address = "solo@example.com"
    dovecot.set_password(address, PASSWORD)
    with delivering(Delivering(dovecot.append)) as server:
        home = configured(tmp_path, dovecot, address, server.port)
        log = tmp_path / "log.txt"
        doctor = home.run("doctor").stdout
        assert "also watched by mailbox[0]" in doctor
        with running(home):
            deliver(dovecot, address, *(career_mail(number)[1] for number in range(MAILS)))
            wait_until(
                lambda: log.read_bytes().count(b"email_classified") >= 2 * MAILS,
                "every mail and every notification to be read",
                timeout_s=60,
            )
        home.idle()
    assert len(server.taken) == MAILS
    assert len(dovecot.mail_files(address)) == 2 * MAILS
    others = home.json("events", "list", "--type", "OTHER", "--limit", "100")
    assert [each["summary"] for each in others] == ["A notification of CareerOps itself."] * MAILS
    assert {each["provider"] for each in others} == {"own"}
    listed = home.run("events", "list", "--type", "OTHER").stdout
    assert listed.count("A notification of CareerOps itself.") == MAILS


WRITTEN = {
    "Re: Your offer": "I am delighted to accept your offer for the position of Data Engineer.",
    "Interview on Monday": (
        "thank you for the invitation to the interview for the Data Engineer position on "
        "14 December 2026 at 10:00 CET. I confirm."
    ),
    "Withdrawal": (
        "I have decided to withdraw my application for the Data Engineer position and not to move "
        "forward with the process."
    ),
}


def written(subject: str, text: str, **fields: str) -> EmailMessage:
    """A mail that says it is from the person."""
    mail = EmailMessage()
    mail["From"] = "Robin Vale <robin@example.com>"
    mail["To"] = "Ines <ines@brightloom.example>"
    mail["Subject"] = subject
    mail["Date"] = "Mon, 2 Mar 2026 09:00:00 +0000"
    mail["Message-ID"] = f"<{len(subject)}@example.com>"
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def test_what_the_person_wrote_is_kept_as_other_and_never_told(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    """Answers of their own lie in the folders that are watched; a forged one is told with care."""
    address = "robin@example.com"
    dovecot.set_password(address, PASSWORD)
    with delivering(Delivering()) as server:
        home = configured(tmp_path, dovecot, address, server.port)
        log = tmp_path / "log.txt"
        own = [written(subject, text) for subject, text in WRITTEN.items()]
        forged = written(
            "Your offer of employment",
            "We are pleased to offer you the position of Data Engineer. Please sign the contract.",
            Authentication_Results="mx.example; dmarc=fail header.from=example.com",
        )
        with running(home):
            deliver(dovecot, address, *own, forged, career_mail(0)[1])
            wait_until(
                lambda: log.read_bytes().count(b"email_classified") > len(own) + 1,
                "all",
                timeout_s=60,
            )
        home.idle()
    others = home.json("events", "list", "--type", "OTHER")
    assert {each["subject"] for each in others} == set(WRITTEN)
    told = {message["Subject"]: message.get_content() for message in server.taken}  # type: ignore[attr-defined]  # of the newer kind
    assert len(told) == 2
    (trap,) = (text for subject, text in told.items() if subject.startswith("Offer"))
    assert "did not authenticate" in trap
