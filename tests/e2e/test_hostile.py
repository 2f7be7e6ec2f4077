"""Hostile mails through the whole program: an event or a dead letter each, nobody is held up."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from careerops.domain.errors import Permanent
from careerops.mail.parse import parse_mail
from careerops.ports.mailbox import FetchedMail
from careerops.ports.mailparser import ParseRequest
from careerops.services.unparsed import unparsed_letter
from support.cli import Home
from support.hostile import hostile_mails
from support.mails import career_mail

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

LIMIT_BYTES = 25 * 1024 * 1024
HEAD_BYTES = 64 * 1024


def test_every_hostile_mail_is_accounted_for_and_the_good_ones_are_told(tmp_path: Path) -> None:
    """One .eml each, good mails in between; the process ends by itself, with status 0."""
    folder = tmp_path / "mails"
    folder.mkdir()
    count = 0
    for count, (_, raw) in enumerate(hostile_mails(), start=1):
        (folder / f"{count:04d}-hostile.eml").write_bytes(raw)
        if count % 20 == 0:
            good = career_mail(count)[1].as_bytes()
            (folder / f"{count:04d}-good.eml").write_bytes(good)
    assert count >= 200
    home = Home(tmp_path)
    home.configure(
        'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "eml"\npath = "mails"\n'
        '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    )
    home.run("run", "--until-idle", timeout_s=300)
    subjects = {each["event"]["subject"] for each in home.told()}
    wanted = {career_mail(n)[1]["Subject"] for n in range(20, count + 1, 20)}
    assert wanted <= subjects
    events = home.json("events", "list", "--limit", "1000")
    letters = home.json("dlq", "list")
    assert all(letter["stage"] in {"ingest", "classify"} for letter in letters)
    accounted = {each["event_id"] for each in [*events, *letters]}
    assert accounted == {_id_of(path.read_bytes()) for path in folder.glob("*.eml")}


def _id_of(raw: bytes) -> str:
    """The event that a mail has to become, or the dead letter if it cannot be parsed.

    Many of them share their headers, and with those their identity: they are one event.
    """
    whole = raw if len(raw) <= LIMIT_BYTES else raw[:HEAD_BYTES]
    request = ParseRequest(
        raw=whole, account="me", source="eml", locator="", fallback_time=datetime.now(UTC)
    )
    try:
        return parse_mail(request).email.event_id
    except Permanent as error:
        mail = FetchedMail(whole, len(raw), "")
        now = datetime.now(UTC)
        return unparsed_letter(mail, error, account="me", source="eml", at=now)[0]
