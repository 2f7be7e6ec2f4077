"""What was read never leaves by a side door: secrets are planted and every output is searched.

Nothing of a mail, of a person or of a key may be found but in what is said to hold it: the values
of topics, the database, and what was told. The vendors here echo all they are sent in their
errors, as real ones do.
"""

import asyncio
import base64
import io
import json
import signal
import socket
import urllib.error
import urllib.request
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest
from aiohttp import web

from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.ops.logevents import LogEvent
from careerops.ops.logging import configure_logging, get_logger
from careerops.ports.verdicts import VerdictQuery
from support.cli import Home
from support.httpfake import Answer, Vendor, serving
from support.tree import ROOT
from support.waiting import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

KEY = "sk-planted-Qx7Zb0123456789abcdef"
TOKEN = "EAAPlantedQx7Zb0123456789"
SEARCH_KEY = "tvly-planted-Qx7Zb0123456789"
PHONE = "491715550123"
SECRETS = {
    "body": "the quokka of Lindow signs the papers at dawn",
    "body word": "quokka",
    "subject": "Zephyrine interview for the Quorl desk",
    "subject word": "Zephyrine",
    "sender address": "zephyra.quill@plantedcorp.example",
    "sender user": "zephyra.quill",
    "sender name": "Zephyra Quillpen",
    "recipient": "robin.plantedperson@example.org",
    "recipient user": "plantedperson",
    "api key": KEY,
    "token": TOKEN,
    "search key": SEARCH_KEY,
    "phone": PHONE,
}
FAULTS = ROOT / "tests" / "support" / "faulty_parser"


def leaks(text: str) -> list[str]:
    """Which secrets `text` holds: plain, percent-encoded, or as base64 at any alignment."""
    low = text.lower()
    found = [name for name, secret in SECRETS.items() if secret.lower() in low]
    found += [name for name, secret in SECRETS.items() if quote(secret, safe="").lower() in low]
    for name, secret in SECRETS.items():
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + secret.encode()).decode()
            # The ends depend on the neighbours.
            if len(secret) > 8 and encoded[4:-4] in text:
                found.append(f"{name} as base64")
    return sorted(set(found))


def planted_mail(number: int, body: str = "") -> EmailMessage:
    """An invitation full of secrets."""
    mail = EmailMessage()
    mail["From"] = f"{SECRETS['sender name']} <{SECRETS['sender address']}>"
    mail["To"] = SECRETS["recipient"]
    mail["Subject"] = f"{SECRETS['subject']} ({number})"
    mail["Date"] = f"Mon, 02 Mar 2026 09:{number:02}:00 +0000"
    mail["Message-ID"] = f"<{number}.{SECRETS['sender address']}>"
    mail.set_content(
        f"Dear Robin,\n\nwe would like to invite you to an interview: {SECRETS['body']}.\n"
        f"Please choose a time that suits you.\n{body}\n\n{SECRETS['sender name']}\n"
    )
    return mail


def planted_home(tmp_path: Path, *bodies: str) -> Home:
    """A home with a mail for each body, and an OTHER."""
    mails = tmp_path / "mails"
    mails.mkdir()
    for number, body in enumerate(bodies):
        (mails / f"{number}.eml").write_bytes(planted_mail(number, body).as_bytes())
    other = planted_mail(50)
    other.set_content(f"Your parcel has been shipped: {SECRETS['body']}.")
    other.replace_header("Subject", "Zephyrine shoes: your order has been shipped")
    (mails / "other.eml").write_bytes(other.as_bytes())
    return Home(
        tmp_path, {"PLANTED_KEY": KEY, "PLANTED_TOKEN": TOKEN, "PLANTED_SEARCH": SEARCH_KEY}
    )


MAILBOX = '[logging]\nlevel = "debug"\n[[mailbox]]\nkind = "eml"\npath = "mails"\npoll_s = 0.05\n'
JSONL = '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'


def model(url: str) -> str:
    """A language model behind `url`."""
    return (
        f'[[classifier]]\nkind = "openai"\nbase_url = "{url}/v1"\nmodel = "m"\ntimeout_s = 5\n'
        'api_keys = ["env:PLANTED_KEY"]\n'
    )


