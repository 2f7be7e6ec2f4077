"""Keys of language models are planted and searched for: logs, errors, traces, doctor, the store.

The server (llmock) repeats the key in what it says, as vendors do.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cli import Home
from support.llmock import LLMock, llmock_server
from support.mails import career_mail, write_mbox

pytestmark = [pytest.mark.e2e, pytest.mark.integration, pytest.mark.timeout(240)]

KEYS = ("sk-planted-Qx7Zb-first-0123456789", "sk-planted-Qx7Zb-second-0123456789")
PLANTED = "Qx7Zb"
"""A part of both, which nobody needs to say either."""
KINDS = {"openai": "/v1", "gemini": "/gemini"}
"""Two that carry their keys in different headers; how each is sent is the clients' own tests'."""
FAULTS = (
    *({"type": "fail", "status": status, "message": KEYS[0]} for status in (400, 503)),
    {"type": "reply", "text": f"{KEYS[0]} is what you sent"},
    *({"type": "fail", "status": status, "message": KEYS[0]} for status in (401, 403, 429, 402)),
)
"""A scope that is full or has no money is asked no more, so those come last."""


@pytest.fixture(scope="module")
def server() -> Iterator[LLMock]:
    """One server for all."""
    with llmock_server() as running:
        yield running


def searched(home: Home, *texts: str) -> list[str]:
    """Where a key is found: in `texts`, or in a file of the home."""
    files = [path for path in home.folder.rglob("*") if path.is_file()]
    found = [path.name for path in files if PLANTED.encode() in path.read_bytes()]
    return found + [text[:80] for text in texts if PLANTED in text]


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_is_found_anywhere(tmp_path: Path, server: LLMock, kind: str) -> None:
    """Whatever the vendor does; nor where the configuration itself is at fault."""
    home = Home(tmp_path, {"LLM_KEYS": ",".join(KEYS)})
    home.configure(
        'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "mbox"\npath = "inbox.mbox"\n'
        f'[[classifier]]\nkind = "{kind}"\nbase_url = "{server.url}{KINDS[kind]}"\n'
        'api_keys = [{key = "env:LLM_KEYS", scope = "free", rpm = 1000}]\n'
        '[classify]\nhold_s = 0\n[logging]\nlevel = "debug"\n'
        '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    )
    said: list[str] = []

    def run(*arguments: str) -> None:
        done = home.run("--debug", *arguments, check=False)
        said.extend((done.stdout, done.stderr))

    asked = 0
    for number, fault in enumerate(FAULTS):
        server.reset()
        server.script({**fault, "times": None})
        write_mbox(tmp_path / "inbox.mbox", [career_mail(number)[1]], mode="ab")
        run("run", "--until-idle", "--max-wait", "1")
        if fault.get("status") in {401, 503}:
            run("doctor")
        asked += len(server.requests())
    assert asked > len(FAULTS)
    for arguments in (("doctor", "--json"), ("budget",), ("status",), ("dlq", "list")):
        run(*arguments)
    assert len(home.told()) == len(FAULTS)
    assert searched(home, *said) == []


def test_a_key_in_the_configuration_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """In any of the places where a person may have put it."""
    home = Home(tmp_path)
    for table in (
        f'api_keys = ["{KEYS[0]}"]',
        f'api_keys = "{KEYS[0]}"',
        f'api_keys = [{{key = "{KEYS[0]}"}}]',
        f'api_keys = [{{key = "env:X", scope = "{KEYS[0]}!"}}]',
        f'api_key = "{KEYS[0]}"',
        f'base_url = "https://{KEYS[0]}@api.vendor.example/v1"',
    ):
        home.configure(f'[[classifier]]\nkind = "openai"\n{table}\n')
        for arguments in (("doctor",), ("--debug", "status"), ("run", "--until-idle")):
            done = home.run(*arguments, check=False)
            assert PLANTED not in done.stdout + done.stderr, (table, arguments)
