"""`careerops experiment`: from a start to an end, with processes that follow, on SQLite."""

import json
from pathlib import Path

import pytest

from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.domain.career import Classification
from careerops.domain.taxonomy import EventType
from careerops.llm.experiments.classifier import ExperimentClassifier
from careerops.llm.experiments.definition import Variant
from careerops.ops.clock import SystemClock
from careerops.ops.context import PartContext
from careerops.ops.metrics import Metrics
from careerops.ports.corrections import Correction
from support.adapters import RECEIVED, ScriptedClassifier, mail
from support.cli import Home
from support.llmock import llmock_server
from support.mails import career_mail, write_mbox
from support.waiting import until

pytestmark = pytest.mark.e2e

SECRET = "sk-planted-0123456789abcdef"
START = (
    "experiment",
    "start",
    "smaller",
    "--variant",
    "small=here,model=tiny,weight=0.5",
    "--shadow",
    "quiet=rules",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a model on this machine, where nothing listens."""
    home = Home(tmp_path, {"LLM_KEY": SECRET})
    home.configure(
        'log = "sqlite:///careerops.db"\n[[classifier]]\nkind = "openai"\nname = "here"\n'
        'base_url = "http://127.0.0.1:9/v1"\nmodel = "big"\napi_keys = ["env:LLM_KEY"]\n'
    )
    return home


class Chain(ScriptedClassifier):
    """Everything as configured."""

    async def degrade(self, mail: object, reason: str) -> Classification | None:
        """No fallback."""
        raise AssertionError(reason, mail)


def said(label: EventType) -> Classification:
    """An answer."""
    return Classification(event_type=label, confidence=0.9, evidence="x", provider="x")


def process(database: SqliteDatabase) -> ExperimentClassifier:
    """A process that classifies; the small model and the shadow say that all is an offer."""

    def build(_: Variant) -> ScriptedClassifier:
        return ScriptedClassifier(said(EventType.OFFER))

    around = PartContext(SystemClock(), database.cache, Metrics(), database.documents)
    return ExperimentClassifier(Chain(said(EventType.OTHER)), build, around)


async def test_an_experiment_is_started_followed_reported_and_ended(home: Home) -> None:
    """Two processes deal the same way; corrections are counted; the end is the end."""
    started = home.json(*START)
    assert [each["weight"] for each in started["variants"]] == [0.5, 0.5, 1.0]
    assert "smaller runs since" in home.run("experiment", "status").stdout
    variants = {}
    for number in range(2):
        database = await SqliteDatabase.open(home.database)
        classifier = process(database)
        for thread in range(20):
            event = f"{thread:04x}{number}" + "e" * 59
            given = await classifier.classify(mail(thread_key=f"t{thread}", event_id=event))
            assert variants.setdefault(thread, given.variant) == given.variant
            assert given.variant in {"champion", "small"}
        await until(lambda c=classifier: not c._shadows._tasks, "the shadows")
        await classifier.close()
        if number:
            await database.corrections.add(
                Correction(event, "me", given.event_type, EventType.APPLIED, 1, RECEIVED)
            )
        await database.close()
    assert set(variants.values()) == {"champion", "small"}

    report = home.json("experiment", "report")
    seen = report["seen"]
    champions = sum(variant == "champion" for variant in variants.values())
    assert seen["champion"]["conversations"] == champions
    assert seen["champion"]["mails"] == 2 * champions
    assert seen["small"]["conversations"] == 20 - champions
    assert seen["quiet"]["mails"] + seen["quiet"]["skipped"] == 2 * champions
    measures = {(row["variant"], row["measure"]): row for row in report["measures"]}
    corrected = variants[19]
    share = champions if corrected == "champion" else 20 - champions
    assert measures[corrected, "corrected"]["value"] == pytest.approx(1 / share, abs=1e-6)
    assert measures["quiet", "agreement"]["value"] == 0
    assert measures["small", "failed"]["against_champion"]["finding"] == "open"
    assert len(report["unjudged"]["quiet"]) > 0

    text = home.run("experiment", "report", "smaller", "--alpha", "0.1").stdout
    assert "ratio 0.0" in text
    assert "90%" in text
    assert report["unjudged"]["quiet"][0] in text

    assert home.json("experiment", "stop")["stopped_at"]
    database = await SqliteDatabase.open(home.database)
    classifier = process(database)
    assert (await classifier.classify(mail(thread_key="t1"))).variant == ""
    await classifier.close()
    await database.close()
    assert "smaller ran from" in home.run("experiment", "status").stdout
    assert home.json("experiment", "report")["name"] == "smaller"
    assert home.json("experiment", "status")[0]["stopped_at"]


def test_what_cannot_be_is_one_line_that_says_what_to_do(home: Home) -> None:
    """Usage and configuration are status 2, the state of things is 1; no key is shown."""
    for arguments, status, said_ in (
        (("stop",), 1, "no experiment is running: careerops experiment start"),
        (("report",), 1, "no experiment: none was started"),
        (("start", "x"), 2, "nothing to compare: add --variant or --shadow"),
        (("start", "x", "--variant", "a=here"), 2, "add ,weight= and a share"),
        (("start", "x", "--variant", "a=here,weight=1"), 2, "leaves the champion nothing"),
        (("start", "x", "--shadow", "a=gemma"), 2, "no [[classifier]] is called gemma"),
        (("start", "x", "--shadow", "a=here,prompt=p"), 2, "no prompt p"),
        (
            ("start", "x", "--champion", "c=here,weight=0.3", "--variant", "a=rules,weight=0.3"),
            2,
            "add up to 0.6: make them add up to 1",
        ),
        (("start", "x y", "--shadow", "a=rules"), 2, "name is of at most 32"),
        (("report", "--alpha", "2"), 2, "alpha"),
        (("start",), 2, "NAME"),
    ):
        done = home.run("experiment", *arguments, check=False)
        assert done.returncode == status, (arguments, done.stderr)
        (line,) = done.stderr.strip().splitlines()
        assert said_ in line
        assert done.stdout == ""
    home.run(*START)
    for arguments, said_ in (
        (START, "smaller is running: careerops experiment stop ends it"),
        (("experiment", "report", "other"), "no experiment other: smaller"),
    ):
        done = home.run(*arguments, check=False)
        assert done.returncode == 1
        assert said_ in done.stderr
        assert SECRET not in done.stderr + done.stdout
    assert home.run("experiment", "status").stdout.count("here") == 1
    done = home.run("experiment", "stop")
    assert "smaller ended" in done.stdout
    again = home.run(*START, check=False)
    assert "there was an experiment smaller: choose another name" in again.stderr
    assert SECRET.encode() not in home.database.read_bytes()


def test_before_the_first_one_there_is_nothing_to_see(home: Home) -> None:
    """And that is no error."""
    assert "no experiment is running" in home.run("experiment", "status").stdout
    assert json.loads(home.run("experiment", "status", "--json").stdout) == []


@pytest.mark.integration
def test_run_deals_its_mails_to_variants_and_shadows(tmp_path: Path) -> None:
    """Each event carries who it was dealt to, and that model was asked; shadows act on nothing."""
    answer = {
        "event_type": "OTHER",
        "company": "",
        "role": "",
        "confidence": 0.9,
        "summary": "Nothing.",
        "evidence": "",
        "interview": None,
        "deadline": None,
    }
    home = Home(tmp_path, {"LLM_KEY": SECRET})
    write_mbox(tmp_path / "inbox.mbox", [career_mail(number)[1] for number in range(12)])
    with llmock_server() as llmock:
        llmock.script({"type": "reply", "times": None, "text": json.dumps(answer)})
        home.configure(
            'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "mbox"\npath = "inbox.mbox"\n'
            f'[[classifier]]\nkind = "openai"\nname = "here"\nbase_url = "{llmock.base_url}"\n'
            'model = "big"\napi_keys = ["env:LLM_KEY"]\n'
            '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
        )
        home.run(*START)
        home.idle()
        asked = [request["body"]["model"] for request in llmock.requests()]
    dealt = [event["variant"] for event in home.json("events", "list")]
    assert set(dealt) == {"champion", "small"}
    assert asked.count("tiny") == dealt.count("small")
    assert asked.count("big") == dealt.count("champion")
    seen = home.json("experiment", "report")["seen"]
    assert seen["champion"]["mails"] == dealt.count("champion")
    assert seen["small"]["mails"] == dealt.count("small")
    quiet = seen["quiet"]
    assert 0 < quiet["mails"] + quiet["skipped"] <= dealt.count("champion")
