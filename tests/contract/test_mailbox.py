"""The contract of `Mailbox`, for every kind that needs no server."""

from pathlib import Path

import pytest

from careerops.registry import REGISTRY
from support.mailbox_contract import LiveMailboxContract, MailboxContract
from support.mailboxes import ARCHIVES, LIVE, Source

SERVED = {"imap": "tests/integration/test_imap_contract.py"}
"""Kinds whose contract runs against a server, and where."""


class TestLiveMailbox(LiveMailboxContract):
    """Files and folders that mail is delivered to."""

    @pytest.fixture(params=LIVE, ids=lambda kind: kind.kind)
    def source(self, request: pytest.FixtureRequest, tmp_path: Path) -> Source:
        """An empty place of each kind."""
        built: Source = request.param(tmp_path)
        return built


class TestArchive(MailboxContract):
    """Files that somebody exported once."""

    @pytest.fixture(params=ARCHIVES, ids=lambda kind: kind.kind)
    def source(self, request: pytest.FixtureRequest, tmp_path: Path) -> Source:
        """A place of each kind."""
        built: Source = request.param(tmp_path)
        return built


def test_every_registered_kind_has_its_contract_run() -> None:
    """A new mailbox cannot be registered without these tests."""
    here = {kind.kind for kind in (*LIVE, *ARCHIVES)}
    assert here | SERVED.keys() == REGISTRY["mailbox"].keys()


def test_the_modules_for_kinds_with_a_server_exist() -> None:
    """So that the line above cannot point at nothing."""
    root = Path(__file__).parents[2]
    assert all("MailboxContract" in (root / name).read_text() for name in SERVED.values())
