"""Running a process's services: to the end of the work, until told to stop, and when it cannot."""

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.bootstrap.idle import OutageTooLong
from careerops.bootstrap.pipeline import SERVICES, Pipeline
from careerops.bootstrap.process import serve_until_stopped
from careerops.bootstrap.stores import (
    forgetful_stores,
    open_stores,
    sqlite_path,
    store_place,
)
from careerops.config import Config, build_config
from careerops.domain.errors import ConfigurationError
from careerops.domain.topics import DEAD_LETTERS
from careerops.domain.verdicts import Record
from careerops.ops.lifecycle import Lifecycle
from support.mails import career_mail, mixed


def config_of(folder: Path, **changes: Any) -> Config:
    """A mailbox of four career mails and two others, and a file that is told."""
    mails = folder / "mails"
    mails.mkdir(exist_ok=True)
    for number, mail in enumerate(mixed(4, 2)):
        (mails / f"{number}.eml").write_bytes(mail.as_bytes())
    tables: dict[str, Any] = {
        "http": {"port": 0},
        "mailbox": [{"kind": "eml", "path": "mails", "poll_s": 0.05}],
        "notifier": [{"kind": "jsonl", "path": "told.jsonl"}],
    }
    return build_config(tables | changes, folder, {})


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def run(config: Config, max_wait_s: float | None = 30, **more: Any) -> int | None:
    """All services as a process runs them."""
    lifecycle = Lifecycle()
    work = serve_until_stopped(config, SERVICES, lifecycle, max_wait_s=max_wait_s, **more)
    async with asyncio.timeout(60):
        return await lifecycle.run(work)


def told(folder: Path) -> list[Any]:
    """What was told."""
    path = folder / "told.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def until(condition: Callable[[], bool]) -> None:
    """Return when `condition` holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # what is waited for is a file, which sets no event
            await asyncio.sleep(0.02)


async def test_until_idle_everything_is_done_and_dead_letters_are_counted(tmp_path: Path) -> None:
    """Those of earlier runs too, as long as they wait."""
    config = config_of(tmp_path)
    stores = await open_stores(config)
    await stores.log.publish([Record(DEAD_LETTERS, "k", b"foreign")])
    await stores.close()
    seen: list[Pipeline] = []
    assert await run(config, on_wired=seen.append) == 1
    assert len(told(tmp_path)) == 4
    assert len(seen[0].readers) == 1
    assert seen[0].sender is not None


async def test_a_process_that_follows_tells_what_comes_and_answers_over_http(
    tmp_path: Path,
) -> None:
    """Until it is told to stop."""
    port = free_port()
    config = config_of(tmp_path, http={"port": port})
    lifecycle = Lifecycle()
    running = asyncio.create_task(
        lifecycle.run(serve_until_stopped(config, SERVICES, lifecycle, max_wait_s=None))
    )

    def ask(path: str) -> str:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return str(answer.read().decode())

    await until(lambda: len(told(tmp_path)) == 4)
    (tmp_path / "mails" / "new.eml").write_bytes(career_mail(100)[1].as_bytes())
    await until(lambda: len(told(tmp_path)) == 5)
    assert json.loads(await asyncio.to_thread(ask, "/health"))["status"] == "ok"
    ready = json.loads(await asyncio.to_thread(ask, "/ready"))
    assert (ready["status"], ready["channels"]) == ("ready", {"jsonl": "up"})
    metrics = await asyncio.to_thread(ask, "/metrics")
    assert 'careerops_emails_ingested_total{source="eml"} 7.0' in metrics
    assert 'careerops_consumer_lag{stage="classify"} ' in metrics
    lifecycle.request_stop("test")
    await asyncio.wait_for(running, 20)
    with pytest.raises(OSError, match="refused"):
        await asyncio.to_thread(ask, "/health")


async def test_an_outage_that_lasts_too_long_ends_the_run_and_loses_nothing(
    tmp_path: Path,
) -> None:
    """The error names the channel; the next run tells everything."""
    (tmp_path / "told.jsonl").mkdir()
    with pytest.raises(OutageTooLong, match="channel:jsonl has been out"):
        await run(config_of(tmp_path), max_wait_s=0.3)
    (tmp_path / "told.jsonl").rmdir()
    assert await run(config_of(tmp_path)) == 0
    assert len(told(tmp_path)) == 4


async def test_the_port_is_taken_before_anything_is_read(tmp_path: Path) -> None:
    """The database is free again for the next try."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        config = config_of(tmp_path, http={"port": other.getsockname()[1]})
        with pytest.raises(ConfigurationError, match=r"http\.port \d+ is taken"):
            await run(config)
    assert not told(tmp_path)
    assert await run(config_of(tmp_path)) == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"mailbox": [{"kind": "eml", "path": "gone"}]}, "does not exist"),
        ({"notifier": [{"kind": "pigeon"}]}, "notifier[0].kind: unknown kind 'pigeon'"),
        ({"researcher": [{"kind": "tavily"}]}, "researcher[0].api_key: "),
        ({"classifier": [{"kind": "rules", "x": 1}]}, "classifier[0].x: unknown key"),
        ({"mailbox": [{"kind": "eml", "path": "mails"}] * 2}, "mailbox: two of kind 'eml'"),
    ],
)
async def test_a_configuration_that_cannot_work_ends_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], says: str
) -> None:
    """Whichever service it concerns."""
    monkeypatch.delenv("TAVILY_API_KEY", raising=False)
    with pytest.raises(ConfigurationError) as caught:
        await run(config_of(tmp_path, **changes))
    assert says in str(caught.value)


