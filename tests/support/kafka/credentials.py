"""Credentials for the listener with authentication: right ones, wrong ones, and those run out."""

import base64
import json
import time
from typing import Any

from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._scram import (
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from support.kafka.settings import PASSWORD, USER

_ANSWER_S = 30.0
_ISSUED_S_AGO = 3600


def password_config(mechanism: str, password: str = PASSWORD) -> dict[str, Any]:
    """Settings of a client that shows a password by `PLAIN` or `SCRAM-SHA-256`."""
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": mechanism,
        "sasl.username": USER,
        "sasl.password": password,
    }


def token_config(lifetime_s: float) -> dict[str, Any]:
    """Settings of a client that shows one token, valid for so long from now, again and again."""
    ends_at = time.time() + lifetime_s
    # The client is told that the token lives long, or it would not even show one that has expired.
    told = time.time() + _ISSUED_S_AGO
    return {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "OAUTHBEARER",
        "oauth_cb": lambda _: (unsecured_token(ends_at), told),
    }


def unsecured_token(ends_at: float) -> str:
    """A JSON Web Token without a signature (RFC 7519, 6), for `USER` until the time `ends_at`."""
    claims = {"sub": USER, "iat": int(time.time()) - _ISSUED_S_AGO, "exp": int(ends_at)}
    parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
    header, body = (base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
    return f"{header}.{body}."


def change_password(bootstrap: str, password: str) -> None:
    """Let `USER` have another password by SCRAM from now on; PLAIN keeps the old one."""
    changed = UserScramCredentialUpsertion(
        USER, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), password.encode()
    )
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for each in admin.alter_user_scram_credentials([changed]).values():
        each.result(_ANSWER_S)
