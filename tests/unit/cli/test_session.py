"""Output of commands: for a terminal, for a pipe, and nothing that a terminal would obey."""

import asyncio
import io
import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.cli import history, session
from careerops.cli.demo import _example, live_view
from careerops.cli.history import progress_bar
from careerops.cli.session import (
    note,
    print_json,
    print_line,
    print_table,
    printable,
    run_async,
    run_stoppable,
)
from careerops.domain.notification import Notification
from careerops.services.source_progress import SourceProgress
from support.adapters import event


class Terminal(io.StringIO):
    """A terminal that keeps what it was sent."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def opened_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Both streams; in the test itself, since the capturing of fixtures puts them back."""
    made = Terminal()
    monkeypatch.setattr(sys, "stdout", made)
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return made


@given(text=st.text())
def test_what_is_shown_is_printable(text: str) -> None:
    """Whatever a mail holds; what was printable stays as it was."""
    shown = printable(text)
    assert len(shown) == len(text)
    assert all(char.isprintable() or char in "\n\t" for char in shown)
    assert printable(shown) == shown


@given(value=st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_json_is_one_printable_line_that_says_the_same(value: Any) -> None:
    """Escapes instead of controls, also for lone surrogates and invisible characters."""
    written: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", SimpleNamespace(write=written.append))
        print_json(value)
    (line,) = written
    assert json.loads(line) == value
    assert line.endswith("\n")
    assert line[:-1].isprintable()


def test_letters_of_all_languages_stay_readable(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON for a person's pipe."""
    print_json({"subject": "Größe 職 نص"})
    assert "Größe 職 نص" in capsys.readouterr().out


def test_a_pipe_gets_plain_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """Aligned, one row a line whatever is in a cell, no blanks at the end."""
    print_table(("id", "subject"), [(1, "a\nb\x1b[31m"), (22, "")])
    assert capsys.readouterr().out == "id  subject\n1   a b\N{REPLACEMENT CHARACTER}[31m\n22\n"
    print_table(("id", "subject"), [])
    assert capsys.readouterr().out == "id  subject\n"


def test_a_terminal_gets_a_table_and_no_markup_of_a_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Brackets are brackets."""
    terminal = opened_terminal(monkeypatch)
    print_table(("id", "subject"), [(1, "[red]Offer[/red] \x1b[2J")])
    out = terminal.getvalue()
    assert "[red]Offer[/red]" in out
    assert "\x1b[2J" not in out
    assert "┃" in out


def test_notes_go_to_the_person_and_lines_to_the_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """Stderr and stdout."""
    note("look\x07")
    print_line("data\x07")
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "data\N{REPLACEMENT CHARACTER}\n",
        "look\N{REPLACEMENT CHARACTER}\n",
    )


def test_the_result_of_a_short_command_is_its_status() -> None:
    """None and 0 are success."""

    async def ends(status: int | None) -> int | None:
        return status

    run_async(lambda: ends(None))
    run_async(lambda: ends(0))
    with pytest.raises(Exception, match="3") as caught:
        run_async(lambda: ends(3))
    assert getattr(caught.value, "exit_code", None) == 3


def test_a_longer_command_ends_by_itself_or_with_its_own_error() -> None:
    """A signal is for the tests of the installed command."""
    done: list[str] = []

    async def work() -> None:
        await asyncio.sleep(0)
        done.append("done")

    run_stoppable(work)
    assert done == ["done"]

    async def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        run_stoppable(fail)

    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run_stoppable(cancelled)


def test_an_import_shows_its_progress_on_a_terminal(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rate and share of the bytes; of a folder all files count."""
    terminal = opened_terminal(monkeypatch)
    (tmp_path / "a.eml").write_bytes(b"x" * 100)
    (tmp_path / "b.eml").write_bytes(b"x" * 100)
    assert history._size_bytes(tmp_path) == 200
    with progress_bar(tmp_path / "a.eml") as show:
        assert show is not None
        show(SourceProgress(published=1, duplicates=1, read_bytes=50))
        show(SourceProgress(published=2, duplicates=1, read_bytes=100))
    err = terminal.getvalue()
    assert "100%" in err
    assert "3 mails" in err


def test_a_pipe_gets_neither_bar_nor_live_view(tmp_path: Any) -> None:
    """Long commands show progress on a terminal and none in a pipe."""
    with progress_bar(tmp_path) as show:
        assert show is None
    with live_view() as show:
        assert show is None


def test_the_demo_draws_what_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stage with what it did, does, and has before it."""
    terminal = opened_terminal(monkeypatch)
    reader = SimpleNamespace(progress=SourceProgress(published=7))
    worker = SimpleNamespace(stage="classify", settled=5, running=2, held=4)
    with live_view() as show:
        show(SimpleNamespace(readers=[reader], workers=[worker]))
    err = terminal.getvalue()
    assert "CareerOps at work" in err
    assert "classify" in err


def test_the_example_is_an_interview_with_a_time_if_there_is_one() -> None:
    """Else the first that was told, else none."""
    plain = Notification(notification_id="a", event=event(interview=None))
    alert = Notification(notification_id="b")
    timed = Notification(notification_id="c", event=event())
    assert _example([]) is None
    assert _example([alert, plain]) is alert
    assert _example([alert, plain, timed]) is timed


def test_the_session_is_the_commands_own() -> None:
    """`--json` counts before and after the command."""
    given = session.Session(json=False)
    context: Any = SimpleNamespace(find_root=lambda: SimpleNamespace(obj=given))
    assert not session.session_of(context).json
    assert session.session_of(context, json_too=True).json
