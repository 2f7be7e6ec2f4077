"""What a PostgreSQL database keeps for good: in few bytes, converted, and counted as it comes."""

import asyncio
from datetime import UTC, datetime

import psycopg
import pytest

from careerops.adapters.postgres import PostgresDatabase, schema
from careerops.domain.identity import digest
from careerops.domain.verdicts import Verdict, VerdictStatus
from careerops.ports.cursors import Intake
from support.logs import verdict
from support.postgres import PostgresServer, postgres, postgres_url

__all__ = ["postgres", "postgres_url"]

pytestmark = pytest.mark.integration


async def test_what_was_known_is_known_in_fewer_bytes(
    postgres: PostgresServer, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mails seen, conversations and counts of an older database: nothing is read or told again."""
    with monkeypatch.context() as older:
        older.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:3])
        await (await PostgresDatabase.open(postgres_url)).close()
    name = postgres_url.rpartition("/")[2]
    ids = [digest("mail", str(n)) for n in range(200)]
    odd = ["x" * length for length in (1, 30, 31, 32, 33)] + ["ü" * 15, "f" * 63]
    with psycopg.connect(postgres.url(name), autocommit=True) as connection:
        insert = connection.cursor()
        insert.executemany("INSERT INTO careerops.seen VALUES ('me', %s)", [(i,) for i in ids])
        roots = [(event_id, ids[n // 2 * 2]) for n, event_id in enumerate(ids)]
        roots += [(f"odd{n}", text) for n, text in enumerate(odd)]
        insert.executemany("INSERT INTO careerops.roots VALUES ('me', %s, %s)", roots)
        insert.executemany(
            "INSERT INTO careerops.verdicts (event_id, stage, revision, status, decided_at,"
            " account, label, detail, outputs)"
            " VALUES (%s, 'classify', 0, 'done', now(), '', '', '', '')",
            [(i,) for i in ids],
        )
    database = await PostgresDatabase.open(postgres_url)
    assert await database.cursors.seen("me", [*ids, "new"]) == set(ids)
    assert await database.cursors.seen("you", ids) == frozenset()
    assert await database.cursors.roots("me", [name for name, _ in roots]) == dict(roots)
    assert await database.verdicts.counts() == {("classify", "done"): 200}
    stands = verdict(ids[0], status=VerdictStatus.DEAD)
    assert (await database.verdicts.put([stands]))[0].status is VerdictStatus.DONE
    await database.close()


async def test_verdicts_are_counted_without_reading_them(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """Also those that a process of an older release writes beside us."""
    database = await PostgresDatabase.open(postgres_url)
    name = postgres_url.rpartition("/")[2]
    postgres.execute(
        "INSERT INTO careerops.verdicts (event_id, stage, revision, status, decided_at, account,"
        " label, detail, outputs) SELECT i::text, 'classify', 0,"
        " CASE WHEN i % 5 = 0 THEN 'done' ELSE 'other' END, now(), '', '', '', ''"
        " FROM generate_series(1, 5000) i",
        name,
    )
    assert await database.verdicts.counts() == {
        ("classify", "done"): 1000,
        ("classify", "other"): 4000,
    }
    with psycopg.connect(postgres.url(name)) as other:
        other.execute("LOCK TABLE careerops.verdicts IN ACCESS EXCLUSIVE MODE")
        assert await database.verdicts.counts() == {
            ("classify", "done"): 1000,
            ("classify", "other"): 4000,
        }
    postgres.execute("DELETE FROM careerops.verdicts WHERE status = 'done'", name)
    assert await database.verdicts.counts() == {("classify", "other"): 4000}
    await database.close()


async def test_counting_holds_up_nobody_who_decides(postgres_url: str) -> None:
    """Many at once, each with every status, in any order: all end, and the sum is right."""
    databases = [await PostgresDatabase.open(postgres_url) for _ in range(2)]
    statuses = list(VerdictStatus)

    def some(number: int) -> list[Verdict]:
        turned = statuses[number % len(statuses) :] + statuses[: number % len(statuses)]
        return [
            verdict(f"{number}-{n}", stage=f"s{(number + n) % 3}", status=status)
            for n, status in enumerate(turned)
        ]

    try:
        await asyncio.gather(*(databases[n % 2].verdicts.put(some(n)) for n in range(120)))
        counts = await databases[0].verdicts.counts()
    finally:
        for database in databases:
            await database.close()
    assert sum(counts.values()) == 120 * len(statuses)
    assert {status for _, status in counts} == {status.value for status in statuses}


async def test_a_mail_costs_few_bytes_for_good(postgres: PostgresServer, postgres_url: str) -> None:
    """Tables and their indexes, once what is under retention is gone."""
    mails = 4000
    database = await PostgresDatabase.open(postgres_url)
    ids = [digest("mail", str(n)) for n in range(mails)]
    lease = await database.cursors.acquire("imap:me", "us", 60)
    await database.cursors.commit(lease, "me", Intake("1", ids, roots={i: i for i in ids}))
    for first in range(0, mails, 500):
        await database.verdicts.put(
            [verdict(i, detail=b"x" * 700) for i in ids[first : first + 500]]
            + [
                verdict(i, stage=s)
                for i in ids[first : first + 100]
                for s in ("research", "notify")
            ]
        )
    assert await database.verdicts.trim_outputs(datetime.now(UTC)) == mails * 7 // 5
    name = postgres_url.rpartition("/")[2]
    postgres.execute("VACUUM FULL", name)
    rows = postgres.execute(
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'careerops'::regnamespace",
        name,
    )
    assert int(str(rows[0][0])) / mails < 400
    await database.close()
