"""`careerops run` before llmock's judge: whatever a provider does, nothing is retried in vain.

Each run has one key: the judge takes a second key's call about the same mail for a retry.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.cli import Home
from support.llmock import LLMock, llmock_server
from support.mails import mixed, write_mbox

pytestmark = [pytest.mark.e2e, pytest.mark.integration, pytest.mark.timeout(240)]

KEY = "sk-one-0123456789abcdef"
MAILS = 12
BAD = {"retried_non_retryable", "retry_storm", "retry_after_ignored", "no_backoff"}


def fails(status: int, times: int | None = None, **fields: Any) -> dict[str, Any]:
    """A refusal."""
    return {"type": "fail", "status": status, "times": times, **fields}


def says(text: str, **fields: Any) -> dict[str, Any]:
    """An answer that nobody can use."""
    return {"type": "reply", "text": text, "times": 1, **fields}


SCENARIOS: dict[str, list[dict[str, Any]]] = {
    **{str(status): [fails(status)] for status in (401, 404)},
    "a day's quota": [fails(429, code="insufficient_quota")],
    "limited twice": [fails(429, 2, retry_after=1.5)],
    "every refusal once": [
        fails(status, 1, retry_after=0.5 if status == 429 else None)
        for status in (500, 429, 502, 400, 503, 422, 529, 408, 429, 504, 413, 409)
    ],
    "every nonsense once": [
        says("certainly!"),
        says("{", finish_reason="length"),
        says("", finish_reason="content_filter"),
        says("", tool_calls=[{"name": "send", "arguments": {}}]),
        {"type": "delay", "seconds": 4, "times": 2},
    ],
    "nonsense for good": [{"type": "reply", "text": "certainly!", "times": None}],
}


@pytest.fixture(scope="module")
def server() -> Iterator[LLMock]:
    """One server for the scripted scenarios."""
    with llmock_server() as running:
        yield running


def judge(home: Home, llmock: LLMock) -> None:
    """Run the mails; each has its event, and the judge has nothing to say."""
    write_mbox(home.folder / "inbox.mbox", mixed(MAILS - 4, 4))
    home.configure(
        'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "mbox"\npath = "inbox.mbox"\n'
        f'[[classifier]]\nkind = "openai"\nbase_url = "{llmock.base_url}"\ntimeout_s = 2\n'
        'api_keys = ["env:LLM_KEY"]\n[classify]\nhold_s = 3\n'
        '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    )
    home.run("run", "--until-idle", "--max-wait", "60")
    assert len(home.json("events", "list")) == MAILS
    assert home.json("dlq", "list") == []
    assert llmock.requests()
    assert not BAD & llmock.findings()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_has_no_findings(tmp_path: Path, server: LLMock, scenario: str) -> None:
    """Every mail is classified, by the model or by the rules in its place."""
    server.reset()
    server.script(*SCENARIOS[scenario])
    judge(Home(tmp_path, {"LLM_KEY": KEY}), server)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--rpm", "6"),
        ("--tpm", "4000"),
        ("--context-window", "500"),
        tuple(
            argument
            for status in (400, 429, 500, 503)
            for argument in ("--error-rate", f"{status}=0.15")
        ),
    ],
    ids=["rpm", "tpm", "context window", "errors at random"],
)
def test_a_server_with_limits_has_no_findings(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """It counts, and says no, by itself."""
    with llmock_server(*arguments) as server:
        judge(Home(tmp_path, {"LLM_KEY": KEY}), server)
