"""Notifications on standard output: framed on a terminal, plain text in a pipe."""

import asyncio
import sys

from pydantic import BaseModel, ConfigDict, Field

from careerops.domain.errors import Outage
from careerops.domain.notification import Notification
from careerops.domain.render import MAX_TEXT_CHARS, render_text
from careerops.domain.taxonomy import Urgency
from careerops.ops.context import PartContext

_STYLES = {Urgency.HIGH: "bold green", Urgency.NORMAL: "cyan", Urgency.LOW: "dim"}


class ConsoleOptions(BaseModel):
    """`[[notifier]] kind = "console"`: IANA zone of the times shown, and the longest text."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    zone: str = ""
    max_chars: int = Field(default=MAX_TEXT_CHARS, ge=100, le=10_000)


class ConsoleNotifier:
    """A `Notifier` that writes to standard output."""

    Options = ConsoleOptions

    def __init__(self, options: ConsoleOptions, context: PartContext) -> None:
        """Write to whatever standard output is at the time."""
        self._options = options
        self._channel = context.name or "console"
        self._writing = asyncio.Lock()

    @property
    def channel(self) -> str:
        """The part's name, by default its kind."""
        return self._channel

    def egress(self) -> str:
        """Nothing leaves the machine."""
        return ""

    async def check(self) -> str:
        """It always works."""
        return f"{self._channel}: writes to standard output"

    async def send(self, notification: Notification) -> None:
        """Write and flush.

        Raises:
            Outage: standard output is closed.
        """
        text = render_text(notification, max_chars=self._options.max_chars, zone=self._options.zone)
        async with self._writing:
            try:
                # In a thread: a pipe that nobody reads must not stop the process.
                await asyncio.to_thread(_write, text, notification.urgency)
            except (OSError, ValueError):
                message = "standard output is closed: start again with one"
                raise Outage(message, scope=f"channel:{self._channel}") from None

    async def close(self) -> None:
        """Hold nothing."""


def _write(text: str, urgency: Urgency) -> None:
    if sys.stdout.isatty():
        _write_framed(text, urgency)
    else:
        # A stream of another encoding than UTF-8 gets what it can show.
        encoding = sys.stdout.encoding or "utf-8"
        shown = text.encode(encoding, "replace").decode(encoding)
        sys.stdout.write(shown + "\n\n")
    sys.stdout.flush()


def _write_framed(text: str, urgency: Urgency) -> None:
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    title, _, rest = text.partition("\n")
    # Text, not markup: brackets in a mail are brackets.
    panel = Panel(Text(rest or title), title=Text(title), border_style=_STYLES[urgency])
    Console(file=sys.stdout).print(panel)
