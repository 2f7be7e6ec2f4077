"""Labelled mails in the tables beside this file, one a line."""

import asyncio
import re
from pathlib import Path

import pytest

from careerops.domain.email import RawEmail
from careerops.domain.taxonomy import EventType
from support.rules import make_mail, rules

HERE = Path(__file__).parent
_FROM = re.compile(r"(.*) <(.*)>")


def rows() -> list[tuple[str, EventType, RawEmail]]:
    """(name, label, mail) of every line of every table."""
    found = []
    for path in sorted(HERE.glob("mails_*.txt")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                label, sender, subject, body = line.split(" | ", 3)
                name, address = _FROM.fullmatch(sender).groups()
                mail = make_mail(subject, body.replace("\\n", "\n"), name=name, address=address)
                found.append((f"{path.stem}:{number}", EventType(label), mail))
    return found


ROWS = rows()


def test_the_tables_are_large_and_hold_every_type_in_every_main_language() -> None:
    """At least 150 mails; each of the five languages has each type."""
    assert len(ROWS) >= 150
    kinds = {(name.split(":")[0], label) for name, label, _ in ROWS}
    for language in ("en", "de", "es", "fr", "hi"):
        for label in EventType:
            assert (f"mails_{language}", label) in kinds


@pytest.mark.parametrize(("label", "mail"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_a_labelled_mail_is_understood(label: EventType, mail: RawEmail) -> None:
    """The classifier's type is the table's, with a verbatim quote for every career event."""
    answer = asyncio.run(rules().classify(mail))
    assert answer.event_type is label
    assert answer.evidence in mail.subject or answer.evidence in mail.body_text
    assert bool(answer.evidence) or label is EventType.OTHER
