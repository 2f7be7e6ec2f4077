"""One mail that its provider always fails, and mails that wait while processes are killed."""

import json
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from email.message import EmailMessage
from pathlib import Path
from subprocess import Popen

import pytest
from aiohttp import web

from support.cli import Home
from support.httpfake import Vendor, replies, serving
from support.mails import career_mail, write_mbox
from support.waiting import until

pytestmark = [pytest.mark.e2e, pytest.mark.integration]

POISON = "Dear Robin,\n\nPOISON We would like to invite you to an interview for the role.\n"
ANSWER = {
    "event_type": "APPLIED",
    "company": "",
    "role": "",
    "confidence": 0.9,
    "summary": "The application was received.",
    "evidence": "We have received your application",
    "interview": None,
    "deadline": None,
}
GOOD = {
    "id": "x",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": json.dumps(ANSWER)},
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20},
}


def good_mail(number: int) -> EmailMessage:
    """An application that was received."""
    return career_mail(5 * number + 2)[1]


def poison_mail() -> EmailMessage:
    """An invitation that no provider can answer."""
    mail = career_mail(0)[1]
    mail.set_content(POISON)
    return mail


@asynccontextmanager
async def provider() -> AsyncIterator[Vendor]:
    """A model that answers everything but poison."""
    vendor = Vendor()

    async def answer(request: web.Request) -> web.StreamResponse:
        if "POISON" in vendor.seen[-1].text:
            return await replies({"error": {"message": "internal error"}}, 500)(request)
        return await replies(GOOD)(request)

    vendor.otherwise = answer
    async with serving(vendor):
        yield vendor


def home_of(tmp_path: Path, vendor: Vendor, classify: str) -> Home:
    """One mailbox, and the model as the only classifier."""
    home = Home(tmp_path)
    home.configure(
        'log = "sqlite:///careerops.db"\n'
        '[[mailbox]]\nkind = "mbox"\npath = "inbox.mbox"\npoll_s = 0.2\n'
        f'[[classifier]]\nkind = "openai"\nbase_url = "{vendor.url}/v1"\nmodel = "m"\n'
        f"[classify]\n{classify}\n"
        '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    )
    return home


@asynccontextmanager
async def run_of(home: Home) -> AsyncIterator["Popen[bytes]"]:
    """`careerops run`, killed at the end unless it was before."""
    process = home.start("run")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def log_of(home: Home) -> str:
    """What the processes have logged."""
    return (home.folder / "log.txt").read_text()


def answered(home: Home) -> int:
    """Mails that were told as the provider classified them."""
    return sum(not each["event"]["degraded"] for each in home.told())


@pytest.mark.parametrize("on_outage", ["hold", "degrade"])
async def test_one_mail_that_its_provider_always_fails_stops_no_other(
    tmp_path: Path, on_outage: str
) -> None:
    """The others are answered by the provider; then the fallback tells the one, not a dead letter.

    No wait here is a measure: what is asked for comes, or it does not.
    """
    async with provider() as vendor:
        home = home_of(tmp_path, vendor, f'on_outage = "{on_outage}"\nhold_s = 3600')
        inbox = home.folder / "inbox.mbox"
        write_mbox(inbox, [good_mail(0)])
        async with run_of(home):
            await until(lambda: answered(home) == 1, "the first mail")
            write_mbox(inbox, [poison_mail()], mode="ab")
            await until(lambda: '"scope":"llm"' in log_of(home), "the poison to be the only mail")
            write_mbox(inbox, [good_mail(number) for number in (1, 2, 3)], mode="ab")
            await until(lambda: answered(home) == 4, "the others' answers")
            number = 4
            while len(home.told()) == answered(home):
                assert number < 40
                write_mbox(inbox, [good_mail(number)], mode="ab")
                number += 1
                want = number
                await until(lambda want=want: answered(home) >= want, "one more")  # type: ignore[misc]  # bound now
        (told,) = [each["event"] for each in home.told() if each["event"]["degraded"]]
        assert (told["event_type"], told["provider"]) == ("INTERVIEW", "rules")
        assert told["degraded"].startswith("every attempt failed")
        assert home.json("dlq", "list") == []


def at_work(home: Home) -> int:
    """Messages that a death of the process now would be blamed on."""
    with closing(sqlite3.connect(home.database)) as connection:
        return int(connection.execute("SELECT sum(running) FROM attempts").fetchone()[0] or 0)


async def test_mails_that_wait_in_an_outage_survive_any_number_of_kills(tmp_path: Path) -> None:
    """Each kill comes when nothing is at work: afterwards all are told and none is given up."""
    vendor = Vendor(otherwise=replies({"error": {"message": "down"}}, 503))
    async with serving(vendor):
        home = home_of(tmp_path, vendor, 'on_outage = "hold"\nfallback = "none"')
        write_mbox(home.folder / "inbox.mbox", [good_mail(number) for number in range(4)])
        for life in range(1, 5):
            async with run_of(home) as process:
                await until(
                    lambda life=life: log_of(home).count('"event":"outage_started"') >= life,  # type: ignore[misc]  # bound now
                    "the outage to be noticed",
                )
                await until(lambda: at_work(home) == 0, "everything to wait")
                process.send_signal(signal.SIGKILL)
                process.wait()
        vendor.otherwise = replies(GOOD)
        async with run_of(home):
            await until(lambda: len(home.told()) == 4, "all mails")
        assert home.json("dlq", "list") == []
