"""The notifiers, and which account is told by which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from careerops.bootstrap.parts import build_part, build_parts
from careerops.config import DEFAULT_ACCOUNT, Config, PartConfig
from careerops.domain.errors import ConfigurationError
from careerops.ops.context import PartContext
from careerops.ports.notifier import Notifier
from careerops.services.notify import EVERYONE


@dataclass(frozen=True, slots=True)
class Channel:
    """A notifier and whom it tells.

    Attributes:
        accounts: the accounts, or `EVERYONE` alone for a file or terminal of the operator.
        notifier: what tells them.
        where: its key in the configuration, '' where it was not configured.
        listed: whether `to` names the accounts, so that each has to be one of a mailbox.
        local: what it tells stays on this machine.
    """

    accounts: tuple[str, ...]
    notifier: Notifier
    where: str = ""
    listed: bool = False
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
        return [Channel((EVERYONE,), console, local=True)]
    channels: list[Channel] = []
    for part, _, notifier in build_parts(config, "notifier", ("notifier",), context):
        if notifier.channel in {channel.notifier.channel for channel in channels}:
            raise ConfigurationError(
                f"notifier: two are called {notifier.channel!r}; give one a `name` of its own"
            )
        index = next(i for i, each in enumerate(config.notifier) if each is part)
        channels.append(_channel(part, notifier, f"notifier[{index}]"))
    return channels


def _channel(part: PartConfig, notifier: Notifier, where: str) -> Channel:
    to = part.options.get("to")
    egress: Callable[[], str] = getattr(notifier, "egress", lambda: "")
    local = not egress()
    if isinstance(to, dict):
        return Channel(tuple(to), notifier, where, listed=True, local=local)
    # A file or a terminal is nobody's phone: it takes all accounts unless told otherwise.
    everyone = local and "account" not in part.model_fields_set
    return Channel((EVERYONE if everyone else part.account,), notifier, where, local=local)


def local_ones(channels: Sequence[Channel]) -> frozenset[str]:
    """The names of those that tell nobody elsewhere."""
    return frozenset(channel.notifier.channel for channel in channels if channel.local)


def channels_by_account(config: Config, channels: Sequence[Channel]) -> dict[str, list[str]]:
    """Account -> its channels' names.

    Raises:
        ConfigurationError: an account has a mailbox and no channel: it would never be told; or
            `to` names one that has no mailbox: somebody would never be told.
    """
    by_account: dict[str, list[str]] = {}
    for channel in channels:
        _check_listed(config, channel)
        accounts = channel.accounts
        if accounts == (EVERYONE,):
            # The operator's files: for the default account, and for who has no channel at all.
            accounts = (DEFAULT_ACCOUNT, EVERYONE)
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


def _check_listed(config: Config, channel: Channel) -> None:
    """Each account in a table of recipients is one of a mailbox, where there are any here."""
    known = {part.account for part in config.mailbox}
    unknown = [account for account in channel.accounts if account not in known]
    if channel.listed and known and unknown:
        name = unknown[0][:64]
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "correct it, or add its [[mailbox]]"
        raise ConfigurationError(f"{channel.where}.to: no mailbox has the account {name!r}; {hint}")
