"""Whose mails are an account's own, by the configuration."""

from pathlib import Path

from careerops.bootstrap.own import watched_recipients, wire_own_mails
from careerops.config import Config, build_config
from careerops.domain.email import Sender
from support.adapters import context, mail


def configured(folder: Path) -> Config:
    """An office: two students, a shared sender, mailboxes of several kinds."""
    return build_config(
        {
            "mailbox": [
                {"kind": "imap", "username": "ann@uni.example", "account": "ann"},
                {"kind": "imap", "username": "bob", "account": "bob", "name": "b"},
                {"kind": "eml", "path": "x"},
            ],
            "notifier": [
                {
                    "kind": "email",
                    "account": "ann",
                    "sender": "office@uni.example",
                    "to": {"ann": ["Ann@uni.example"], "bob": ["bob@private.example"]},
                },
                {"kind": "whatsapp", "to": "+4917000000"},
                {"kind": "email", "name": "1", "sender": "solo@x.example", "to": "a@x.example"},
                {"kind": "email", "name": "2", "sender": "desk@x.example", "to": "a@x.example"},
                {
                    "kind": "email",
                    "name": "3",
                    "account": "bob",
                    "sender": "desk@x.example",
                    "to": ["bob@private.example"],
                },
                {"kind": "console", "sender": 5},
            ],
        },
        folder,
        {},
    )


async def test_addresses_are_the_accounts_that_are_configured_with_them(tmp_path: Path) -> None:
    """What an office writes to those whom it tells is no mail of theirs."""
    own = wire_own_mails(configured(tmp_path), context())
    cases = {
        ("ann", "ann@uni.example"): True,
        ("ann", "office@uni.example"): False,
        ("me", "solo@x.example"): True,
        ("me", "desk@x.example"): False,
        ("bob", "desk@x.example"): False,
        ("bob", "office@uni.example"): False,
        ("bob", "ann@uni.example"): False,
        ("bob", "bob@private.example"): False,
        ("me", ""): False,
    }
    for (account, address), wanted in cases.items():
        came = mail(account=account, sender=Sender(address=address))
        assert bool(await own.reason(came)) is wanted, (account, address)


def test_a_watched_recipient_is_found_in_any_spelling(tmp_path: Path) -> None:
    """(notifier, mailbox)."""
    assert list(watched_recipients(configured(tmp_path))) == [(0, 0)]
