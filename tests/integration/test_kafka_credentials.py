"""The log and brokers that demand credentials: wrong, expired, and changed while it runs."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest

from careerops.domain.errors import ConfigurationError, Outage
from support.engine import Scripted, mail
from support.kafka.credentials import change_password, unsecured_token
from support.kafka.fixtures import own_kafka
from support.kafka.server import KafkaCluster
from support.kafka.settings import PASSWORD, USER
from support.kafka_stage import kafka_stage
from support.waiting import until

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A broker of this file's own, which it may restart."""
    with own_kafka(tmp_path_factory.mktemp("sasl"), sasl=True) as cluster:
        yield cluster


def password_keys(mechanism: str) -> dict[str, Any]:
    """Keys of the `[kafka]` table for a password in the environment."""
    return {
        "security": "sasl_plaintext",
        "sasl_mechanism": mechanism,
        "username": USER,
        "password": "env:KAFKA_SECRET",
        "request_timeout_s": 3,
    }


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
async def test_a_wrong_password_is_one_line_without_it(
    cluster: KafkaCluster,
    mechanism: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The right one opens the log; of the wrong one nothing but that it is wrong is said."""
    async with kafka_stage(cluster.bootstrap, **password_keys(mechanism)) as stage:
        monkeypatch.setenv("KAFKA_SECRET", PASSWORD)
        log = await stage.open(cluster.sasl_bootstrap)
        await log.publish([mail("m")])
    async with kafka_stage(cluster.bootstrap, **password_keys(mechanism)) as stage:
        monkeypatch.setenv("KAFKA_SECRET", "wrong-horse")
        with pytest.raises(ConfigurationError, match=r"credentials.*\[kafka\]") as refused:
            await stage.open(cluster.sasl_bootstrap)
    output = capfd.readouterr()
    assert "\n" not in str(refused.value)
    assert "wrong-horse" not in f"{refused.value!r} {output.out} {output.err} {caplog.text}"


async def test_an_expired_token_is_one_line_without_it(
    cluster: KafkaCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an access token that nobody renews."""
    keys = password_keys("OAUTHBEARER") | {"password": None, "token": "env:KAFKA_SECRET"}
    async with kafka_stage(cluster.bootstrap, **keys) as stage:
        monkeypatch.setenv("KAFKA_SECRET", unsecured_token(time.time() + 300))
        log = await stage.open(cluster.sasl_bootstrap)
        await log.publish([mail("m")])
    async with kafka_stage(cluster.bootstrap, **keys) as stage:
        expired = unsecured_token(time.time() - 60)
        monkeypatch.setenv("KAFKA_SECRET", expired)
        with pytest.raises(ConfigurationError, match=r"credentials.*\[kafka\]") as refused:
            await stage.open(cluster.sasl_bootstrap)
        assert expired not in str(refused.value)


async def test_a_password_changed_while_running_is_an_outage_that_ends(
    cluster: KafkaCluster, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """No crash: it is said, work waits, and goes on when the password is as it was."""
    monkeypatch.setenv("KAFKA_SECRET", PASSWORD)
    keys = password_keys("SCRAM-SHA-256") | {"delivery_timeout_s": 2}
    async with kafka_stage(cluster.bootstrap, **keys) as stage:
        member = await stage.member(handler := Scripted(), cluster.sasl_bootstrap)
        await member.log.publish([mail("before")])
        await until(lambda: member.worker.settled == 1, "the first one")
        capfd.readouterr()
        change_password(cluster.bootstrap, "another-horse")
        # Connections that stand stay until the broker has them end.
        await asyncio.to_thread(cluster.restart)
        with pytest.raises(Outage, match=r"\[kafka\]|brokers"):
            await asyncio.wait_for(member.log.publish([mail("meanwhile")]), 10)
        assert not member.task.done()
        change_password(cluster.bootstrap, PASSWORD)
        other = await stage.open(cluster.sasl_bootstrap)
        await other.publish([mail("after")])
        await until(lambda: "after" in handler.seen, "the one after it", timeout_s=20)
        await member.log.publish([mail("last")])
        await until(lambda: "last" in handler.seen, "the last one")
        assert not member.subscription._assignments._down
        await member.stop()
        said = capfd.readouterr().err
        assert "outage_started" in said
        assert PASSWORD not in said
