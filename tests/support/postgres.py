"""A real PostgreSQL server of its own: a cluster in a temp folder, on a free port of loopback.

Debian's or any other installation; one server serves a session, each test makes its own database.
Passwords are checked (SCRAM), and what the server promises about the disk is left as it is.
"""

import getpass
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from support.servers import missing
from support.waiting import wait_until

PASSWORD = "p4ss+word/of:the@tests"
_USER = "careerops"
_START_S = 60.0

_SETTINGS = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
shared_buffers = 32MB
max_connections = 60
logging_collector = off
"""


def binaries() -> Path | None:
    """The folder of the newest server installed, None without one."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), *_found("initdb")]
    places = [place for place in places if (place.parent / "postgres").exists()]
    return max(places, key=_version).parent if places else None


def _found(program: str) -> list[Path]:
    path = shutil.which(program)
    return [Path(path).resolve()] if path else []


def _version(initdb: Path) -> int:
    said = subprocess.run([initdb, "--version"], capture_output=True, text=True, check=True)
    return int(re.findall(r"\d+", said.stdout)[0])


class PostgresServer:
    """One server. `start` it first; it keeps its port and its data until the folder goes.

    The server refuses to be root: there it runs as the user `postgres`, or `nobody` without one.
    """

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._bin = bin_folder
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._names = itertools.count(1)
        self._user = _unprivileged() if os.geteuid() == 0 else None
        self._initialise()

    def start(self) -> None:
        """Start and wait until it lets somebody in."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._data],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._user,
                group=None if self._user is None else pwd.getpwnam(self._user).pw_gid,
                extra_groups=None if self._user is None else [],
            )
        wait_until(self.answers, "PostgreSQL to let us in", timeout_s=_START_S)

    def stop(self) -> None:
        """A fast shutdown: sessions are told and cut off. Idempotent."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL for the server and every process of it: a crash. `start` recovers."""
        if self._process is None:
            return
        # Stopped first, so that it starts no other process meanwhile.
        self._process.send_signal(signal.SIGSTOP)
        children = _children(self._process.pid)
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._end(signal.SIGKILL)
        # The next one refuses to start while a process of this one holds its memory.
        wait_until(
            lambda: not any(_is_postgres(pid) for pid in children),
            "PostgreSQL's processes to end",
            timeout_s=_START_S,
        )

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """For as long as the context lasts the server does nothing, and closes nothing."""
        assert self._process is not None
        pids = [self._process.pid, *_children(self._process.pid)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def answers(self) -> bool:
        """Whether it lets us in."""
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            assert self._process is not None
            assert self._process.poll() is None, self.log()
            return False
        return True

    def url(self, database: str = "postgres", *, user: str = _USER, password: str = "") -> str:
        """Where `database` is, as a person writes it in the configuration."""
        secret = _quoted(password or PASSWORD)
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the superuser, outside a transaction; returns its rows."""
        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def create_database(self, template: str = "template1") -> str:
        """A new database, a copy of `template`; returns its name."""
        name = f"test{next(self._names)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop_database(self, name: str) -> None:
        """The end of a database and of every session in it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def log(self) -> str:
        """What the server wrote."""
        path = self.folder / "server.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _initialise(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD)
        if self._user is not None:
            shutil.chown(password, self._user)
            shutil.chown(self.folder, self._user)
        subprocess.run(
            [
                *(self._bin / "initdb", "-D", self._data, "--no-sync", "--no-instructions"),
                *("--username", _USER, "--pwfile", password, "--auth", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C"),
            ],
            check=True,
            capture_output=True,
            timeout=_START_S,
            cwd=self.folder,
            user=self._user,
            group=None if self._user is None else pwd.getpwnam(self._user).pw_gid,
            extra_groups=None if self._user is None else [],
        )
        password.unlink()
        with (self._data / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS.format(port=self.port))

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=_START_S)
            self._process = None


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """A server that is started, and gone with all it held afterwards."""
    found = binaries()
    if found is None:
        missing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="careerops-postgres-"))
    # Who runs the server is not who runs the tests, and has to get in.
    folder.chmod(0o755)
    try:
        server = PostgresServer(folder, found)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running server; skipped where there is none, except in continuous integration."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database of this test's own."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)


def _unprivileged() -> str:
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return getpass.getuser()


def _children(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def _is_postgres(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return False
    return "(postgres)" in stat and stat.rpartition(")")[2].split()[0] not in "ZX"


def _quoted(password: str) -> str:
    return "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in password)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
