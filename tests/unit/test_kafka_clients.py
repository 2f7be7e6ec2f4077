"""What the clients are told, and what their errors mean."""

import logging
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from careerops.adapters.kafka import clients
from careerops.adapters.kafka.options import Options
from careerops.domain.errors import CareerOpsError, ConfigurationError, Fenced, Outage, Permanent
from support.waiting import wait_until

NOBODY = "127.0.0.1:1"
SECRET = "correct-horse"


def options(**keys: Any) -> Options:
    """Options of `keys`."""
    return Options.model_validate(keys)


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (KafkaError.LEADER_NOT_AVAILABLE, clients.Electing, "electing"),
        (KafkaError.COORDINATOR_LOAD_IN_PROGRESS, clients.Electing, "electing"),
        (KafkaError.MSG_SIZE_TOO_LARGE, Permanent, "max.message.bytes"),
        (KafkaError.RECORD_LIST_TOO_LARGE, Permanent, "max.message.bytes"),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, Permanent, "does not exist"),
        (KafkaError._UNKNOWN_TOPIC, Permanent, "does not exist"),
        (KafkaError._AUTHENTICATION, Outage, "[kafka]"),
        (KafkaError.SASL_AUTHENTICATION_FAILED, Outage, "[kafka]"),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, Outage, "[kafka]"),
        (KafkaError._MSG_TIMED_OUT, Outage, "_MSG_TIMED_OUT"),
        (KafkaError._ALL_BROKERS_DOWN, Outage, "check its brokers"),
    ],
)
def test_an_error_means_what_is_to_be_done_about_it(
    code: int, kind: type[CareerOpsError], says: str
) -> None:
    """Never a dead letter for brokers that are away, never a wait for what they will not take."""
    meant = clients.meaning(KafkaError(code, f"something with {SECRET}"))
    assert type(meant) is kind
    assert says in str(meant)
    assert SECRET not in str(meant)
    assert "\n" not in str(meant)
    if isinstance(meant, Outage):
        assert meant.scope == "log"


def test_only_refused_credentials_are_a_denial() -> None:
    """A person looks at other things where nobody can be reached."""
    assert clients.is_denial(KafkaError(KafkaError._AUTHENTICATION))
    assert not clients.is_denial(KafkaError(KafkaError._ALL_BROKERS_DOWN))


def test_a_consumer_that_has_ended_is_started_again() -> None:
    """It is no outage that passes while one waits."""
    assert isinstance(clients.ended(KafkaError(KafkaError._FENCED)), Fenced)


def test_the_error_in_an_exception_is_found() -> None:
    """It is where the client puts it."""
    error = KafkaError(KafkaError._TIMED_OUT)
    assert clients.error_of(KafkaException(error)) is error


def test_a_property_that_librdkafka_does_not_take_is_named_without_its_value() -> None:
    """The value may be a secret that was written into the wrong place."""
    for properties in ({"no.such.thing": SECRET}, {"client.dns.lookup": SECRET}):
        (name,) = properties
        told = clients.common(NOBODY, options(properties=properties))
        with pytest.raises(ConfigurationError, match=rf"kafka\.properties: {name}") as refused:
            clients.checked(Producer, told)
        assert SECRET not in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_every_client_takes_what_it_is_told(protocol: str) -> None:
    """A property of the other protocol would be refused when the first member joins."""
    chosen = options(group_protocol=protocol)
    clients.checked(Consumer, clients.consumer(NOBODY, chosen, "g")).close()
    clients.checked(Consumer, clients.reader(NOBODY, chosen)).close()
    clients.checked(Producer, clients.producer(NOBODY, chosen))
    clients.checked(AdminClient, clients.common(NOBODY, chosen))


def test_files_are_passed_on(tmp_path: Path) -> None:
    """For brokers with certificates of their own."""
    found = clients.common(NOBODY, options(security="ssl", ca_file=str(tmp_path / "ca.pem")))
    assert found["ssl.ca.location"] == str(tmp_path / "ca.pem")
    assert found["security.protocol"] == "ssl"
    assert "ssl.key.location" not in found


def test_a_token_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    """A file that somebody else renews."""
    (tmp_path / "token").write_text(SECRET)
    chosen = options(
        security="sasl_ssl", sasl_mechanism="OAUTHBEARER", token=f"file:{tmp_path / 'token'}"
    )
    found = clients.common(NOBODY, chosen)
    assert SECRET not in repr(found)
    token, ends_at = found["oauth_cb"]("")
    assert token == SECRET
    assert ends_at > 0


def test_a_password_goes_to_librdkafka_and_into_no_log(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It takes them in no other form; what it says of itself, asked for everything, hides it."""
    monkeypatch.setenv("KAFKA_PASSWORD", SECRET)
    chosen = options(
        security="sasl_plaintext",
        sasl_mechanism="SCRAM-SHA-256",
        username="alice",
        password="env:KAFKA_PASSWORD",
        properties={"debug": "conf,security"},
    )
    caplog.set_level(logging.DEBUG)
    told = clients.producer(NOBODY, chosen)
    assert [name for name, value in told.items() if value == SECRET] == ["sasl.password"]
    client = clients.checked(Producer, told)
    wait_until(lambda: client.poll(0.05) == 0 and "sasl.username" in caplog.text, "what it says")
    output = capfd.readouterr()
    assert SECRET not in f"{caplog.text} {output.out} {output.err} {chosen!r}"


def test_a_topic_that_exists_is_only_away_while_a_broker_starts() -> None:
    """It is not the record's fault then: nothing is dead-lettered, nobody ends."""
    missing = KafkaError(KafkaError.UNKNOWN_TOPIC_OR_PART)
    assert isinstance(clients.known_topic(missing), clients.Electing)
    assert isinstance(clients.meaning(missing), Permanent)
    assert isinstance(clients.known_topic(KafkaError(KafkaError.MSG_SIZE_TOO_LARGE)), Permanent)
