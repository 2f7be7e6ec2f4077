"""The real broker's listener with authentication takes what is right and refuses the rest."""

from collections.abc import Iterator
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from support.kafka.credentials import change_password, password_config, token_config
from support.kafka.fixtures import own_kafka
from support.kafka.server import KafkaCluster
from support.kafka.settings import PASSWORD
from support.waiting import wait_until

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaCluster]:
    """A broker with such a listener, for this file."""
    with own_kafka(tmp_path_factory.mktemp("sasl"), sasl=True) as cluster:
        yield cluster


class Client:
    """A client that goes on trying, as all do.

    Attributes:
        refused: whether it was told that its credentials will not do.
    """

    def __init__(self, cluster: KafkaCluster, config: dict[str, Any]) -> None:
        self.refused = False
        settings: dict[str, Any] = {
            **config,
            "bootstrap.servers": cluster.sasl_bootstrap,
            "log_level": 0,
            "error_cb": self._failed,
        }
        self._client = AdminClient(settings)

    def answered(self) -> bool:
        """Whether a broker answers now."""
        try:
            return bool(self._client.list_topics(timeout=0.5).brokers)
        except KafkaException:
            return False
        finally:
            self._client.poll(0)

    def decided(self) -> bool:
        """Whether it is known how the credentials do."""
        return self.answered() or self.refused

    def _failed(self, error: KafkaError) -> None:
        self.refused |= error.name() == "_AUTHENTICATION"


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
def test_a_wrong_password_is_refused_and_the_right_one_is_not(
    cluster: KafkaCluster, mechanism: str
) -> None:
    """A broker that took any password would prove nothing about the one that is configured."""
    for password, refused in ((PASSWORD, False), ("wrong-horse", True)):
        client = Client(cluster, password_config(mechanism, password))
        wait_until(client.decided, "an answer")
        assert client.refused is refused


def test_a_changed_password_holds_at_once(cluster: KafkaCluster) -> None:
    """What a person does who changes a password while we run."""
    change_password(cluster.bootstrap, "another-horse")
    old = Client(cluster, password_config("SCRAM-SHA-256"))
    new = Client(cluster, password_config("SCRAM-SHA-256", "another-horse"))
    for client in (old, new):
        wait_until(client.decided, "an answer")
    change_password(cluster.bootstrap, PASSWORD)
    assert (old.refused, new.refused) == (True, False)


def test_an_expired_token_is_refused(cluster: KafkaCluster) -> None:
    """A client that shows what it was given an hour ago."""
    client = Client(cluster, token_config(-60))
    wait_until(client.decided, "an answer")
    assert client.refused


def test_a_token_that_expires_ends_a_connection_that_stands(cluster: KafkaCluster) -> None:
    """A long-lived connection is no way around a short-lived token."""
    client = Client(cluster, token_config(4))
    wait_until(client.answered, "an answer")
    assert not client.refused

    def noticed() -> bool:
        client.answered()
        return client.refused

    wait_until(noticed, "the broker to refuse the token")
