"""What can be configured of Kafka: the `[kafka]` table."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from careerops.ops.paths import ConfigPath
from careerops.ops.secrets import Secret

GroupProtocol = Literal["classic", "consumer"]
Property = str | int | float | bool
_OURS = frozenset(
    {
        "acks",
        "auto.offset.reset",
        "bootstrap.servers",
        "enable.auto.commit",
        "enable.auto.offset.store",
        "enable.idempotence",
        "enable.partition.eof",
        "group.id",
        "group.protocol",
        "isolation.level",
        "partition.assignment.strategy",
        "partitioner",
        "sasl.password",
    }
)


class Options(BaseModel):
    """The `[kafka]` table. The addresses are in `log`: `kafka://HOST:PORT,HOST:PORT`.

    Attributes:
        partitions: of each topic that is created, for good: a key's partition must not change
            (the dead letter queue has one). Not given: 6, and whatever existing topics have.
        prefix: put before the names of topics and groups, where installations share brokers.
        replication: copies of each partition; not given: the brokers' default.
        group_protocol: `classic` (cooperative-sticky) or `consumer` (KIP-848, brokers from 4.0).
        session_timeout_s: after how long a silent member loses its partitions (classic only;
            with `consumer` the brokers decide).
        delivery_timeout_s: how long a record is tried to be written before that is an outage.
        request_timeout_s: how long metadata, offsets and topics are waited for.
        security: how to talk to the brokers.
        ca_file: certificates to trust instead of the system's, for SSL.
        certificate_file, key_file: our own, where brokers ask for one.
        sasl_mechanism: how to say who we are; needs `username` and `password`, or for
            OAUTHBEARER a `token`, or `properties` for librdkafka's own OIDC.
        username, password, token: credentials; the last two are references to secrets.
        properties: further properties of librdkafka, by their own names.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True
    )

    prefix: str = Field(default="", pattern=r"^[a-zA-Z0-9._-]{0,100}$")
    partitions: int | None = Field(default=None, ge=1, le=10_000)
    replication: int | None = Field(default=None, ge=1, le=100)
    group_protocol: GroupProtocol = "classic"
    session_timeout_s: float = Field(default=45.0, ge=1, le=1800)
    delivery_timeout_s: float = Field(default=30.0, ge=1, le=3600)
    request_timeout_s: float = Field(default=10.0, ge=1, le=300)
    security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = "plaintext"
    ca_file: ConfigPath | None = None
    certificate_file: ConfigPath | None = None
    key_file: ConfigPath | None = None
    sasl_mechanism: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = ""
    username: str = ""
    password: Secret | None = None
    token: Secret | None = None
    properties: dict[str, Property] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "Options":
        taken = sorted(_OURS & self.properties.keys())
        if taken:
            raise ValueError(f"properties: {taken[0]} is not to be changed; remove it")
        if self.security.startswith("sasl") != bool(self.sasl_mechanism):
            raise ValueError("sasl_mechanism and security = 'sasl_...' go together; add the other")
        if self.sasl_mechanism not in {"", "OAUTHBEARER"} and not (self.username and self.password):
            raise ValueError(f"{self.sasl_mechanism} needs username and password; add them")
        return self
