"""Mails for end-to-end tests: written here, fictitious, of known meaning."""

import random
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_INTERVIEW = (
    "We would like to invite you to an interview for the Data Engineer role. Please choose a time "
    "that suits you."
)
_REJECTION = (
    "Thank you for your interest. Unfortunately, we have decided not to move forward with your "
    "application."
)
_APPLIED = "Thank you for applying. We have received your application and our team will review it."
_OFFER = (
    "We are delighted to offer you the position of Data Engineer. Please find the offer letter "
    "attached and sign it."
)
_ASSESSMENT = "As the next step, please complete the online coding challenge within seven days."
CAREER = (
    ("INTERVIEW", "Interview invitation", _INTERVIEW),
    ("REJECTION", "Your application", _REJECTION),
    ("APPLIED", "We received your application", _APPLIED),
    ("OFFER", "Your offer letter", _OFFER),
    ("ASSESSMENT", "Coding challenge", _ASSESSMENT),
)
OTHER = (
    ("Your parcel is on its way", "Your order has been shipped and arrives tomorrow."),
    ("10 new jobs for you", "New job alerts: Data Engineer and more. Unsubscribe at any time."),
    ("Webinar: ace every interview", "Join our free webinar and learn how to ace interviews."),
)


def career_mail(number: int) -> tuple[str, EmailMessage]:
    """The `number`-th career mail and its type; all are different mails."""
    label, subject, body = CAREER[number % len(CAREER)]
    return label, _mail(number, f"{subject} ({number})", body, f"company{number % 40}.example")


def other_mail(number: int) -> EmailMessage:
    """A mail that is nobody's business."""
    subject, body = OTHER[number % len(OTHER)]
    return _mail(number, f"{subject} ({number})", body, "shop.example")


def _mail(number: int, subject: str, body: str, domain: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Team {domain.split('.', maxsplit=1)[0].title()} <jobs@{domain}>"
    mail["To"] = "robin@example.org"
    mail["Subject"] = subject
    mail["Date"] = format_datetime(_START + timedelta(minutes=number))
    mail["Message-ID"] = f"<{number}.{subject[:4].strip().lower()}@{domain}>"
    mail.set_content(f"Dear Robin,\n\n{body}\n\nKind regards\nTeam\n")
    return mail


def write_mbox(path: Path, mails: list[EmailMessage], mode: str = "wb") -> None:
    """An mbox (mboxrd) of `mails`."""
    with path.open(mode) as file:
        for mail in mails:
            file.write(b"From sender@example.org Mon Mar  2 09:00:00 2026\n")
            for line in mail.as_bytes().splitlines(keepends=True):
                file.write(b">" + line if line.lstrip(b">").startswith(b"From ") else line)
            file.write(b"\n")


def mixed(career: int, other: int, seed: int = 1) -> list[EmailMessage]:
    """That many of each, shuffled."""
    mails = [career_mail(n)[1] for n in range(career)] + [other_mail(n) for n in range(other)]
    random.Random(seed).shuffle(mails)
    return mails
