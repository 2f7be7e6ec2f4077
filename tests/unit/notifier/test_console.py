"""Standard output: plain in a pipe, framed on a terminal, and nothing a terminal would obey."""

import asyncio
import io
import os
import sys

import pytest

from careerops.adapters.notifier.console import ConsoleNotifier
from careerops.domain.errors import Outage
from support.adapters import context, hostile, notification


def build(**options: object) -> ConsoleNotifier:
    """A notifier."""
    return ConsoleNotifier(ConsoleNotifier.Options.model_validate(options), context())


async def test_in_a_pipe_it_is_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    """The text and an empty line."""
    await build(zone="UTC").send(notification())
    out = capsys.readouterr().out
    assert out.startswith("Interview: Bluefin Energy, Data Engineer\nWhen: Thu 5 Mar 2026, 13:00")
    assert out.endswith("\n\n")
    assert "\x1b" not in out


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """It is."""
        return True


async def test_on_a_terminal_it_is_framed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The title in the frame, markup of a mail shown as it is."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "100")
    await build().send(hostile())
    shown = terminal.getvalue()
    assert "╭" in shown
    assert "[31m" in shown  # the escape character itself is gone
    assert "\x1b[31m" not in shown


async def test_lines_of_notifications_do_not_mix(capsys: pytest.CaptureFixture[str]) -> None:
    """Sends at once are written one after another."""
    notifier = build()
    await asyncio.gather(*(notifier.send(notification(n)) for n in range(20)))
    blocks = capsys.readouterr().out.strip().split("\n\n")
    assert len(blocks) == 20
    assert len(set(blocks)) == 1


async def test_an_encoding_without_the_characters_loses_them_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A person with an old locale is told too."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    await build().send(notification())
    assert b"Why: ?we would like" in raw.getvalue()


async def test_a_closed_output_is_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of the pipe has gone, or there is no output at all."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as broken:  # noqa: PTH123, ASYNC230  # a descriptor has no path, and opening one does not wait
        monkeypatch.setattr(sys, "stdout", broken)
        with pytest.raises(Outage, match="standard output is closed"):
            await build().send(notification())
        monkeypatch.undo()
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    with pytest.raises(Outage):
        await build().send(notification())
