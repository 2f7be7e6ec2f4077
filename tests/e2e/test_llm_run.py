"""`careerops run` with a language model (llmock) that answers badly, and then well."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cli import Home
from support.llmock import LLMock, llmock_server
from support.mails import career_mail, write_mbox

pytestmark = [pytest.mark.e2e, pytest.mark.integration]

KEY = "sk-planted-0123456789abcdef"
BODY_WORDS = "choose a time that suits you"
BAD = {
    "not JSON": {"text": "I think this is an interview."},
    "not the schema": {"text": '{"kind": "interview"}'},
    "cut off": {"text": '{"event_type": "INTERV', "finish_reason": "length"},
}


def good_answer() -> str:
    """What a model should say about `career_mail(0)`."""
    return json.dumps(
        {
            "event_type": "INTERVIEW",
            "company": "Company0",
            "role": "Data Engineer",
            "confidence": 0.95,
            "summary": "Invitation to an interview.",
            "evidence": "We would like to invite you to an interview",
            "interview": None,
            "deadline": None,
        }
    )


@pytest.fixture(scope="module")
def server() -> Iterator[LLMock]:
    """One server for all."""
    with llmock_server() as running:
        yield running


@pytest.fixture
def llmock(server: LLMock) -> LLMock:
    """The server, as new."""
    server.reset()
    return server


def home_of(tmp_path: Path, llmock: LLMock, fallback: str) -> Home:
    """One interview mail, and the model as the only classifier."""
    home = Home(tmp_path, {"LLM_KEY": KEY})
    write_mbox(tmp_path / "inbox.mbox", [career_mail(0)[1]])
    home.configure(
        f'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "mbox"\npath = "inbox.mbox"\n'
        f'[[classifier]]\nkind = "openai"\nbase_url = "{llmock.base_url}"\nmodel = "m"\n'
        'api_keys = ["env:LLM_KEY"]\n'
        f'[classify]\nfallback = "{fallback}"\n[logging]\nlevel = "debug"\n'
        '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    )
    return home


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_answer_gets_one_repair_and_then_the_fallback(
    tmp_path: Path, llmock: LLMock, kind: str
) -> None:
    """Two calls, then the rules answer, marked as degraded and for review."""
    home = home_of(tmp_path, llmock, "rules")
    llmock.script({"type": "reply", "times": None, **BAD[kind]})
    home.idle()
    assert len(llmock.requests()) == 2
    (told,) = home.told()
    assert told["event"]["event_type"] == "INTERVIEW"
    assert told["event"]["degraded"]
    assert told["event"]["review"] is True


def test_a_repaired_answer_stands_unmarked(tmp_path: Path, llmock: LLMock) -> None:
    """The second answer is valid: nothing is degraded."""
    home = home_of(tmp_path, llmock, "none")
    llmock.script({"type": "reply", **BAD["not JSON"]}, {"type": "reply", "text": good_answer()})
    home.idle()
    (told,) = home.told()
    assert told["event"]["degraded"] is None
    assert told["event"]["provider"] == "openai"


@pytest.mark.parametrize("kind", BAD)
def test_without_a_fallback_it_is_a_dead_letter_that_can_be_replayed(
    tmp_path: Path, llmock: LLMock, kind: str
) -> None:
    """`dlq show` explains it, no log holds the body, and replay succeeds once it answers well."""
    home = home_of(tmp_path, llmock, "none")
    llmock.script({"type": "reply", "times": None, **BAD[kind]})
    done = home.idle()
    assert home.told() == []
    (letter,) = home.json("dlq", "list")
    assert letter["stage"] == "classify"
    shown = home.run("dlq", "show", letter["id"])
    assert "answer" in shown.stdout
    for text in (done.stderr, done.stdout, shown.stdout, shown.stderr):
        assert BODY_WORDS not in text
        assert KEY not in text
    llmock.reset()
    llmock.script({"type": "reply", "text": good_answer()})
    home.run("dlq", "replay", letter["id"])
    home.idle()
    (told,) = home.told()
    assert told["event"]["event_type"] == "INTERVIEW"
    assert home.json("dlq", "list") == []


def test_an_outage_longer_than_the_wait_ends_the_run_with_one_line(
    tmp_path: Path, llmock: LLMock
) -> None:
    """The scope is named, nothing is dead-lettered, and the next run goes on."""
    home = home_of(tmp_path, llmock, "none")
    llmock.script({"type": "fail", "status": 503, "times": None})
    done = home.run("run", "--until-idle", "--max-wait", "2", check=False)
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode == 1
    assert len(said) == 1
    assert "1 messages of classify" in said[0]
    assert home.json("dlq", "list") == []
    llmock.reset()
    llmock.script({"type": "reply", "text": good_answer()})
    home.idle()
    assert len(home.told()) == 1


def test_a_spent_budget_degrades_marks_and_is_shown(tmp_path: Path, llmock: LLMock) -> None:
    """One mail is paid for, the other is the fallback's; `budget` says what it cost."""
    home = home_of(tmp_path, llmock, "rules")
    write_mbox(tmp_path / "inbox.mbox", [career_mail(number)[1] for number in (0, 5)])
    text = (tmp_path / "careerops.toml").read_text()
    priced = 'model = "m"\nprice = {input = 10000, output = 10000}\n'
    home.configure(text.replace('model = "m"\n', priced) + "[classify.budget]\nusd_per_day = 0.5\n")
    assert "no provider" not in home.run("budget").stdout
    llmock.script({"type": "reply", "times": None, "text": good_answer()})
    home.idle()
    degraded = [each["event"]["degraded"] for each in home.told()]
    assert len(degraded) == 2
    assert set(degraded) == {"the budget of the day is spent"}
    home.configure((tmp_path / "careerops.toml").read_text().replace("0.5", "5000"))
    write_mbox(tmp_path / "inbox.mbox", [career_mail(10)[1]], mode="ab")
    home.idle()
    assert [each["event"]["degraded"] for each in home.told()][2:] == [None]
    shown = home.json("budget")
    assert shown["providers"]["openai"]["calls"] >= 1
    assert 0 < shown["providers"]["openai"]["micro_usd"] < 5_000_000_000
    assert shown["left_micro_usd"] == 5_000_000_000 - shown["providers"]["openai"]["micro_usd"]
    lines = home.run("budget").stdout
    assert "openai" in lines
    assert "of 5,000.0000 dollars" in lines