def search(url: str) -> str:
    """A search behind `url`."""
    return f'[[researcher]]\nkind = "tavily"\nbase_url = "{url}"\napi_key = "env:PLANTED_SEARCH"\n'


def phone(url: str) -> str:
    """WhatsApp behind `url`."""
    return (
        f'[[notifier]]\nkind = "whatsapp"\nphone_number_id = "1"\nto = "+{PHONE}"\n'
        f'base_url = "{url}"\naccess_token = "env:PLANTED_TOKEN"\n'
    )


def echoes(status: int, code: int = 1) -> Answer:
    """An error that quotes the whole request, its key included."""

    async def answer(request: web.Request) -> web.StreamResponse:
        said = f"{dict(request.headers)} {request.path_qs} {await request.text()}"
        error = {"message": said, "code": code, "type": said, "error_data": {"details": said}}
        headers = {"X-Echo": quote(said)[:4000]}  # more is no header any more, for any client
        return web.json_response({"error": error}, status=status, headers=headers)

    return answer


def answers(text: str) -> Answer:
    """A completion that says `text`, or repeats the mail."""

    async def answer(request: web.Request) -> web.StreamResponse:
        content = text or await request.text()
        choice = {"index": 0, "message": {"role": "assistant", "content": content}}
        body = {"id": "x", "object": "chat.completion", "created": 1, "model": "m"}
        return web.json_response(
            body | {"choices": [choice | {"finish_reason": "stop"}], "usage": None}
        )

    return answer


class Outputs:
    """Everything that commands said, by command."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.said: dict[str, str] = {}
        self.last = ""

    async def run(self, *arguments: str) -> int:
        """Run a command to its end, while servers of the test go on; its status."""
        done = await asyncio.to_thread(self.home.run, *arguments, check=False)
        self.said[" ".join(arguments)] = f"{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        self.last = done.stderr[-3000:]
        return done.returncode

    async def look(self) -> None:
        """The views that are to show no contents, and the headers of every record."""
        for view in (("status", "--json"), ("topics",), ("cursors", "list"), ("doctor",)):
            await self.run(*view)
        await self.run("dlq", "list", "--json")
        for letter in json.loads(self.said["dlq list --json"])[:1]:
            await self.run("dlq", "show", letter["id"])
            await self.run("dlq", "show", letter["id"], "--json")
        await self._read_database()

    async def _read_database(self) -> None:
        """Keys and headers of every record, labels of verdicts, reasons in the ledger."""
        database = await SqliteDatabase.open(self.home.database)
        for info in await database.log.topics():
            for record in await database.log.read(info.topic, info.start, 10_000):
                shown = b" ".join(b"%s=%s" % (n.encode(), value) for n, value in record.headers)
                self.said[f"{info.topic} {record.offset}"] = f"{record.key} {shown.decode()}"
        for state in await database.ledger.entries():
            self.said[f"ledger {state.entry.channel} {len(self.said)}"] = state.reason
        for verdict in await database.verdicts.find(VerdictQuery(limit=1000)):
            self.said[f"verdict {verdict.key}"] = f"{verdict.key} {verdict.label}"
        await database.close()

    def leaks(self) -> dict[str, list[str]]:
        """Command -> the secrets it gave away."""
        found = {command: leaks(text) for command, text in self.said.items()}
        return {command: names for command, names in found.items() if names}

    def left_behind(self) -> list[str]:
        """Files with a secret in them that are not meant to hold any."""
        meant = {"careerops.db", "careerops.db-wal", "careerops.db-shm", "told.jsonl"}
        return [
            str(path)
            for path in self.home.folder.rglob("*")
            if path.is_file()
            and path.name not in meant
            and "mails" not in path.parts
            and path.name != "careerops.toml"
            and leaks(path.read_text(errors="replace"))
        ]

    async def letters(self) -> int:
        """How many dead letters wait."""
        return len(json.loads(self.said["dlq list --json"]))


@pytest.mark.parametrize("answer", ["", '{"event_type": "quokka"}'])
async def test_a_model_that_answers_nonsense_gives_nothing_away(
    tmp_path: Path, answer: str
) -> None:
    """Its answers may be the mail itself; what is left of them is a dead letter's reason."""
    home = planted_home(tmp_path, "", "")
    async with serving(Vendor(otherwise=answers(answer))) as vendor:
        home.configure(MAILBOX + model(vendor.url) + '[classify]\nfallback = "none"\n' + JSONL)
        outputs = Outputs(home)
        assert await outputs.run("run", "--until-idle") == 0, outputs.last
        await outputs.look()
        assert vendor.seen
    assert leaks(vendor.seen[0].text), "the mail was sent to the model"
    assert await outputs.letters() == 3
    assert outputs.leaks() == {}
    assert outputs.left_behind() == []


