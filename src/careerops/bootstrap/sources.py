"""The mailboxes, and the names that people know them by."""

from collections import Counter
from collections.abc import Sequence

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


def mailbox_names(config: Config) -> Sequence[str]:
    """What to call each mailbox, in the configuration's order: unique within its account.

    It is the table's `name`, by default its kind; where two are called the same, the place among
    all mailboxes tells them apart.
    """
    plain = [(part.account, part.name or part.kind) for part in config.mailbox]
    count = Counter(plain)
    return [
        name if count[account, name] == 1 else f"{name}[{index}]"
        for index, (account, name) in enumerate(plain)
    ]
