"""Every metric, in one typed place: kind, unit, meaning and labels.

docs/metrics.md is generated from this file: `python -m careerops.ops.reference`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

PREFIX: Final = "careerops_"

_LATENCY_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)
_TELL_S = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)


Counted = Counter
"""What a counter's labels give: for those who count and do not declare."""


class Kind(StrEnum):
    """What a metric's figures mean over time."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Spec:
    """One metric as it is declared. Values of `labels` are bounded sets, never from a mail."""

    name: str
    kind: Kind
    unit: str
    meaning: str
    labels: tuple[str, ...]


class Metrics:
    """The metrics of one process.

    Constructed once by bootstrap and injected.

    Attributes:
        registry: what `/metrics` renders.
        specs: the table of all that is declared here.
    """

    def __init__(self) -> None:
        """Declare every metric in a registry of our own."""
        self.registry = CollectorRegistry()
        self.specs: list[Spec] = []
        self.emails_ingested = self._counter(
            "emails_ingested_total", "mails", "Mails published by ingest.", "source"
        )
        self.mailbox_state = self._gauge(
            "mailbox_state",
            "0 or 1",
            "1 for the state that a mailbox is in, else 0; by its place, as `mailbox[0]`.",
            "mailbox",
            "state",
        )
        self.mailbox_last_contact = self._gauge(
            "mailbox_last_contact_timestamp_seconds",
            "seconds",
            "When a mailbox served us last, in Unix time; 0 before it has.",
            "mailbox",
        )
        self.emails_processed = self._counter(
            "emails_processed_total",
            "events",
            "Events settled, by stage and how they ended.",
            "stage",
            "status",
        )
        self.emails_classified = self._counter(
            "emails_classified_total",
            "mails",
            "Classifications that stand.",
            "event_type",
            "provider",
        )
        self.classification_errors = self._counter(
            "classification_errors_total", "calls", "Failed classification calls.", "error_type"
        )
        self.llm_latency_seconds = self._histogram(
            "llm_latency_seconds",
            "Duration of one call of a language model.",
            _LATENCY_S,
            "provider",
        )
        self.llm_tokens = self._counter(
            "llm_tokens_total",
            "tokens",
            "Tokens, as the provider counts them; direction is input or output.",
            "provider",
            "direction",
        )
        self.llm_cost_usd = self._counter(
            "llm_cost_usd_total",
            "dollars",
            "What calls cost at list prices; models without a known price are not in it.",
            "provider",
        )
        self.model_answers = self._gauge(
            "model_answers",
            "0 or 1",
            "Whether the last call of a classifier was answered; 1 before the first.",
            "provider",
        )
        self.quota_remaining = self._gauge(
            "quota_remaining",
            "calls or tokens",
            "What is left of a scope's quota, where its limit is known.",
            "scope",
            "quota",
        )
        self.watermark_age_seconds = self._gauge(
            "watermark_age_seconds",
            "seconds",
            "Age of the oldest record not settled yet; 0 when all are.",
            "stage",
        )
        self.in_flight = self._gauge("in_flight", "messages", "Handlers running now.", "stage")
        self.parked = self._gauge(
            "parked", "messages", "Messages waiting for a retry or a scope.", "stage"
        )
        self.consumer_lag = self._gauge(
            "consumer_lag", "records", "Records not settled yet.", "stage"
        )
        self.dead_letters = self._counter(
            "dead_letters_total", "messages", "Dead letters written.", "stage", "reason"
        )
        self.log_went_back = self._counter(
            "log_went_back_total",
            "partitions",
            "Kafka: partitions read again because a topic was made anew or lost records.",
            "topic",
        )
        self.producers_replaced = self._counter(
            "producers_replaced_total",
            "producers",
            "Kafka: producers that brokers ended for good and a new one replaced.",
            "reason",
        )
        self.breaker_state = self._gauge(
            "breaker_state", "state", "Circuit breaker: 0 closed, 1 half-open, 2 open.", "provider"
        )
        self.notifications = self._counter(
            "notifications_total", "sends", "Sends by channel and outcome.", "channel", "outcome"
        )
        self.mail_to_notification_seconds = self._histogram(
            "mail_to_notification_seconds",
            "From the mail's arrival in the log to its acceptance by a channel.",
            _TELL_S,
            "channel",
        )

    def _declare(
        self, kind: Kind, name: str, unit: str, meaning: str, labels: tuple[str, ...]
    ) -> str:
        spec = Spec(PREFIX + name, kind, unit, meaning, labels)
        self.specs.append(spec)
        return spec.name

    def _counter(self, name: str, unit: str, meaning: str, *labels: str) -> Counter:
        full = self._declare(Kind.COUNTER, name, unit, meaning, labels)
        return Counter(full, meaning, labels, registry=self.registry)

    def _gauge(self, name: str, unit: str, meaning: str, *labels: str) -> Gauge:
        full = self._declare(Kind.GAUGE, name, unit, meaning, labels)
        return Gauge(full, meaning, labels, registry=self.registry)

    def _histogram(
        self, name: str, meaning: str, buckets_s: tuple[float, ...], *labels: str
    ) -> Histogram:
        full = self._declare(Kind.HISTOGRAM, name, "seconds", meaning, labels)
        return Histogram(full, meaning, labels, buckets=buckets_s, registry=self.registry)
