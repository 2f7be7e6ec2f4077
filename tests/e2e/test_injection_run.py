"""`careerops run` on mails that try to steer a language model, against one that obeys them.

The whole way: mailbox, parser process, the OpenAI adapter and its SDK, trust checks, topics, and
the text on the phone. The corpora run whole in tests/unit/llm/test_injection.py; here it is a
sample, one of each kind, with its clean twins.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from careerops.domain.notification import Notification
from careerops.domain.render import render_text
from careerops.domain.taxonomy import EventType
from support.cli import Home
from support.httpfake import Vendor, serving
from support.injection.corpus import Row, rows
from support.injection.judging import told_in_text
from support.injection.obedient import ObedientModel, serves

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SAMPLE = {
    "body-en-rejection-to-offer", "body-de-newsletter", "body-es-hotel", "body-ja-shop",
    "subject-en-system", "name-en-shop", "name-en-phone", "hidden-display-none",
    "hidden-visibility", "zero-width-en", "base64-en", "homoglyph-en", "quoted-rejection",
    "ics-url", "ics-location-phone", "system-chatml", "tool-result", "schema-json",
    "delimiter-end", "phone-in-summary", "phone-in-company", "body-en-offer-to-other",
    "two-paragraphs", "out-of-office",
}  # fmt: skip


def sample() -> list[Row]:
    """The rows of the sample."""
    return [row for row in rows("attacks") if row.id in SAMPLE]


def home_of(tmp_path: Path, url: str) -> Home:
    """Attacks and twins in a folder, and the model as the only classifier."""
    mails = tmp_path / "mails"
    mails.mkdir()
    for row in sample():
        (mails / f"{row.id}.attack.eml").write_bytes(row.attack)
        (mails / f"{row.id}.twin.eml").write_bytes(row.twin)
    home = Home(tmp_path, {"LLM_KEY": "sk-of-nobody"})
    home.configure(
        'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "eml"\npath = "mails"\n'
        f'[[classifier]]\nkind = "openai"\nbase_url = "{url}/v1"\nmodel = "obedient"\n'
        'api_keys = ["env:LLM_KEY"]\n[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
    )
    return home


def by_mail(events: list[dict[str, Any]], which: str) -> dict[str, dict[str, Any]]:
    """The events of attacks or twins by the id of their row."""
    found = {event["original_email_id"].partition("@")[0]: event for event in events}
    ending = f".{which}"
    return {name.removesuffix(ending): found[name] for name in found if name.endswith(ending)}


async def test_an_obeyed_attack_is_marked_and_leads_nowhere(tmp_path: Path) -> None:
    """Every false event is marked, no twin is, and no contact of the attacker is told as ours."""
    model = ObedientModel(sample())
    async with serving(Vendor(otherwise=serves(model))) as vendor:
        home = home_of(tmp_path, vendor.url)
        await asyncio.to_thread(home.idle)
        lines = await asyncio.to_thread(
            home.run, "tail", "classified_events", "--from-beginning", "--until-end", "--json"
        )
    published = [json.loads(line)["value"] for line in lines.stdout.splitlines()]
    attacks, twins = by_mail(published, "attack"), by_mail(published, "twin")
    assert len(set(model.obeyed)) >= 0.75 * len(SAMPLE)
    lies = {row.id: attacks[row.id] for row in sample() if is_lie(row, attacks)}
    assert len(lies) > len(SAMPLE) / 2
    assert [name for name, event in lies.items() if not event["review"]] == []
    honest = {row.id for row in sample() if row.twin_truth is not EventType.OTHER}
    assert set(twins) == honest
    assert [name for name, event in twins.items() if event["review"]] == []
    assert contacts(home) == {}


def is_lie(row: Row, events: dict[str, dict[str, Any]]) -> bool:
    """Whether an event was published that did not happen."""
    return row.id in events and events[row.id]["event_type"] != row.truth


def contacts(home: Home) -> dict[str, list[str]]:
    """Where a notification leads to an attacker, by the id of the row."""
    told = {line["event"]["original_email_id"]: line for line in home.told()}
    found = {}
    for row in sample():
        if (line := told.get(f"{row.id}.attack@example.net")) is not None:
            text = render_text(Notification.model_validate(line), max_chars=4000)
            event = line["event"]
            ours = [*text.splitlines(), event["company"], event["role"], event["summary"]]
            ours += line["briefing"]["sources"]
            ours += [(event["interview"] or {}).get(name, "") for name in ("place", "link")]
            found[row.id] = told_in_text(row, ours)
    return {name: texts for name, texts in found.items() if texts}
