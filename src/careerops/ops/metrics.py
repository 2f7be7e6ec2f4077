"""Every metric, in one typed place."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_LATENCY_S = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60)
_TELL_S = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)


class Metrics:
    """The metrics of one process, each with kind, unit and meaning; label values are bounded sets.

    Constructed once by bootstrap and injected; `registry` is what `/metrics` renders.
    """

    def __init__(self) -> None:
        """Declare every metric in a registry of our own."""
        self.registry = CollectorRegistry()
        r = self.registry
        self.emails_ingested = Counter(
            "careerops_emails_ingested_total", "Mails published by ingest.", ["source"], registry=r
        )
        self.emails_processed = Counter(
            "careerops_emails_processed_total",
            "Events settled, by stage and how they ended.",
            ["stage", "status"],
            registry=r,
        )
        self.emails_classified = Counter(
            "careerops_emails_classified_total",
            "Classifications that stand.",
            ["event_type", "provider"],
            registry=r,
        )
        self.classification_errors = Counter(
            "careerops_classification_errors_total",
            "Failed classification calls.",
            ["error_type"],
            registry=r,
        )
        self.llm_latency_seconds = Histogram(
            "careerops_llm_latency_seconds",
            "Duration of one call of a language model.",
            ["provider"],
            buckets=_LATENCY_S,
            registry=r,
        )
        self.llm_tokens = Counter(
            "careerops_llm_tokens_total",
            "Tokens, as the provider counts them.",
            ["provider", "direction"],
            registry=r,
        )
        self.watermark_age_seconds = Gauge(
            "careerops_watermark_age_seconds",
            "Age of the oldest record not settled yet; 0 when all are.",
            ["stage"],
            registry=r,
        )
        self.in_flight = Gauge(
            "careerops_in_flight", "Handlers running now.", ["stage"], registry=r
        )
        self.parked = Gauge(
            "careerops_parked", "Messages waiting for a retry or a scope.", ["stage"], registry=r
        )
        self.consumer_lag = Gauge(
            "careerops_consumer_lag", "Records not settled yet.", ["stage"], registry=r
        )
        self.dead_letters = Counter(
            "careerops_dead_letters_total", "Dead letters written.", ["stage", "reason"], registry=r
        )
        self.breaker_state = Gauge(
            "careerops_breaker_state",
            "Circuit breaker: 0 closed, 1 half-open, 2 open.",
            ["provider"],
            registry=r,
        )
        self.notifications = Counter(
            "careerops_notifications_total",
            "Sends by channel and outcome.",
            ["channel", "outcome"],
            registry=r,
        )
        self.mail_to_notification_seconds = Histogram(
            "careerops_mail_to_notification_seconds",
            "From the mail's arrival in the log to its acceptance by a channel.",
            ["channel"],
            buckets=_TELL_S,
            registry=r,
        )
