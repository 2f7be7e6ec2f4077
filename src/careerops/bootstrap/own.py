"""Whose mails are the account's own, by the configuration."""

from collections.abc import Iterator

from careerops.config import Config, PartConfig
from careerops.ops.context import PartContext
from careerops.ops.installation import InstallationKey
from careerops.services.own import OwnMails, normal_address


def wire_own_mails(config: Config, context: PartContext) -> OwnMails:
    """The own addresses of each account: those it is watched by and those it is told from.

    A notifier's sender is a person's own address where it tells that person alone. What tells
    several accounts is an office, whose people write to them from the same address.
    """
    own: dict[str, set[str]] = {}
    told_from: dict[str, set[str]] = {}
    for part in config.mailbox:
        own.setdefault(part.account, set()).add(_address(part, "username"))
    for part in config.notifier:
        to = part.options.get("to")
        accounts = set(to) if isinstance(to, dict) else {part.account}
        told_from.setdefault(_address(part, "sender"), set()).update(accounts)
    for sender, accounts in told_from.items():
        if len(accounts) == 1:
            own.setdefault(accounts.pop(), set()).add(sender)
    return OwnMails(
        {account: frozenset(found - {""}) for account, found in own.items()},
        frozenset(told_from) - {""},
        InstallationKey(context.documents),
    )


def watched_recipients(config: Config) -> Iterator[tuple[int, int]]:
    """(index of the notifier, index of the mailbox) where the one tells what the other watches."""
    watched = [_address(part, "username") for part in config.mailbox]
    for number, part in enumerate(config.notifier):
        told = {normal_address(text) for text in _texts(part.options.get("to"))}
        for index, address in enumerate(watched):
            if address and address in told:
                yield number, index


def _address(part: PartConfig, key: str) -> str:
    value = part.options.get(key)
    return normal_address(value) if isinstance(value, str) else ""


def _texts(value: object) -> Iterator[str]:
    """The strings in a string, a list or a table."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
