"""Which conversation a mail belongs to."""

from careerops.domain.identity import digest, thread_key
from careerops.ports.cursors import CursorStore
from careerops.ports.mailparser import ParsedMail


class Conversations:
    """Finds the RFC root of each mail's conversation (RFC 5322, section 3.6.4).

    A root is remembered for every Message-ID it was met with, so a reply that quotes only its
    parent still finds it. When two roots prove to be one conversation, later mails use the older.
    """

    def __init__(self, cursors: CursorStore, account: str) -> None:
        """Look roots up in `cursors`; they are stored as digests, never as Message-IDs."""
        self._cursors = cursors
        self._account = account

    async def resolve(self, mails: list[ParsedMail]) -> tuple[list[str], dict[str, str]]:
        """The thread key of each mail, and the roots to record with them."""
        names = [self._names(mail) for mail in mails]
        wanted = sorted({name for line in names for name in line})
        known = await self._cursors.roots(self._account, wanted) if wanted else {}
        added: dict[str, str] = {}
        keys: list[str] = []
        for mail, line in zip(mails, names, strict=True):
            found = next((known[name] for name in line if name in known), None)
            root = found or (line[0] if line else digest("alone", mail.email.event_id))
            for name in line:
                if name not in known:
                    known[name] = added[name] = root
            keys.append(thread_key(self._account, root))
        return keys, added

    def _names(self, mail: ParsedMail) -> list[str]:
        """Digests of References and In-Reply-To, oldest first, then of the mail's own id."""
        ids = dict.fromkeys((*mail.references, mail.message_id))
        return [digest("message-id", self._account, each) for each in ids if each]
