"""Identities: the same mail is one event, another mail is another, whatever wrote the headers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.domain.identity import (
    account_key,
    collapse,
    digest,
    mail_id,
    normalise_message_id,
    notification_id,
    thread_key,
)

WORDS = st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), min_size=1)
FOLDS = st.sampled_from([" ", "  ", "\t", "\r\n ", "\r\n\t", "\n  "])
FACTS = {
    "account": "me",
    "message_id": "<m1@acme.example>",
    "sender": "jobs@acme.example",
    "date": "Mon, 05 Jan 2026 09:00:00 +0000",
    "subject": "Your interview",
    "body_text": "Please join us.",
}


def an_id(**changes: str) -> str:
    """The id of the mail of `FACTS` with some of them changed."""
    return mail_id(**(FACTS | changes))


@given(words=WORDS, folds=st.data())
def test_folding_and_white_space_do_not_make_another_mail(words: list[str], folds: Any) -> None:
    """A header is the same header wherever a server folded it (RFC 5322, section 2.2.3)."""
    plain = " ".join(words)
    folded = folds.draw(FOLDS).join(words) + folds.draw(st.sampled_from(["", " ", "\r\n "]))
    assert an_id(subject=plain) == an_id(subject=folded)
    assert an_id(date=plain) == an_id(date=folded)
    assert an_id(message_id="", body_text=plain) == an_id(message_id="", body_text=folded)


@given(
    name=st.sampled_from(["account", "sender", "date", "subject", "message_id"]),
    more=st.text("xyz"),
)
def test_each_fact_makes_another_mail(name: str, more: str) -> None:
    """A reused Message-ID merges nothing, neither do equal mails of two accounts."""
    changed = an_id(**{name: FACTS[name] + more})
    assert (changed == an_id()) == (not more or (name == "message_id"))


@pytest.mark.parametrize("other", ["<m2@acme.example>", "<m1@other.example>", "<M1@acme.example>"])
def test_another_message_id_makes_another_mail(other: str) -> None:
    """The local part is case-sensitive (RFC 5322, section 3.6.4)."""
    assert an_id(message_id=other) != an_id()


@given(body=st.text())
def test_the_body_counts_only_where_the_message_id_is_missing(body: str) -> None:
    """A footer that a list server adds makes no second mail of one with an id."""
    assert an_id(body_text=body) == an_id()
    without = an_id(message_id="", body_text=body)
    assert (without == an_id(message_id="")) == (collapse(body) == FACTS["body_text"])


@given(address=st.emails())
def test_the_case_of_an_address_does_not_count(address: str) -> None:
    """Servers change it."""
    assert an_id(sender=address.upper().lower()) == an_id(sender=address)


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("<a.B@Example.ORG>", "a.B@example.org"),
        (" <a@b.example> (comment) ", "a@b.example"),
        ("a@B.example", "a@b.example"),
        ("<a@b\r\n .example>", "a@b.example"),
        ("<no-domain>", "no-domain"),
        ("", ""),
        ("   ", ""),
        ("<>", ""),
    ],
)
def test_a_message_id_is_stripped_of_what_is_not_its_own(raw: str, normal: str) -> None:
    """Brackets, comments and folding go, the domain is lower-cased."""
    assert normalise_message_id(raw) == normal


@given(raw=st.text())
def test_a_normal_message_id_stays_as_it_is(raw: str) -> None:
    """Normalising again changes nothing, so that a stored one can be compared."""
    once = normalise_message_id(raw)
    if "<" not in once:
        assert normalise_message_id(once) == once


@given(one=st.lists(st.text(st.characters())), other=st.lists(st.text(st.characters())))
def test_joining_parts_makes_no_collisions(one: list[str], other: list[str]) -> None:
    """("ab", "c") and ("a", "bc") differ; lone surrogates of broken mails are taken too."""
    assert (digest(*one) == digest(*other)) == (one == other)
    assert digest("\ud800", *one) != digest(*one)


def test_no_address_stands_in_a_key() -> None:
    """Keys are hashes, and differ by account."""
    key = thread_key("me", "m1@acme.example")
    assert len(key) == len(account_key("me")) == 32
    assert "acme" not in key
    assert key != thread_key("you", "m1@acme.example")
    assert account_key("me") != account_key("you")


def test_each_resend_is_a_notification_of_its_own() -> None:
    """Revision, kind and resend count; the same again is the same."""
    ids = {
        notification_id("e", revision, kind, resend)
        for revision in (0, 1)
        for kind in ("tell", "withdraw")
        for resend in (0, 1)
    }
    assert len(ids) == 8
    assert notification_id("e", 0, "tell") in ids