@pytest.mark.parametrize("status", [400, 401, 500])
async def test_a_model_whose_errors_quote_the_request_gives_nothing_away(
    tmp_path: Path, status: int
) -> None:
    """Neither mail nor key, whether it is an outage or a refusal."""
    home = planted_home(tmp_path, "")
    async with serving(Vendor(otherwise=echoes(status))) as vendor:
        home.configure(MAILBOX + model(vendor.url) + '[classify]\nfallback = "none"\n' + JSONL)
        outputs = Outputs(home)
        ended = await outputs.run("run", "--until-idle", "--max-wait", "0.2")
        await outputs.look()
    assert ended == (0 if status == 400 else 1), outputs.said
    assert KEY in vendor.seen[0].headers["Authorization"]
    assert outputs.leaks() == {}
    assert outputs.left_behind() == []


@pytest.mark.parametrize(
    ("status", "code", "ended", "letters"),
    [(400, 131026, 0, 2), (401, 190, 1, 0), (500, 131000, 1, 0)],
)
async def test_notifiers_and_searches_that_quote_the_request_give_nothing_away(
    tmp_path: Path, status: int, code: int, ended: int, letters: int
) -> None:
    """A refused notification is a dead letter that holds it in its value alone."""
    home = planted_home(tmp_path, "", "")
    async with serving(Vendor(otherwise=echoes(status, code))) as vendor:
        home.configure(MAILBOX + search(vendor.url) + phone(vendor.url) + JSONL)
        outputs = Outputs(home)
        assert await outputs.run("run", "--until-idle", "--max-wait", "0.5") == ended
        await outputs.look()
    sent = [seen for seen in vendor.seen if "messages" in seen.path]
    assert TOKEN in sent[0].headers["Authorization"]
    assert leaks(sent[0].text), "the notification was sent"
    assert await outputs.letters() == letters
    assert outputs.leaks() == {}
    assert outputs.left_behind() == []


async def test_mails_that_kill_or_stall_the_parser_give_nothing_away(tmp_path: Path) -> None:
    """Their dead letters name the place; the contents are in the value alone."""
    home = planted_home(tmp_path, "", "FAULT-ABORT", "FAULT-GARBAGE", "FAULT-PRINT")
    home.environment["PYTHONPATH"] = str(FAULTS)
    home.configure(MAILBOX + JSONL)
    outputs = Outputs(home)
    assert await outputs.run("run", "--until-idle") == 0
    await outputs.look()
    assert await outputs.letters() >= 1
    replayed = await outputs.run("dlq", "replay", "--all")
    assert replayed == 1
    assert outputs.leaks() == {}
    assert outputs.left_behind() == []
    assert leaks(home.told_path.read_text()), "what is told is told"


async def test_a_bug_that_holds_secrets_gives_nothing_away(tmp_path: Path) -> None:
    """An unexpected error in a handler quotes the mail; log and dead letter do not."""
    home = planted_home(tmp_path, "")
    plant = tmp_path / "plant"
    plant.mkdir()
    (plant / "sitecustomize.py").write_text(
        "import careerops.services.classify as classify\n"
        "async def broken(self, message):\n"
        "    raise RuntimeError(message.value.decode())\n"
        "classify.ClassifyHandler.handle = broken\n"
        "async def worse(self, message, error):\n"
        "    raise RuntimeError(message.value.decode()) from error\n"
        "classify.ClassifyHandler.last_resort = worse\n"
        "import careerops.services.events as events\n"
        "async def failing(self, **query):\n"
        f"    raise RuntimeError({SECRETS['body']!r})\n"
        "events.Events.recent = failing\n"
    )
    home.environment["PYTHONPATH"] = str(plant)
    home.configure(MAILBOX + JSONL)
    outputs = Outputs(home)
    assert await outputs.run("run", "--until-idle") == 0
    assert await outputs.run("events", "list") == 1
    assert "RuntimeError where none was expected" in outputs.said["events list"]
    await outputs.look()
    assert await outputs.letters() == 2
    assert outputs.leaks() == {}


