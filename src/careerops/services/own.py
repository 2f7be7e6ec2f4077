"""Mails that tell nothing new: our own notifications that come back, and what the person wrote.

A notification that lands in a watched mailbox reads like the mail it is about; told again it would
come back again, for ever. It is known by its mark (see `mail.ownmark`), which nobody else can make:
a stranger's header alone hides no mail. A mail from one of the account's own addresses, or in its
folder of sent mail, is what the person said. Who claims such an address and fails the receiving
server's checks is not that person, and is read like anybody.
"""

import re
from collections.abc import Mapping
from typing import Final, Protocol

from careerops.domain.career import Classification
from careerops.domain.email import RawEmail
from careerops.domain.taxonomy import EventType
from careerops.mail.ownmark import is_genuine
from careerops.ops.installation import InstallationKey
from careerops.ports.classifier import Classifier

OWN: Final = "own"
"""The provider of what is said of own mails."""
OURS: Final = "A notification of CareerOps itself."
SENT: Final = "Written by you: it lies in a folder of sent mail."
WRITTEN: Final = "Written by you: it comes from an address of this account."

_SENT_FOLDERS: Final = frozenset(
    """sent|sent items|sent mail|sent messages|gesendet|gesendete objekte|gesendete elemente
    |enviados|elementos enviados|correo enviado|itens enviados|envoyés|messages envoyés
    |éléments envoyés|posta inviata|inviati|verzonden|verzonden items|भेजे गए""".replace(
        "\n    ", ""
    ).split("|")
)
"""What mail programs call the folder, in the languages that are read here."""
_PATH: Final = re.compile(r"[/.\\]")
_GMAIL: Final = {"googlemail.com": "gmail.com"}


def normal_address(text: str) -> str:
    """The mailbox that an address reaches, '' if `text` is none.

    Lower case, without a tag behind `+` (RFC 5233); Gmail ignores dots and has two domains.
    """
    local, at, domain = text.strip().lower().rpartition("@")
    local = local.split("+", 1)[0]
    domain = _GMAIL.get(domain, domain)
    if domain == "gmail.com":
        local = local.replace(".", "")
    return f"{local}@{domain}" if at and local and domain and " " not in local else ""


class OwnMails:
    """Tells them from others' mails."""

    def __init__(
        self,
        addresses: Mapping[str, frozenset[str]],
        senders: frozenset[str],
        key: InstallationKey,
    ) -> None:
        """Know the own `addresses` of each account, and the `senders` of our notifications.

        Both are as `normal_address` gives them.
        """
        self._addresses = addresses
        self._senders = senders
        self._key = key

    async def reason(self, mail: RawEmail) -> str:
        """Why `mail` is not told, '' if it is somebody else's. Raises `Outage`: no store."""
        sender = "" if mail.auth.failed else normal_address(mail.sender.address)
        if mail.own_marks:
            if sender and sender in self._senders:
                return OURS  # also by an installation of before, whose key is gone
            key = await self._key.get()
            if any(is_genuine(mark, key) for mark in mail.own_marks):
                return OURS
        if any(_PATH.split(label.casefold())[-1] in _SENT_FOLDERS for label in mail.labels):
            return SENT
        return WRITTEN if sender in self._addresses.get(mail.account, ()) else ""


class Answering(Classifier, Protocol):
    """A classifier that can also answer without its providers."""

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """The fallback's answer, None if there is none."""
        ...


class OwnMailsFirst:
    """A classifier before all others: nobody is asked about the account's own mails."""

    def __init__(self, own: OwnMails, classifier: Answering) -> None:
        """Ask `classifier` about others' mails."""
        self._own = own
        self._classifier = classifier

    @property
    def name(self) -> str:
        """That of the classifier behind it."""
        return self._classifier.name

    async def classify(self, mail: RawEmail) -> Classification:
        """OTHER and why, of an own mail; else what the classifier says. Raises what that raises."""
        return await self._own_answer(mail) or await self._classifier.classify(mail)

    async def degrade(self, mail: RawEmail, reason: str) -> Classification | None:
        """As `classify`, without providers."""
        return await self._own_answer(mail) or await self._classifier.degrade(mail, reason)

    async def close(self) -> None:
        """Close the classifier."""
        await self._classifier.close()

    async def _own_answer(self, mail: RawEmail) -> Classification | None:
        why = await self._own.reason(mail)
        if not why:
            return None
        return Classification(event_type=EventType.OTHER, confidence=1.0, summary=why, provider=OWN)
