"""The short way through the address lists that most mails have, held to the long one."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from careerops.mail import addresses as module
from careerops.mail.addresses import addresses

PARTS = [
    "Ann", "Inc.", '"', "<", ">", "ann@Example.COM", "a@b.example.", " ", "  ", "\t", ",", "é",
    ":", "(c)", "@", "=?utf-8?q?a?=", "x" * 70, "b" * 130, "\x0b", "\x1c", "\xa0", "\\",
]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=7).map("".join))
@example('"Ann  Example" <ann@Example.COM>')
@example("ann@example.com")
@example(" Ann <a@b.example.> ")
def test_the_short_way_reads_what_the_long_one_reads(value: str) -> None:
    """Whatever the list is, both find the same mailboxes."""
    with pytest.MonkeyPatch.context() as patch:
        short = list(addresses(value))
        patch.setattr(module, "_PLAIN", re.compile("(?!)"))
        assert short == list(addresses(value))


@pytest.mark.parametrize(
    "value", ["ann@example.com", "Ann <ann@example.com>", '"Ann B." <ann@example.com>']
)
def test_an_ordinary_address_goes_the_short_way(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """Else the law above would hold for nothing."""
    monkeypatch.setattr(module, "_TOKEN", None)
    (sender,) = addresses(value)
    assert (sender.address, sender.domain) == ("ann@example.com", "example.com")
