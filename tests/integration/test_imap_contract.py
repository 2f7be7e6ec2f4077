"""The contract of `Mailbox` for IMAP, against Dovecot."""

import pytest

from support.dovecot import PASSWORD, Dovecot, dovecot
from support.imap_places import PASSWORD_VARIABLE, ImapSource
from support.mailbox_contract import LiveMailboxContract
from support.mailboxes import Source

__all__ = ["dovecot"]

pytestmark = pytest.mark.integration


class TestImapMailbox(LiveMailboxContract):
    """The INBOX of a user of its own for each test."""

    @pytest.fixture
    def source(self, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Source:
        """An empty INBOX."""
        monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
        return ImapSource(dovecot)