async def test_secrets_in_the_wrong_place_of_a_configuration_are_not_repeated(
    tmp_path: Path,
) -> None:
    """A key where its reference belongs, a token as a number, an address as a path."""
    for table in (
        f'[[classifier]]\nkind = "openai"\napi_keys = ["{KEY}"]\n',
        f'[[classifier]]\nkind = "openai"\ntemperature = "{KEY}"\n',
        f'[http]\nport = "{TOKEN}"\n',
        f'[classify]\non_outage = "{TOKEN}"\n',
        f'[[notifier]]\nkind = "whatsapp"\nphone_number_id = "1"\naccess_token = "{TOKEN}"\n',
        f'[[mailbox]]\nkind = "imap"\nhost = "h"\nusername = "u"\npassword = "{TOKEN}"\n',
    ):
        home = Home(tmp_path)
        home.configure(table)
        outputs = Outputs(home)
        assert await outputs.run("run", "--until-idle") == 2
        assert await outputs.run("doctor") in {1, 2}
        assert outputs.leaks() == {}, table


SENT = 'careerops_notifications_total{channel="jsonl",outcome="sent"} 3.0'


async def test_what_a_running_process_shows_holds_no_contents(tmp_path: Path) -> None:
    """Metrics, health, readiness and the log of a run at debug level, while a channel is down."""
    home = planted_home(tmp_path, "", "")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with serving(Vendor(otherwise=echoes(401, 190))) as vendor:
        home.configure(
            MAILBOX + search(vendor.url) + phone(vendor.url) + JSONL + f"[http]\nport = {port}\n"
        )
        process = home.start("run")
        try:
            # The two mails, and the alert that the phone is down.
            await asyncio.to_thread(
                wait_until, lambda: len(home.told()) == 3, "the told", timeout_s=30
            )
            # A send is counted when its outcome is known for good, a moment after it was made.
            await asyncio.to_thread(
                wait_until, lambda: SENT in fetch(f"http://127.0.0.1:{port}/metrics"), "the count"
            )
            pages = {
                path: await asyncio.to_thread(fetch, f"http://127.0.0.1:{port}{path}")
                for path in ("/metrics", "/health", "/ready", "/nowhere")
            }
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=15)
    log = (home.folder / "log.txt").read_text()
    assert SENT in pages["/metrics"]
    assert '"whatsapp": "down"' in pages["/ready"]
    assert "channel_down" in log
    assert {name: leaks(text) for name, text in pages.items() if leaks(text)} == {}
    assert leaks(log) == []


def fetch(url: str) -> str:
    """The body and headers of an answer, whatever its status."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  # our own server on loopback
            return f"{answer.headers}\n{answer.read().decode()}"
    except urllib.error.HTTPError as refusal:
        with refusal:
            return f"{refusal.headers}\n{refusal.read().decode()}"


def test_the_search_finds_what_is_planted() -> None:
    """In a log field of our own, percent-encoded, and in base64; and only there."""
    stream = io.StringIO()
    undo = configure_logging(level="debug", stream=stream, fmt="json")
    get_logger("test").info(LogEvent.PROVIDER_FAILED, reason=SECRETS["subject"])
    undo()
    assert set(leaks(stream.getvalue())) == {"subject", "subject word"}
    assert leaks(quote(SECRETS["sender address"], safe="")) == ["sender address", "sender user"]
    mail = base64.b64encode(f"x{SECRETS['body']}y".encode()).decode()
    assert leaks(mail) == ["body as base64"]
    assert leaks("the normal course of a run, of 3 mails") == []
