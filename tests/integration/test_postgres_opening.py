"""Opening a database: what a person configured wrongly, and what is made of a new one."""

import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator
from itertools import count

import psycopg
import pytest

from careerops.adapters.postgres import PostgresDatabase, schema
from careerops.domain.errors import CareerOpsError, ConfigurationError, Outage
from support.logs import verdict
from support.postgres import PASSWORD, PostgresServer, postgres, postgres_url

__all__ = ["postgres", "postgres_url"]

pytestmark = pytest.mark.integration

WRONG = "hunter2-is-wrong"
_SESSIONS_AT_MOST = 20


async def refusal(url: str) -> CareerOpsError:
    """What opening is refused with: one line that names the key."""
    with pytest.raises(CareerOpsError) as refused:
        await PostgresDatabase.open(url)
    assert str(refused.value).startswith("store: ")
    assert "\n" not in str(refused.value)
    return refused.value


_ROLES = count(1)


@pytest.fixture
def role(postgres: PostgresServer) -> Iterator[str]:
    """A user without rights, whose password is everybody's.

    Name it before `postgres_url`, so that the database and what the user owns there go first.
    """
    # A name of its own: what one test leaves behind after a failure fails no other.
    name = f"clerk{next(_ROLES)}"
    postgres.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield name
    postgres.execute(f"DROP ROLE {name}")


def name_of(url: str) -> str:
    """The database's name."""
    return url.rpartition("/")[2]


