"""The notifiers, and which account is told by which."""

from collections.abc import Sequence
from dataclasses import dataclass

from careerops.bootstrap.parts import build_part, build_parts
from careerops.config import DEFAULT_ACCOUNT, Config, PartConfig
from careerops.domain.errors import ConfigurationError
from careerops.ops.context import PartContext
from careerops.ports.notifier import Notifier
from careerops.services.notify import EVERYONE


@dataclass(frozen=True, slots=True)
class Channel:
    """A notifier and the account it tells, or `EVERYONE` for a file or terminal of the operator.

    `local`: what it tells stays on this machine.
    """

    account: str
    notifier: Notifier
    local: bool = False


def wire_channels(config: Config, context: PartContext) -> list[Channel]:
    """Construct the notifiers; without any configured, the console.

    Raises:
        ConfigurationError: one cannot be constructed, or two have the same name.
    """
    if not config.notifier:
        _, console = build_part(
            config, PartConfig(kind="console"), "notifier", ("notifier",), context
        )
        return [Channel(EVERYONE, console, local=True)]
    channels: list[Channel] = []
    for part, _, notifier in build_parts(config, "notifier", ("notifier",), context):
        if notifier.channel in {channel.notifier.channel for channel in channels}:
            raise ConfigurationError(
                f"notifier: two are called {notifier.channel!r}; give one a `name` of its own"
            )
        # A file or a terminal is nobody's phone: it takes all accounts unless told otherwise.
        local = not notifier.egress()
        everyone = local and "account" not in part.model_fields_set
        channels.append(Channel(EVERYONE if everyone else part.account, notifier, local))
    return channels


def local_ones(channels: Sequence[Channel]) -> frozenset[str]:
    """The names of those that tell nobody elsewhere."""
    return frozenset(channel.notifier.channel for channel in channels if channel.local)


def channels_by_account(config: Config, channels: Sequence[Channel]) -> dict[str, list[str]]:
    """Account -> its channels' names.

    Raises:
        ConfigurationError: an account has a mailbox and no channel: it would never be told.
    """
    by_account: dict[str, list[str]] = {}
    for channel in channels:
        # The operator's own files: for the default account, and for whoever has no channel at all.
        accounts = (
            (DEFAULT_ACCOUNT, EVERYONE) if channel.account == EVERYONE else (channel.account,)
        )
        for account in accounts:
            by_account.setdefault(account, []).append(channel.notifier.channel)
    if EVERYONE not in by_account:
        for index, part in enumerate(config.mailbox):
            if part.account not in by_account:
                raise ConfigurationError(
                    f"mailbox[{index}].account: nobody tells {part.account!r}; "
                    f'add a [[notifier]] with account = "{part.account}"'
                )
    return by_account
