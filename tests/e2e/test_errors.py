"""Everything that can be wrong with a start: one line, the key, the remedy, the right status."""

import json
import re
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from careerops.cli.main import FAILED, USAGE
from support.cli import Home
from support.mails import mixed, write_mbox

pytestmark = pytest.mark.e2e

CLASSIFIER = '[[classifier]]\nkind = "openai"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\n'
WHATSAPP = (
    '[[notifier]]\nkind = "whatsapp"\nphone_number_id = "1"\nto = "+491700000000"\n'
    'access_token = "file:token.txt"\n'
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a configuration that works."""
    home = Home(tmp_path)
    write_mbox(tmp_path / "inbox.mbox", mixed(2, 1))
    home.mbox(tmp_path / "inbox.mbox")
    return home


def said(stderr: str) -> list[str]:
    """The lines on stderr that are no log lines."""
    lines = stderr.splitlines()
    return [line for line in lines if not (line.startswith("{") and "event" in json.loads(line))]


def refused(home: Home, *arguments: str, status: int) -> str:
    """The one line that a command ends with."""
    done = home.run(*arguments, check=False, timeout_s=60)
    lines = said(done.stderr)
    assert len(lines) == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == status, done.stderr
    assert lines[0].startswith("careerops: ")
    return lines[0].removeprefix("careerops: ")


def add(text: str) -> Callable[[Home], None]:
    """Append to the configuration."""

    def change(home: Home) -> None:
        path = home.folder / "careerops.toml"
        path.write_text(path.read_text() + text)

    return change


def replace(old: str, new: str) -> Callable[[Home], None]:
    """Replace a part of the configuration."""

    def change(home: Home) -> None:
        path = home.folder / "careerops.toml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


def both(*changes: Callable[[Home], None]) -> Callable[[Home], None]:
    """One change after the other."""

    def change(home: Home) -> None:
        for each in changes:
            each(home)

    return change


WRONG: dict[str, tuple[Callable[[Home], None], str]] = {
    "no file": (
        lambda home: (home.folder / "careerops.toml").unlink(),
        r"no careerops\.toml here: create one with `careerops init`",
    ),
    "unreadable as TOML": (add("[["), r"careerops\.toml: not valid TOML"),
    "unknown kind": (
        replace('kind = "mbox"', 'kind = "mbx"'),
        r"mailbox\[0\]\.kind: unknown kind 'mbx'; did you mean mbox\?",
    ),
    "unknown table": (
        add('[[mailboxes]]\nkind = "mbox"\n'),
        r"careerops\.toml: mailboxes: unknown key; did you mean mailbox\?",
    ),
    "misspelt key at the top": (
        replace("log =", "lgo ="),
        r"careerops\.toml: lgo: unknown key; did you mean log\?",
    ),
    "misspelt key in a section": (
        add("[classify]\nconcurency = 3\n"),
        r"classify\.concurency: unknown key; did you mean concurrency\?",
    ),
    "misspelt key in a part": (
        replace('path = "told', 'pth = "told'),
        r"notifier\[0\]\.pth: unknown key; did you mean path\?",
    ),
    "value of another type": (
        add('[http]\nport = "planted"\n'),
        r"careerops\.toml: http\.port: input should be a valid integer",
    ),
    "secret variable not set": (
        add(CLASSIFIER + 'api_keys = ["env:CAREERLESS_NOT_SET"]\n'),
        r"classifier\[1\]\.api_keys\[0\]: the secret env:CAREERLESS_NOT_SET is not readable: set",
    ),
    "secret file missing": (
        add(WHATSAPP),
        r"notifier\[1\]\.access_token: the secret file:token\.txt is not readable: .*create",
    ),
    "secret written in place": (
        add(CLASSIFIER + 'api_keys = ["planted-secret"]\n'),
        r"classifier\[1\]\.api_keys\[0\].*: write a reference: env:NAME",
    ),
    "no such folder for the database": (
        replace("careerops.db", "gone/careerops.db"),
        r"log: the database .*gone/careerops\.db cannot be opened .*: create the folder",
    ),
    "a folder as database": (
        both(
            replace("careerops.db", "folder"),
            lambda home: (home.folder / "folder").mkdir(),
        ),
        r"log: the database .*folder cannot be opened \(Is a directory\): check the path",
    ),
    "a folder that nobody may write to": (
        replace("sqlite:///careerops.db", "sqlite:////sys/careerops.db"),
        r"log: the database /sys/careerops\.db cannot be opened .*: check the path and its perm",
    ),
    "a database that is none": (
        lambda home: home.database.write_bytes(b"From the beginning, this was no database." * 99),
        r"log: the database .*careerops\.db .*move the file away",
    ),
    "mailbox that is not there": (
        replace("inbox.mbox", "gone.mbox"),
        r"mbox .*gone\.mbox does not exist: correct `path`",
    ),
    "mailbox that is no mbox": (
        lambda home: (home.folder / "inbox.mbox").write_text("Dear Jo,\n"),
        r"mbox .*inbox\.mbox does not begin with a `From ` line",
    ),
    "brokers that are not there": (
        replace("sqlite:///careerops.db", "kafka://127.0.0.1:9"),
        r"log: Kafka cannot be used \(_TRANSPORT\): check its brokers",
    ),
    "unknown log": (
        replace("sqlite:///careerops.db", "amqp://127.0.0.1:9"),
        r"log: 'amqp' is nothing this release can open; use sqlite:///PATH or kafka://HOST:PORT",
    ),
    "two channels of one name": (
        add('[[notifier]]\nkind = "jsonl"\n'),
        r"notifier: two are called 'jsonl'; give one a `name`",
    ),
    "nobody to tell": (
        both(
            replace('kind = "mbox"', 'kind = "mbox"\naccount = "you"'),
            replace('kind = "jsonl"', 'kind = "jsonl"\naccount = "me"'),
        ),
        r"mailbox\[0\]\.account: nobody tells 'you'; add a \[\[notifier\]\]",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_configuration_that_cannot_work_is_one_line_with_key_and_remedy(
    home: Home, name: str
) -> None:
    """Status 2, and no value that may be a secret in the wrong place."""
    change, says = WRONG[name]
    change(home)
    line = refused(home, "run", "--until-idle", status=USAGE)
    assert re.search(says, line), line
    assert "planted" not in line


def test_a_file_named_and_missing_says_how_to_make_one(home: Home) -> None:
    """`--config` is taken at its word."""
    line = refused(home, "--config", "other.toml", "status", status=USAGE)
    assert line == "other.toml: no such file; create it with: careerops init"


def test_a_variable_that_overrides_nothing_is_named(home: Home) -> None:
    """A misspelt override is no silence."""
    home.environment["CAREEROPS_HTTP__PROT"] = "0"
    line = refused(home, "status", status=USAGE)
    assert "http.prot: unknown key; did you mean port?" in line


def test_a_taken_port_is_named_with_what_to_do(home: Home) -> None:
    """Before anything is read or told."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        add(f"[http]\nport = {port}\n")(home)
        line = refused(home, "run", "--until-idle", status=USAGE)
    assert line.startswith(f"http.port {port} is taken: stop the process that holds it")
    assert home.told() == []


def test_a_second_run_on_one_database_is_refused(home: Home) -> None:
    """Status 1: nothing is wrong with the configuration."""
    process = home.start("run")
    try:
        until_told(home)
        line = refused(home, "run", "--until-idle", status=FAILED)
        assert str(process.pid) in line
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def until_told(home: Home) -> None:
    """Return when the run has done its work."""
    deadline = time.monotonic() + 30
    while len(home.told()) < 2:
        assert time.monotonic() < deadline, "nothing was told"
        time.sleep(0.02)


def test_an_outage_that_lasts_ends_the_run_with_scope_and_count(home: Home) -> None:
    """Status 1; nothing is lost: mended and run again, all is told."""
    home.told_path.mkdir()
    line = refused(home, "run", "--until-idle", "--max-wait", "0.3", status=FAILED)
    assert re.match(
        r"channel:jsonl has been out for \d+ s and its notifications wait for it \(\d\);", line
    )
    assert "--max-wait" in line
    home.told_path.rmdir()
    home.idle()
    assert len(home.told()) == 2


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("run", "--max-wait", "soon"), USAGE, r"'--max-wait'.*see careerops run --help"),
        (("run", "--max-wait", "-1"), USAGE, r"'--max-wait'.*see careerops run --help"),
        (("run", "--nope"), USAGE, r"No such option: --nope; see careerops run --help"),
        (("walk",), USAGE, r"No such command 'walk'; see careerops --help"),
        (("events",), USAGE, r"Missing command; see careerops events --help"),
        (("events", "show"), USAGE, r"Missing argument.*see careerops events show --help"),
        (("events", "list", "--type", "JOY"), USAGE, r"--type.*'JOY'"),
        (("events", "list", "--limit", "0"), USAGE, r"--limit"),
        (("events", "show", "abc"), FAILED, r"no event 'abc': see careerops events list"),
        (("events", "resend", "abc"), FAILED, r"no event 'abc'"),
        (("events", "relabel", "abc", "OFFER"), FAILED, r"no event 'abc'"),
        (("events", "relabel", "abc", "JOY"), USAGE, r"'JOY'"),
        (("tail", "nowhere"), USAGE, r"no topic 'nowhere': see careerops topics"),
        (("dlq", "show", "0-7"), FAILED, r"no waiting dead letter '0-7': see careerops dlq list"),
        (("dlq", "discard", "0-7"), FAILED, r"no waiting dead letter"),
        (("dlq", "replay", "0-7"), FAILED, r"no waiting dead letter"),
        (("dlq", "replay"), USAGE, r"name letters, or give --all"),
        (("dlq", "replay", "0-7", "--all"), USAGE, r"name letters, or give --all"),
        (("cursors", "reset", "x"), FAILED, r"no source 'x': see careerops cursors list"),
        (("import", "gone.mbox"), USAGE, r"gone\.mbox: no such file or folder"),
        (("import",), USAGE, r"Missing argument.*see careerops import --help"),
        (("import", "careerops.toml"), USAGE, r"not an mbox"),
        (("import", "inbox.mbox", "--account", "a b"), USAGE, r"account"),
        (("evaluate", "--data", "gone.jsonl"), USAGE, r"--data gone\.jsonl: no such file"),
        (("evaluate", "--data", "careerops.toml"), FAILED, r"careerops\.toml:1: the line: "),
        (("init",), USAGE, r"careerops\.toml: exists already; .*--force"),
    ],
)
def test_a_command_that_cannot_be_done_is_one_line(
    home: Home, arguments: tuple[str, ...], status: int, says: str
) -> None:
    """Usage is status 2, a failure 1; each says where to look."""
    line = refused(home, *arguments, status=status)
    assert re.search(says, line), line


def test_a_traceback_is_shown_to_who_asks_for_it(home: Home) -> None:
    """Above the same line, with the same status."""
    done = home.run("--debug", "events", "show", "abc", check=False)
    assert done.returncode == FAILED
    assert "Traceback (most recent call last)" in done.stderr
    assert done.stderr.endswith("careerops: no event 'abc': see careerops events list\n")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("run", "--help"), ("dlq", "--help")])
def test_help_needs_no_configuration(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """On stdout, status 0; without any argument too."""
    done = Home(tmp_path).run(*arguments)
    assert "Usage: " in done.stdout
    assert not done.stderr


def test_an_end_of_input_while_asking_is_said_in_one_line(tmp_path: Path) -> None:
    """`init` in a pipe that ends."""
    done = Home(tmp_path).run("init", check=False)
    assert done.returncode == FAILED
    assert said(done.stderr)[-1] == "careerops: aborted"
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "careerops.toml").exists()
