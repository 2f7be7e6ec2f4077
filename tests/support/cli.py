"""The installed command as a subprocess, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "careerops"]
TIMEOUT_S = 120.0
_STARTED: "list[subprocess.Popen[bytes]]" = []


def end_what_was_started() -> None:
    """Kill every command that was started and still runs, with what it has started itself."""
    while _STARTED:
        process = _STARTED.pop()
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@dataclass
class Home:
    """A folder with a configuration, a database and what was told."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def told_path(self) -> Path:
        """The file of the `jsonl` notifier."""
        return self.folder / "told.jsonl"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "careerops.db"

    def configure(self, text: str) -> Path:
        """Write the configuration."""
        path = self.folder / "careerops.toml"
        path.write_text(text)
        return path

    def mbox(self, path: Path, extra: str = "") -> None:
        """Configure one mbox, the rules, and the jsonl notifier."""
        self.configure(
            f'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "mbox"\npath = "{path}"\n'
            '[[classifier]]\nkind = "rules"\n[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
            f"{extra}"
        )

    def environ(self, *arguments: str) -> dict[str, str]:
        """The environment of the command: ours without its settings of CareerOps.

        Coverage of `run` is not measured: it makes it three times as slow, and what it runs is
        measured in the layers below.
        """
        ours = ("CAREEROPS_", "COVERAGE_") if "run" in arguments else ("CAREEROPS_",)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**kept, "XDG_CONFIG_HOME": str(self.folder), **self.environment}

    def run(
        self, *arguments: str, check: bool = True, timeout_s: float = TIMEOUT_S, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; with `check` it has to succeed."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environ(*arguments),
            input=text,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments}: status {done.returncode}\n{done.stderr[-4000:]}")
        return done

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a command; its logs go to `log.txt`, and it ends with the test at the latest.

        A `run` without an `[http]` of its own listens on a free port: the default one may be
        another test's.
        """
        environ = self.environ(*arguments)
        if arguments == ("run",) and "[http]" not in self._configured():
            environ.setdefault("CAREEROPS_HTTP__PORT", "0")
        with (self.folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [*COMMAND, *arguments],
                cwd=self.folder,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _STARTED.append(process)
        return process

    def _configured(self) -> str:
        path = self.folder / "careerops.toml"
        return path.read_text() if path.exists() else ""

    def json(self, *arguments: str) -> Any:
        """What a command prints with `--json`."""
        return json.loads(self.run("--json", *arguments).stdout)

    def idle(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run until everything is done."""
        return self.run("run", "--until-idle", *options)

    def told(self) -> list[dict[str, Any]]:
        """The notifications in the jsonl file, oldest first."""
        if not self.told_path.exists():
            return []
        return [json.loads(line) for line in self.told_path.read_text().splitlines()]

    def told_ids(self) -> list[str]:
        """Their ids."""
        return [each["notification_id"] for each in self.told()]