async def test_without_a_mailbox_there_is_nothing_to_read_and_nothing_wrong(tmp_path: Path) -> None:
    """Mails may come from `import`."""
    assert await run(config_of(tmp_path, mailbox=[])) == 0


@pytest.mark.parametrize(
    ("log", "store", "says"),
    [
        ("sqlite:///", "", "log: 'sqlite' is nothing this release can open"),
        ("careerops.db", "", "log: 'careerops.db' is nothing this release can open"),
        ("sqlite:///a.db", "postgresql://x", "store: with an SQLite log the stores live in"),
        ("kafka://", "", "log: write kafka://HOST:PORT"),
        ("kafka://broker", "", "log: write kafka://HOST:PORT"),
        ("kafka://127.0.0.1:1", "mysql://x", "store: 'mysql' is nothing this release can open"),
        ("kafka://127.0.0.1:1", "env:NO_SUCH_VARIABLE", "store: "),
        ("kafka://127.0.0.1:1", "env:no-variable", "store: an env reference is env:NAME"),
    ],
)
async def test_a_log_or_store_that_this_release_cannot_open_is_named(
    log: str, store: str, says: str
) -> None:
    """By its key, with what to write instead."""
    with pytest.raises(ConfigurationError) as caught:
        await open_stores(build_config({"log": log, "store": store}, Path("/x"), {}))
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


async def test_the_table_of_kafka_is_checked_by_its_keys(tmp_path: Path) -> None:
    """A misspelt one is named, and so is a property that is not to be changed."""
    for table, says in (
        ({"partition": 3}, "kafka.partition: unknown key; did you mean partitions?"),
        ({"properties": {"acks": 0}}, "kafka: properties: acks is not to be changed; remove it"),
        ({"security": "sasl_ssl"}, "kafka: sasl_mechanism and security = 'sasl_...' go together"),
    ):
        tables = {"log": "kafka://127.0.0.1:1", "kafka": table}
        with pytest.raises(ConfigurationError) as caught:
            await open_stores(build_config(tables, tmp_path, {}))
        assert str(caught.value).startswith(says)


def test_the_database_lies_in_the_configurations_folder() -> None:
    """Unless its path is absolute."""
    config = build_config({}, Path("/x"), {})
    assert sqlite_path(config, "sqlite:///a.db", "log") == Path("/x/a.db")
    assert sqlite_path(config, "sqlite:////y/a.db", "store") == Path("/y/a.db")


@pytest.mark.parametrize(
    ("store", "place"),
    [
        ("", ""),
        ("sqlite:///a.db", ""),
        ("postgresql://robin:hunter2@db.example/x", "db.example:5432"),
        ("postgres://db.example:6000/x", "db.example:6000"),
        ("postgresql:///x?host=/run/postgresql", "localhost:5432"),
    ],
)
def test_a_store_is_named_without_user_and_password(store: str, place: str) -> None:
    """As doctor prints it."""
    config = build_config({"log": "kafka://a:1", "store": store}, Path("/x"), {})
    assert store_place(config) == place
    assert "hunter2" not in repr(config)


async def test_the_store_may_repeat_the_log_on_sqlite(tmp_path: Path) -> None:
    """There it is one file anyway."""
    tables = {"log": "sqlite:///a.db", "store": "sqlite:///a.db"}
    await (await open_stores(build_config(tables, tmp_path, {}))).close()
    assert (tmp_path / "a.db").is_file()


async def test_a_database_that_cannot_be_opened_is_named_by_its_key(tmp_path: Path) -> None:
    """Path and remedy."""
    (tmp_path / "careerops.db").write_text("this is no database at all, whatever its name says")
    with pytest.raises(ConfigurationError, match=r"^log: the database .*careerops\.db"):
        await open_stores(config_of(tmp_path))


async def test_stores_that_forget_are_stores() -> None:
    """For commands that keep nothing."""
    stores = forgetful_stores()
    assert not isinstance(stores, SqliteDatabase)
    assert len(await stores.log.topics()) == 5
    await stores.close()
