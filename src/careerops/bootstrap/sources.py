"""The mailboxes."""

from careerops.bootstrap.parts import build_parts
from careerops.config import Config, PartConfig
from careerops.domain.errors import ConfigurationError
from careerops.ops.context import PartContext
from careerops.ports.mailbox import Mailbox


def wire_mailboxes(config: Config, context: PartContext) -> list[tuple[PartConfig, Mailbox]]:
    """Construct the mailboxes, each with its table.

    Raises:
        ConfigurationError: one cannot be constructed, or two read the same place.
    """
    mailboxes: list[tuple[PartConfig, Mailbox]] = []
    for part, _, mailbox in build_parts(config, "mailbox", ("mailbox",), context):
        if mailbox.name in {known.name for _, known in mailboxes}:
            raise ConfigurationError(
                f"mailbox: two of kind {part.kind!r} read the same place for account "
                f"{part.account!r}; remove one"
            )
        mailboxes.append((part, mailbox))
    return mailboxes
