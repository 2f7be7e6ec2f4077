"""A mail that kills the process that handles it: a dead letter after two deaths, not a loop."""

from pathlib import Path

import pytest

from support.cli import Home
from support.mails import career_mail, other_mail, write_mbox

pytestmark = pytest.mark.e2e

KILLER = "Poisoned invitation"

PARSER_PLANT = f"""
import os

import careerops.mail.parse as parse

real = parse.parse_mail


def planted(request):
    if b"{KILLER}" in request.raw:
        os.abort()
    return real(request)


parse.parse_mail = planted
"""

HANDLER_PLANT = f"""
import os
import signal

import careerops.services.classify as classify

real = classify.ClassifyHandler.handle


async def planted(self, message):
    if b"{KILLER}" in message.value:
        os.kill(os.getpid(), signal.SIGKILL)
    return await real(self, message)


classify.ClassifyHandler.handle = planted
"""


def planted(tmp_path: Path, code: str) -> Home:
    """A home whose processes run with `code` in them, and a mailbox with one killer mail."""
    plant = tmp_path / "plant"
    plant.mkdir()
    (plant / "sitecustomize.py").write_text(code)
    home = Home(tmp_path, {"PYTHONPATH": str(plant)})
    killer = other_mail(500)
    del killer["Subject"]
    killer["Subject"] = KILLER
    mails = [career_mail(n)[1] for n in range(10)]
    write_mbox(tmp_path / "inbox.mbox", [*mails[:5], killer, *mails[5:]])
    home.mbox(tmp_path / "inbox.mbox")
    return home


def test_a_mail_that_kills_the_parser_ends_as_a_dead_letter(tmp_path: Path) -> None:
    """The process itself survives; the others are told in the same run."""
    home = planted(tmp_path, PARSER_PLANT)
    home.idle()
    assert len(home.told_ids()) == 10
    (letter,) = home.json("dlq", "list")
    assert (letter["stage"], letter["reason"]) == ("ingest", "parser_crashed")
    assert "parser_crashed" in (home.run("dlq", "show", letter["id"]).stdout)
    home.environment.clear()
    home.run("dlq", "replay", letter["id"])
    home.idle()
    assert home.json("dlq", "list") == []
    subjects = {event["subject"] for event in home.json("events", "list")}
    assert KILLER in subjects


def test_a_mail_that_kills_a_handlers_process_ends_as_a_dead_letter(tmp_path: Path) -> None:
    """The first death makes suspects, one among them and two alone make a dead letter."""
    home = planted(tmp_path, HANDLER_PLANT)
    statuses = [home.run("run", "--until-idle", check=False).returncode for _ in range(4)]
    assert statuses == [-9] * 4
    assert home.run("run", "--until-idle").returncode == 0
    # A send that a death cut off is repeated, and admitted: at most one a death.
    assert len(set(home.told_ids())) == 10
    assert len(home.told_ids()) <= 10 + len(statuses)
    (letter,) = home.json("dlq", "list")
    assert (letter["stage"], letter["reason"]) == ("classify", "crashed_process")
