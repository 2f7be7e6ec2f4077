"""The contract of the `Classifier` port, for every kind that needs no network."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from careerops.domain.career import Classification
from careerops.domain.email import CalendarEvent, Link, MarkKind, RawEmail
from careerops.domain.errors import CareerOpsError
from careerops.domain.taxonomy import EventType
from careerops.ports.classifier import Classifier
from careerops.registry import REGISTRY
from support.rules import make_mail, part_context

OFFLINE = sorted(set(REGISTRY["classifier"]) & {"rules", "local"})
"""Kinds that decide on this machine; the others ask a provider and are tested with one."""

OFFER = "We are delighted to offer you the position of Baker at Acme. The offer letter is attached."
HOSTILE = {
    "an empty mail": make_mail(),
    "a long body": make_mail("Interview", ("We invite you to an interview. " * 5000)[: 128 * 1024]),
    "one long word": make_mail("x" * 1000, "A" * 128 * 1024),
    "control characters": make_mail("Off\x00er\x07\r\nBcc: x", f"\x00\x1b[31m{OFFER}\x9f"),
    "nothing but marks": make_mail("-" * 300, "> " * 1000),
    "lone surrogates and symbols": make_mail("\ufffd\U0001f600\u202e", "\u200b\u0301" * 500),
    "many links": make_mail("hi", "x", links=(Link(domain="a.example", url="/"),) * 500),
    "many invitations": make_mail("Interview", "", calendar=(CalendarEvent(zone="../x"),) * 100),
    "a strange sender": make_mail("hi", "x", name="\n" * 100, address="@@@..."),
}  # fmt: skip


def construct(kind: str) -> Any:
    """The adapter of `kind` with its default options."""
    module, _, name = REGISTRY["classifier"][kind].partition(":")
    adapter = getattr(importlib.import_module(module), name)
    return adapter(adapter.Options(), part_context())


@pytest.fixture(params=OFFLINE)
async def classifier(request: pytest.FixtureRequest) -> AsyncIterator[Classifier]:
    """Every kind in turn."""
    made = construct(request.param)
    yield made
    await made.close()
    await made.close()


def check(mail: RawEmail, answer: Classification) -> None:
    """What holds for every answer."""
    assert 0.0 <= answer.confidence <= 1.0
    assert answer.evidence in mail.subject or answer.evidence in mail.body_text
    assert answer.evidence or answer.event_type is EventType.OTHER
    for text in (answer.company, answer.role, answer.summary):
        assert text == "" or text.isprintable()
        assert "://" not in text
    assert answer.provider
    assert answer.model


def test_the_contract_is_run_by_at_least_one_kind() -> None:
    """An empty registry would make this suite pass by saying nothing."""
    assert "rules" in OFFLINE


@pytest.mark.parametrize("kind", OFFLINE)
def test_its_name_is_its_kind(kind: str) -> None:
    """As in the configuration and in metric labels."""
    assert construct(kind).name == kind


async def test_a_plain_offer_is_an_offer_with_a_quote(classifier: Classifier) -> None:
    """The suite can tell an understanding classifier from a constant one."""
    mail = make_mail("Your offer", OFFER, name="Acme HR", address="hr@acme.example")
    answer = await classifier.classify(mail)
    check(mail, answer)
    assert answer.event_type is EventType.OFFER
    parcel = make_mail("Your parcel", "Your order has been shipped.", address="a@shop.example")
    assert (await classifier.classify(parcel)).event_type is EventType.OTHER


@pytest.mark.parametrize("mail", [pytest.param(mail, id=name) for name, mail in HOSTILE.items()])
async def test_a_hostile_mail_gets_an_answer_or_an_error_of_ours(
    classifier: Classifier, mail: RawEmail
) -> None:
    """Nothing but domain errors leaves a classifier, and answers stay well formed."""
    try:
        answer = await classifier.classify(mail)
    except CareerOpsError:
        return
    check(mail, answer)


@pytest.mark.parametrize("kind", [MarkKind.HIDDEN, MarkKind.QUOTED])
async def test_a_mail_of_hidden_or_quoted_words_only_is_other(
    classifier: Classifier, kind: MarkKind
) -> None:
    """What the sender does not visibly say now is no event."""
    mail = make_mail("Hello", f"Bye.\n{OFFER}", marks=((kind, OFFER),))
    answer = await classifier.classify(mail)
    check(mail, answer)
    assert answer.event_type is EventType.OTHER
    assert OFFER not in answer.evidence


async def test_concurrent_calls_do_not_mix(classifier: Classifier) -> None:
    """Many at once give what each gives alone, and the same mail the same answer."""
    mails = [*HOSTILE.values(), make_mail("Your offer", OFFER)] * 3
    together = await asyncio.gather(*map(classifier.classify, mails))
    alone = [await classifier.classify(mail) for mail in mails]
    assert list(together) == alone
