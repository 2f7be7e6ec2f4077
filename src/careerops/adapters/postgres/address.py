"""Where the server is, and what it means when it does not let us in.

A message of the driver or the server is never shown: it may quote what was taken for a password
wrongly written, or be in another language. Host, port and database are named once they are known
not to be a part of one.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from careerops.domain.errors import CareerOpsError, ConfigurationError, Outage

_SCHEMES: Final = ("postgresql://", "postgres://")
_FORM: Final = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
_HOST: Final = re.compile(r"[\w.,:%/-]*")
_PORT: Final = re.compile(r"[\d,]*")
_DATABASE: Final = re.compile(r"[\w.$ -]*")

_DEFAULTS: Final = {
    "connect_timeout": "5",
    # A host that vanished is noticed, though no statement's answer is on its way.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
_NO_DATABASE: Final = re.compile(r'database ".*" does not exist')
_BUSY: Final = ("too many", "connection slots", "starting up", "shutting down", "recovery mode")
_REFUSED: Final = (
    "authentication",
    "no password supplied",
    "pg_hba.conf",
    "permission denied",
    "not permitted to log in",
    "role ",
)
_OLDEST: Final = 12
_TLS: Final = ("SSL", "certificate")


@dataclass(frozen=True, slots=True)
class Address:
    """A server as the configuration names it.

    Attributes:
        parameters: what the driver is given, with the password.
        place: host and port, for a person.
        database: its name, '' where the driver chooses.
    """

    parameters: dict[str, str] = field(repr=False)
    place: str
    database: str

    def conninfo(self) -> str:
        """The parameters as the driver wants them."""
        from psycopg.conninfo import make_conninfo

        return make_conninfo(**self.parameters)

    def refusal(self, error: Exception) -> CareerOpsError:
        """What it means that the server could not be connected to."""
        text, connection = str(error), getattr(error, "pgconn", None)
        if any(phrase in text for phrase in _BUSY):
            return Outage(f"store: PostgreSQL at {self.place} takes nobody in now", scope="store")
        if _NO_DATABASE.search(text):
            name = self.database or "of that name"
            return ConfigurationError(
                f"store: there is no database {name} at {self.place}: create it (createdb)"
            )
        if any(phrase in text for phrase in _TLS):
            return ConfigurationError(
                f"store: no encrypted connection to {self.place}: check sslmode and certificates"
            )
        # The server speaks its administrator's language: what was exchanged tells it in all.
        asked = getattr(connection, "used_password", 0) or getattr(connection, "needs_password", 0)
        if asked or any(phrase in text for phrase in _REFUSED):
            return ConfigurationError(
                f"store: PostgreSQL at {self.place} refuses us: correct user, password or database"
            )
        return Outage(
            f"store: PostgreSQL at {self.place} cannot be reached: start it or correct the key",
            scope="store",
        )


def parse(url: str, user: str) -> Address:
    """What `url` says, for sessions of `user`.

    Raises:
        ConfigurationError: it is no address of a PostgreSQL server.
    """
    from psycopg import Error
    from psycopg.conninfo import conninfo_to_dict

    if not url.startswith(_SCHEMES):
        raise ConfigurationError(f"store: not an address of PostgreSQL: write {_FORM}")
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except Error:
        raise _unreadable() from None
    host, port = given.get("host") or given.get("hostaddr", ""), given.get("port", "")
    database = given.get("dbname", "")
    # A password with a bare @, / or : reaches into what comes after it.
    if not (_HOST.fullmatch(host) and _PORT.fullmatch(port) and _DATABASE.fullmatch(database)):
        raise _unreadable()
    place = f"{host or 'this machine'}:{port or 5432}"
    named = {"application_name": f"careerops, {user}", **given, "client_encoding": "utf8"}
    return Address(_DEFAULTS | named, place, database)


def _unreadable() -> ConfigurationError:
    return ConfigurationError(
        f"store: the address cannot be read: write {_FORM}, with %XX for each character of the"
        " password that is no letter or digit"
    )


def check_server(connection: Any) -> None:
    """Raises `ConfigurationError` unless the server can hold our tables."""
    version = connection.info.server_version // 10000
    if version < _OLDEST:
        raise ConfigurationError(f"store: PostgreSQL {_OLDEST} or newer is needed, not {version}")
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise ConfigurationError(
            f"store: the database is in {encoding}: create one with ENCODING 'UTF8'"
        )
