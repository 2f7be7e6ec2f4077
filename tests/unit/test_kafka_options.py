"""The `[kafka]` table: what belongs together, and what is not to be changed."""

from typing import Any

import pytest
from pydantic import ValidationError

from careerops.adapters.kafka.options import _OURS, Options

SASL = {
    "security": "sasl_ssl",
    "sasl_mechanism": "SCRAM-SHA-512",
    "username": "alice",
    "password": "env:KAFKA_PASSWORD",
}


def options(**keys: Any) -> Options:
    """Options of `keys`."""
    return Options.model_validate(keys)


def test_an_empty_table_is_enough() -> None:
    """Brokers on this machine need nothing but their address."""
    assert options() == Options()
    assert options().security == "plaintext"
    assert options().group_protocol == "classic"


@pytest.mark.parametrize("name", sorted(_OURS))
def test_a_property_that_the_promises_rest_on_is_refused_by_name(name: str) -> None:
    """With automatic commits, say, records would be lost."""
    with pytest.raises(ValidationError, match=f"{name} is not to be changed"):
        options(properties={name: "x"})


def test_any_other_property_is_passed_through() -> None:
    """There are hundreds, and an unusual installation needs some of them."""
    properties = {"client.rack": "a", "fetch.min.bytes": 7, "socket.nagle.disable": True}
    assert options(properties=properties).properties == properties


@pytest.mark.parametrize(
    ("keys", "remedy"),
    [
        ({"security": "sasl_ssl"}, "go together"),
        ({"sasl_mechanism": "PLAIN", "username": "u", "password": "env:P"}, "go together"),
        (SASL | {"username": ""}, "SCRAM-SHA-512 needs username and password"),
        (SASL | {"password": None}, "SCRAM-SHA-512 needs username and password"),
        (SASL | {"sasl_mechanism": "GSSAPI"}, "PLAIN"),
        ({"partitions": 0}, "greater than or equal to 1"),
        ({"prefix": "with space"}, "pattern"),
        ({"prefx": "t."}, "Extra inputs"),
        ({"group_protocol": "eager"}, "classic"),
    ],
)
def test_what_cannot_work_is_refused_with_the_remedy(keys: dict[str, Any], remedy: str) -> None:
    """Before anybody connects."""
    with pytest.raises(ValidationError, match=remedy):
        options(**keys)


def test_a_token_may_come_from_librdkafka_itself() -> None:
    """Its own OIDC needs properties of its own and no token of ours."""
    found = options(
        security="sasl_ssl",
        sasl_mechanism="OAUTHBEARER",
        properties={"sasl.oauthbearer.method": "oidc"},
    )
    assert found.token is None


def test_the_password_is_neither_shown_nor_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference is shown; a password written in its place is not even repeated."""
    monkeypatch.setenv("KAFKA_PASSWORD", "correct-horse")
    found = options(**SASL)
    assert found.password is not None
    assert found.password.get() == "correct-horse"
    assert "correct-horse" not in f"{found!r} {found} {found.model_dump()}"
    with pytest.raises(ValidationError) as refused:
        options(**SASL | {"password": "correct-horse"})
    assert "correct-horse" not in str(refused.value)
