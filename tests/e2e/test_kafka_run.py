"""The installed command on real Kafka and PostgreSQL: one process, four, and what tools show."""

import json
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from careerops.domain.topics import ALL_TOPICS
from support.cli import Home
from support.kafka.detours import ProxiedKafka
from support.kafka.fixtures import kafka, kafka_proxied
from support.kafka.nodes import Brokers
from support.mails import mixed, write_mbox
from support.postgres import postgres, postgres_url
from support.waiting import wait_until

__all__ = ["kafka", "kafka_proxied", "postgres", "postgres_url"]

pytestmark = pytest.mark.e2e
CAREER, OTHER = 12, 6
SERVICES = ("ingest", "classify", "research", "notify")


@pytest.fixture
def home(tmp_path: Path, kafka: Brokers, postgres_url: str) -> Home:
    """A home on brokers and a database, with mails that wait."""
    home = Home(tmp_path, {"STORE_URL": postgres_url})
    write_mbox(tmp_path / "inbox.mbox", mixed(CAREER, OTHER))
    home.mbox(tmp_path / "inbox.mbox")
    text = (tmp_path / "careerops.toml").read_text()
    home.configure(
        text.replace('log = "sqlite:///careerops.db"\n', "")
        + f'[kafka]\nprefix = "e{uuid4().hex[:8]}."\npartitions = 3\nsession_timeout_s = 6\n'
    )
    home.environment |= {
        "CAREEROPS_LOG": f"kafka://{kafka.bootstrap}",
        "CAREEROPS_STORE": "env:STORE_URL",
    }
    return home


def settled(home: Home) -> bool:
    """Whether every group is done with everything."""
    groups = [group for topic in home.json("topics") for group in topic["groups"]]
    return bool(groups) and all(group["lag"] == 0 for group in groups)


def test_everything_in_one_process_is_told_once(home: Home) -> None:
    """As on the embedded log; a second run adds nothing."""
    home.idle()
    assert len(set(home.told_ids())) == len(home.told_ids()) == CAREER
    home.idle()
    assert len(home.told_ids()) == CAREER
    topics = home.json("topics")
    assert {topic["topic"] for topic in topics} == set(ALL_TOPICS)
    assert sorted(t["partition"] for t in topics if t["topic"] == "raw_inbox_stream") == [0, 1, 2]
    assert settled(home)
    records = home.run("tail", "classified_events", "--from-beginning", "--until-end", "--json")
    lines = [json.loads(line) for line in records.stdout.splitlines()]
    assert len({line["headers"]["ce_id"] for line in lines}) == CAREER
    assert home.run("topics").stdout.startswith("topic ")


def test_four_processes_do_the_same(home: Home) -> None:
    """Each service on its own; stopped, each ends as the signal says."""
    processes = [home.start(service) for service in SERVICES]
    try:
        wait_until(lambda: len(set(home.told_ids())) == CAREER, "all told", timeout_s=60)
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        statuses = [process.wait(timeout=20) for process in processes]
    assert statuses == [-signal.SIGTERM] * len(SERVICES)
    assert len(home.told_ids()) == CAREER
    assert settled(home)


def test_brokers_that_say_nothing_do_not_keep_a_process(
    home: Home, kafka_proxied: ProxiedKafka
) -> None:
    """It ends by itself and as the signal says, and the next one goes on with what is left."""
    home.environment["CAREEROPS_LOG"] = f"kafka://{kafka_proxied.bootstrap}"
    process = home.start("run")
    wait_until(lambda: len(set(home.told_ids())) == CAREER, "all told", timeout_s=60)
    kafka_proxied.stall()
    try:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == -signal.SIGTERM
    finally:
        kafka_proxied.heal()
    assert "group_not_left" in (home.folder / "log.txt").read_text()
    write_mbox(home.folder / "inbox.mbox", mixed(CAREER + 1, OTHER))
    home.idle()
    assert len(set(home.told_ids())) == len(home.told_ids()) == CAREER + 1


def test_members_of_a_group_are_seen_at_work(home: Home) -> None:
    """Two processes share the partitions; topics says which has what, and what they are at."""
    processes = [home.start("classify") for _ in range(2)]

    def members() -> set[str]:
        return {
            member["member"]
            for topic in home.json("topics")
            for group in topic["groups"]
            for member in group["members"]
        }

    def shared() -> bool:
        readers = {
            group["member"]
            for topic in home.json("topics")
            if topic["topic"] == "raw_inbox_stream"
            for group in topic["groups"]
        }
        return len(readers - {""}) == 2

    try:
        wait_until(lambda: len(members()) == 2, "two members", timeout_s=40)
        wait_until(shared, "shared partitions", timeout_s=40)
    finally:
        for process in processes:
            process.terminate()
            process.wait(timeout=20)


def test_an_outage_is_held_and_nothing_of_it_is_lost(home: Home) -> None:
    """Told when the provider is another; doctor says what goes to brokers and database."""
    write_mbox(home.folder / "inbox.mbox", mixed(1, 0))
    home.configure((home.folder / "careerops.toml").read_text().replace('"rules"', '"openai"'))
    home.environment |= {
        "CAREEROPS_CLASSIFIER__0__BASE_URL": "http://127.0.0.1:9/v1",
        "CAREEROPS_CLASSIFIER__0__MODEL": "none",
        "CAREEROPS_CLASSIFY__ON_OUTAGE": "hold",
    }
    ended = home.run("run", "--until-idle", "--max-wait", "2", check=False)
    assert ended.returncode == 1
    assert "nothing is lost" in ended.stderr
    assert home.json("dlq", "list") == []
    home.environment["CAREEROPS_CLASSIFIER__0__KIND"] = "rules"
    for name in ("BASE_URL", "MODEL"):
        del home.environment[f"CAREEROPS_CLASSIFIER__0__{name}"]
    home.idle()
    assert len(home.told_ids()) == 1
    doctor = home.run("doctor", check=False).stdout
    assert "the text of your mails" in doctor
    assert home.environment["STORE_URL"] not in doctor
