"""An IMAP server that lets nobody in, in a thread: a password that was changed for good."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_NO = b"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"
_LONGEST = 4096


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Refuse each login, and know nothing else (RFC 3501)."""
        with suppress(ConnectionError):  # whoever was refused need not say goodbye
            self._refuse()

    def _refuse(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline(_LONGEST):
            tag, _, command = line.strip().partition(b" ")
            if command.upper().startswith(b"CAPABILITY"):
                self.wfile.write(b"* CAPABILITY IMAP4rev1 IDLE AUTH=PLAIN SASL-IR\r\n")
                self.wfile.write(tag + b" OK done\r\n")
            elif command.upper().startswith((b"AUTHENTICATE", b"LOGIN")):
                self.wfile.write(tag + b" " + _NO + b"\r\n")
            else:
                self.wfile.write(tag + b" BAD not before a login\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def locked_mailbox() -> Iterator[str]:
    """Where it is, as `host:port`, for as long as the block runs."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