async def test_a_wrong_password_is_told_nowhere(
    postgres: PostgresServer, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the line, nor in the traceback below it, nor in anything that is logged."""
    caplog.set_level(logging.DEBUG)
    error = await refusal(postgres.url(name_of(postgres_url), password=WRONG))
    assert isinstance(error, ConfigurationError)
    assert "correct user, password or database" in str(error)
    assert f"127.0.0.1:{postgres.port}" in str(error)
    for text in ("".join(traceback.format_exception(error)), repr(error), caplog.text):
        assert WRONG not in text
        assert PASSWORD not in text


async def test_a_password_that_is_taken_back_is_an_outage_that_tells_nothing(
    postgres: PostgresServer,
    role: str,
    postgres_url: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A running process cannot be configured: it says so until it is let in again."""
    monkeypatch.setattr("careerops.adapters.postgres.sessions._POOL_TIMEOUT_S", 0.5)
    caplog.set_level(logging.DEBUG)
    name = name_of(postgres_url)
    postgres.execute(f"GRANT CREATE ON DATABASE {name} TO {role}")
    database = await PostgresDatabase.open(postgres.url(name, user=role))
    assert await database.verdicts.counts() == {}
    postgres.execute(f"ALTER ROLE {role} PASSWORD 'another'")
    with pytest.raises(Outage) as out:
        await _asked_while_thrown_out(postgres, role, database)
    await database.close()
    for text in ("".join(traceback.format_exception(out.value)), caplog.text):
        assert PASSWORD not in text


async def _asked_while_thrown_out(
    postgres: PostgresServer, role: str, database: PostgresDatabase
) -> None:
    # One that was being let in just then is not listed yet, and lives: it is ended next time.
    for _ in range(_SESSIONS_AT_MOST):
        ended = "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE usename = "
        postgres.execute(f"{ended}'{role}'")
        await database.verdicts.counts()


async def test_a_database_that_is_missing_is_to_be_created(postgres: PostgresServer) -> None:
    """One line with the name, the place and the remedy."""
    error = await refusal(postgres.url("nowhere"))
    assert isinstance(error, ConfigurationError)
    assert f"no database nowhere at 127.0.0.1:{postgres.port}: create it" in str(error)


async def test_an_unknown_user_is_to_be_corrected(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """The server does not say which of the two is wrong, and neither do we."""
    error = await refusal(postgres.url(name_of(postgres_url), user="nobody"))
    assert isinstance(error, ConfigurationError)


async def test_a_server_that_is_not_there_is_an_outage(postgres: PostgresServer) -> None:
    """It may be about to start: whoever opens decides how long to wait."""
    url = postgres.url().replace(str(postgres.port), "1")
    error = await refusal(url)
    assert isinstance(error, Outage)
    assert error.scope == "store"
    assert "127.0.0.1:1 cannot be reached: start it" in str(error)


async def test_a_server_that_takes_nobody_in_is_an_outage(
    postgres: PostgresServer, role: str, postgres_url: str
) -> None:
    """There will be room again."""
    postgres.execute(f"ALTER ROLE {role} CONNECTION LIMIT 0")
    error = await refusal(postgres.url(name_of(postgres_url), user=role))
    assert isinstance(error, Outage)
    assert "takes nobody in now" in str(error)


async def test_a_database_that_cannot_hold_every_letter_is_refused(
    postgres: PostgresServer,
) -> None:
    """Before the first name that it could not keep."""
    postgres.execute("CREATE DATABASE western ENCODING 'LATIN1' TEMPLATE template0")
    try:
        error = await refusal(postgres.url("western"))
    finally:
        postgres.drop_database("western")
    assert isinstance(error, ConfigurationError)
    assert "create one with ENCODING 'UTF8'" in str(error)


async def test_an_old_server_is_refused(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the release that is needed, not with an error of syntax."""
    monkeypatch.setattr("careerops.adapters.postgres.address._OLDEST", 99)
    assert "PostgreSQL 99 or newer is needed" in str(await refusal(postgres_url))


async def test_without_the_right_to_create_tables_the_remedy_is_told(
    postgres: PostgresServer, role: str, postgres_url: str
) -> None:
    """Either the right, or a schema that an administrator makes for us; that one does."""
    name = name_of(postgres_url)
    error = await refusal(postgres.url(name, user=role))
    assert isinstance(error, ConfigurationError)
    assert "GRANT CREATE ON DATABASE" in str(error)
    postgres.execute(f"CREATE SCHEMA careerops AUTHORIZATION {role}", name)
    database = await PostgresDatabase.open(postgres.url(name, user=role))
    stands = verdict("e")
    assert await database.verdicts.put([stands]) == [stands]
    await database.close()


async def test_a_newer_releases_database_is_refused(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """An older release would not know what it must not break."""
    await (await PostgresDatabase.open(postgres_url)).close()
    postgres.execute("INSERT INTO careerops.migrations VALUES (999)", name_of(postgres_url))
    error = await refusal(postgres_url)
    assert isinstance(error, ConfigurationError)
    assert "schema 999" in str(error)
    assert "upgrade careerops" in str(error)


async def test_a_migration_that_fails_leaves_nothing_behind(
    postgres: PostgresServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them are one transaction: the next release starts from where this one did."""
    broken = (*schema.MIGRATIONS, "CREATE TABLE careerops.extra (id bigint); SELECT 1 / 0")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(psycopg.errors.DivisionByZero):
            await PostgresDatabase.open(postgres_url)
    found = postgres.execute("SELECT to_regnamespace('careerops')", name_of(postgres_url))
    assert found == [(None,)]
    await (await PostgresDatabase.open(postgres_url)).close()


async def test_only_our_schema_is_touched(postgres: PostgresServer, postgres_url: str) -> None:
    """Another program's tables of the same names lie beside ours."""
    name = name_of(postgres_url)
    postgres.execute("CREATE TABLE public.verdicts (id text)", name)
    database = await PostgresDatabase.open(postgres_url)
    await database.verdicts.put([verdict("e")])
    await database.close()
    tables = "SELECT schemaname FROM pg_tables WHERE schemaname !~ '^(pg_|information_)'"
    schemas = [row[0] for row in postgres.execute(tables, name)]
    assert schemas.count("public") == 1
    assert set(schemas) == {"public", "careerops"}
    assert postgres.execute("SELECT count(*) FROM public.verdicts", name) == [(0,)]


async def test_every_session_is_durable_and_bounded_whatever_the_servers_defaults(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """The promise of a write rests on these, and so does that no statement waits for ever."""
    name = name_of(postgres_url)
    for setting in (
        "synchronous_commit = off",
        "TimeZone = 'Asia/Kolkata'",
        "default_transaction_isolation = 'serializable'",
        "statement_timeout = 0",
    ):
        postgres.execute(f"ALTER DATABASE {name} SET {setting}")
    database = await PostgresDatabase.open(postgres_url, owner="somebody")
    names = ("synchronous_commit", "TimeZone", "default_transaction_isolation", "statement_timeout")
    (found,) = await database._sessions.rows(
        "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)
    )
    assert found == ("on", "UTC", "read committed", "10s")
    (found,) = await database._sessions.rows("SELECT current_setting('application_name')")
    assert found == ("careerops, owner somebody",)
    await database.close()


def test_the_driver_is_imported_when_a_database_is_opened() -> None:
    """An installation without the extra can import everything, and is told what it lacks."""
    program = """
import asyncio, sys
from careerops.adapters.postgres import PostgresDatabase
assert not any(name.startswith("psycopg") for name in sys.modules)
sys.modules["psycopg"] = None
try:
    asyncio.run(PostgresDatabase.open("postgresql://ann:secret@127.0.0.1:1/jobs"))
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("ConfigurationError store: ")
    assert 'pip install "careerops[postgres]"' in done.stdout
