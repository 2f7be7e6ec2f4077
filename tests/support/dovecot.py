"""A real IMAP server: Debian's Dovecot 2.3, unprivileged ports, mail in Maildirs of a temp folder.

Every test takes a user of its own (`add_user`), so one server serves a whole session. Tests write
mail by APPEND and look at the files themselves to see that nobody else wrote.
"""

import getpass
import grp
import imaplib
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from support.servers import missing
from support.waiting import wait_until

PASSWORD = "correct-horse"
_START_S = 20.0

_CONFIG = """
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain login xoauth2
auth_cache_size = 0
mail_location = maildir:{root}/mail/%u
mail_max_userip_connections = 100
mail_fsync = never
# Where the system has no inotify instance left for the user, IDLE looks this often, not every 30 s.
mailbox_idle_check_interval = 1s
ssl = {ssl}
{certificate}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {root}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = {root}/passwords/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u allow_all_users=yes
}}
service anvil {{
  chroot =
  # Without the growing delay after failed logins that it keeps for an address.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""

_OAUTH2 = """
introspection_mode = auth
introspection_url = http://127.0.0.1:{port}/userinfo
username_attribute = email
active_attribute = active
active_value = yes
"""


class Dovecot:
    """One server; `port` speaks plain text and STARTTLS, `tls_port` TLS (if openssl is there)."""

    def __init__(self, root: Path, *, oauth2_port: int = 0) -> None:
        self.root = root
        self.port, self.tls_port = _free_port(), _free_port()
        self.ca_file = root / "ca.pem"
        self.has_tls = _make_certificates(root)
        self._users = itertools.count(1)
        self._ticks = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        privileged = os.geteuid() == 0
        me = getpass.getuser()
        my_group = grp.getgrgid(os.getegid()).gr_name
        owner = pwd.getpwnam("nobody" if privileged else me)
        self._owner = owner
        (root / "mail").mkdir()
        (root / "passwords").mkdir()
        os.chown(root / "mail", owner.pw_uid, owner.pw_gid)
        (root / "oauth2.conf").write_text(_OAUTH2.format(port=oauth2_port))
        certificate = (
            f"ssl_cert = <{root}/server.pem\nssl_key = <{root}/server.key" if self.has_tls else ""
        )
        (root / "dovecot.conf").write_text(
            _CONFIG.format(
                root=root,
                internal="dovecot" if privileged else me,
                internal_group="dovecot" if privileged else my_group,
                login="dovenull" if privileged else me,
                ssl="yes" if self.has_tls else "no",
                certificate=certificate,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                port=self.port,
                tls_port=self.tls_port,
            )
        )

    def start(self) -> None:
        """Start and wait until it greets."""
        binary = shutil.which("dovecot") or "/usr/sbin/dovecot"
        self._process = subprocess.Popen(
            [binary, "-F", "-c", str(self.root / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_until(self._greets, "dovecot to greet", timeout_s=_START_S)

    def stop(self) -> None:
        """Stop it and its connections, and wait until nobody listens any more."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=_START_S)
            # Its children would serve their connections for up to ten seconds more.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process = None
            wait_until(lambda: not self._greets(), "dovecot to stop", timeout_s=_START_S)

    def log(self) -> str:
        """What the server wrote."""
        path = self.root / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def add_user(self, password: str = PASSWORD) -> str:
        """A new user with an empty mailbox."""
        name = f"user{next(self._users)}"
        self.set_password(name, password)
        return name

    def set_password(self, user: str, password: str) -> None:
        """Give `user` this password from now on."""
        path = self.root / "passwords" / user
        path.write_text(f"{user}:{{PLAIN}}{password}\n")
        # Dovecot reads it again when the time of its last change, in seconds, is another.
        changed = time.time() + next(self._ticks)
        os.utime(path, (changed, changed))
        wait_until(lambda: self._accepts(user, password), "the new password to hold")

    def _accepts(self, user: str, password: str) -> bool:
        try:
            self.connect(user, password).logout()
        except imaplib.IMAP4.error:
            return False
        return True

    def connect(self, user: str, password: str = PASSWORD) -> imaplib.IMAP4:
        """A connection of Python's own client."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            client.login(user, password)
        except imaplib.IMAP4.error:
            client.shutdown()
            raise
        return client

    def append(
        self, user: str, *mails: bytes, folder: str = "INBOX", received_at: datetime | None = None
    ) -> None:
        """Deliver mails as a client would."""
        when = imaplib.Time2Internaldate(received_at) if received_at else ""
        with self.connect(user) as client:
            if folder != "INBOX":
                client.create(folder)
            for mail in mails:
                status, detail = client.append(folder, "", when, mail)
                assert status == "OK", detail

    def mail_files(self, user: str, folder: str = "") -> dict[str, tuple[bytes, int]]:
        """Base name and flags of every mail file -> its bytes and time of change (ns)."""
        place = self.maildir(user, folder)
        return {
            path.name: (path.read_bytes(), path.stat().st_mtime_ns)
            for subfolder in ("new", "cur")
            for path in sorted((place / subfolder).iterdir())
        }

    def maildir(self, user: str, folder: str = "") -> Path:
        """Where the mails of a folder lie."""
        return self.root / "mail" / user / (f".{folder}" if folder else "")

    def expunge(self, user: str, *uids: int) -> None:
        """Delete mails for good, as another client."""
        with self.connect(user) as client:
            client.select("INBOX")
            for uid in uids:
                client.uid("STORE", str(uid), "+FLAGS", "(\\Deleted)")
            client.expunge()

    def change_uid_validity(self, user: str) -> None:
        """Renumber the INBOX as after a restored backup. The server must be stopped."""
        place = self.maildir(user)
        path = place / "dovecot-uidlist"
        header, _, _ = path.read_text().partition("\n")
        validity = int(re.search(r"\bV(\d+)", header)[1])  # type: ignore[index]  # Dovecot wrote it
        path.write_text(re.sub(r"\bV\d+ N\d+", f"V{validity + 1} N1", header) + "\n")
        for index in place.glob("dovecot.index*"):
            index.unlink()

    def _greets(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A running server; skipped where there is none, except in continuous integration."""
    yield from running_dovecot()