def test_a_spent_days_quota_survives_restarts_and_is_shown(tmp_path: Path, llmock: LLMock) -> None:
    """Two keys of one scope, one request a day: the second mail is the fallback's, without a call.

    The second process asks nobody either: the day is not over because the program was.
    """
    home = home_of(tmp_path, llmock, "rules")
    home.environment["LLM_KEY"] = f"{KEY},sk-other-0123456789abcdef"
    text = (tmp_path / "careerops.toml").read_text()
    limited = '[{key = "env:LLM_KEY", scope = "free", rpd = 1, day = "America/Los_Angeles"}]'
    text = text.replace('["env:LLM_KEY"]', limited)
    home.configure(text.replace("[classify]\n", "[classify]\nhold_s = 0\n"))
    llmock.script({"type": "reply", "times": None, "text": good_answer()})
    home.idle()
    write_mbox(tmp_path / "inbox.mbox", [career_mail(5)[1]], mode="ab")
    home.idle()
    assert len(llmock.requests()) == 1
    assert [bool(each["event"]["degraded"]) for each in home.told()] == [False, True]
    (scope,) = home.json("budget")["scopes"]
    day = {(each["unit"], each["period"]): each for each in scope["quotas"]}["requests", "day"]
    assert scope["scope"] == "openai:free"
    assert (day["used"], day["limit"], day["left"], day["source"]) == (1, 1, 0, "configured")
    assert day["whole_at"] is not None
    shown = home.run("budget").stdout
    assert "openai:free" in shown
    assert "requests a day" in shown
