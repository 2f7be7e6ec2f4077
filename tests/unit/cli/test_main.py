"""The entry point: commands are found, errors become one line and a status."""

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
import typer

from careerops import __version__
from careerops.cli import main as entry
from careerops.cli.main import COMMANDS, FAILED, USAGE, main
from careerops.domain.errors import CareerOpsError, ConfigurationError, Outage


@pytest.fixture
def ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the entry point with arguments; status, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["careerops", *arguments])
        status: Any = 0
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Let the next command end with an error."""

    def plant(error: BaseException) -> None:
        def app(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(entry, "app", app)

    return plant


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (ConfigurationError("log: wrong;\n  mend it"), USAGE, "log: wrong; mend it"),
        (CareerOpsError("no event 'x'"), FAILED, "no event 'x'"),
        (Outage("down", scope="s"), FAILED, "down"),
        (CareerOpsError("a\x1b[31mb"), FAILED, "a\N{REPLACEMENT CHARACTER}[31mb"),
        (typer.Abort(), FAILED, "aborted"),
        (typer.BadParameter("wrong."), USAGE, "Invalid value: wrong; see careerops --help"),
        (PermissionError(13, "Permission denied", "f.toml"), FAILED, "f.toml: Permission denied"),
    ],
)
def test_an_error_is_one_line_and_a_status(
    ended: Any, failing: Any, error: Exception, status: int, says: str
) -> None:
    """Whatever it was; nothing on stdout."""
    failing(error)
    code, out, err = ended("status")
    assert (code, out) == (status, "")
    assert err.startswith(f"careerops: {says}")
    assert err.count("\n") == 1


def test_what_nobody_expected_is_logged_by_place_and_not_quoted(ended: Any, failing: Any) -> None:
    """Its text may be a mail; the type and where it happened are said."""
    failing(KeyError("planted"))
    code, _, err = ended("status")
    log, line = err.splitlines()
    assert code == FAILED
    assert '"unhandled_error"' in log
    assert line.startswith("careerops: KeyError where none was expected")
    assert "planted" not in err


def test_debug_shows_everything_above_the_line(ended: Any, failing: Any) -> None:
    """With the same status."""
    failing(ConfigurationError("log: wrong"))
    code, _, err = ended("--debug", "status")
    assert code == USAGE
    assert "Traceback" in err
    assert err.endswith("careerops: log: wrong\n")


def test_an_interrupt_is_the_shells_status_for_it(ended: Any, monkeypatch: Any) -> None:
    """130, without a word."""
    module = import_module("careerops.cli.status")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "session_of", interrupted)
    assert ended("status") == (130, "", "")


def test_the_version_is_printed(ended: Any) -> None:
    """Without loading anything else."""
    assert ended("--version") == (0, f"careerops {__version__}\n", "")


def test_help_lists_every_command_with_its_line(ended: Any) -> None:
    """In the order of the table."""
    _, out, _ = ended()
    positions = [out.index(f"  {name} ") for name in COMMANDS]
    assert positions == sorted(positions)
    assert ended("--help")[1] == out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(ended: Any, name: str) -> None:
    """Its module is found, its help is that of the table."""
    code, out, _ = ended(name, "--help")
    assert code == 0
    assert f"careerops {name}" in out


def test_a_command_that_is_none_is_refused(ended: Any) -> None:
    """Usage, status 2."""
    code, _, err = ended("walk")
    assert code == USAGE
    assert err == "careerops: No such command 'walk'; see careerops --help\n"


def test_asking_for_help_imports_no_command() -> None:
    """`careerops --help` is instant."""
    code = (
        "import sys; sys.argv = ['careerops', '--help']\n"
        "from careerops.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = [n for n in sys.modules if n.startswith(('careerops.cli.', 'careerops.bootstrap',"
        " 'careerops.adapters', 'pydantic', 'aiohttp', 'rich', 'structlog'))]\n"
        "print(sorted(set(heavy) - {'careerops.cli.main', 'careerops.cli.session'}))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