def running_dovecot(oauth2_port: int = 0) -> Iterator[Dovecot]:
    """Start a server, stop it afterwards."""
    if shutil.which("dovecot") is None and not Path("/usr/sbin/dovecot").exists():
        missing("Dovecot is not installed (Debian: apt-get install dovecot-imapd)")
    root = Path(tempfile.mkdtemp(prefix="careerops-dovecot-"))
    # The mail's owner is not who runs the tests, and has to get in.
    root.chmod(0o755)
    server = Dovecot(root, oauth2_port=oauth2_port)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _make_certificates(root: Path) -> bool:
    """A CA and a certificate for `localhost`; False without openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return False
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    (root / "san.cnf").write_text(
        "subjectAltName = DNS:localhost\nkeyUsage = critical, digitalSignature\n"
    )
    ca = ["-keyout", root / "ca.key", "-out", root / "ca.pem", "-subj", "/CN=test CA"]
    ca += ["-addext", "keyUsage = critical, keyCertSign"]
    request = [
        "-keyout",
        root / "server.key",
        "-out",
        root / "server.csr",
        "-subj",
        "/CN=localhost",
    ]
    sign = ["-CA", root / "ca.pem", "-CAkey", root / "ca.key", "-CAcreateserial"]
    result = ["-extfile", root / "san.cnf", "-out", root / "server.pem"]
    for command in (
        [openssl, "req", "-x509", "-days", "2", *key, *ca],
        [openssl, "req", *key, *request],
        [openssl, "x509", "-req", "-days", "2", "-in", root / "server.csr", *sign, *result],
    ):
        subprocess.run(command, check=True, capture_output=True, timeout=60)
    return True
