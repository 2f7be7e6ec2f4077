"""Every log event and every field a log line may carry, in one typed place.

A line carries names declared here and nothing else: a keyword that is not in `Fields` is dropped
when the line is written (and refused by the type checker before), so that no new keyword can carry
a mail's contents into the log. docs/logs.md is generated from this file: `python -m
careerops.ops.reference`.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Self, TypedDict, get_type_hints


class LogEvent(StrEnum):
    """What happened. The value is the line's `event`; `meaning` is for the reader of the logs."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        """A member is its value together with its meaning."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    # process
    SERVICE_STARTED = "service_started", "A service is wired and starts its work."
    CONFIG_LOADED = "config_loaded", "The configuration was read and is valid."
    PROVIDER_INIT_FAILED = "provider_init_failed", "An optional part is left out: not usable."
    HTTP_LISTENING = "http_listening", "The HTTP server accepts connections."
    SHUTDOWN_REQUESTED = "shutdown_requested", "A first signal: intake stops, work drains."
    SHUTDOWN_COMPLETE = "shutdown_complete", "Everything is closed; the process ends."
    SHUTDOWN_FORCED = "shutdown_forced", "The drain's deadline has passed: what runs is cancelled."
    SHUTDOWN_STUCK = "shutdown_stuck", "The event loop did not end in time; the process is ended."
    TASK_DIED = "task_died", "A background task ended with an error; the process stops."
    LOOP_STALLED = "loop_stalled", "The event loop was blocked for longer than it may be."

    # mail comes in
    EMAIL_RECEIVED = "email_received", "A mail was taken from its source."
    EMAIL_PUBLISHED = "email_published", "A mail is durable in the log."
    EMAIL_DUPLICATE = "email_duplicate", "A mail that is known already was seen again."
    EMAIL_UNREADABLE = "email_unreadable", "A mail could not be understood; it is dead-lettered."
    EMAIL_DEFERRED = "email_deferred", "A mail cannot be read from its source now; tried again."
    EMAIL_SKIPPED = "email_skipped", "A mail's source keeps failing to hand it over; left out."
    SOURCE_CONNECTED = "source_connected", "A mailbox can be read."
    SOURCE_TAKEN = "source_taken", "Another process reads this mailbox; this one stands by."
    SOURCE_LOST = "source_lost", "The connection to a mailbox is lost; it will be tried again."
    MAILBOX_STATE = "mailbox_state", "A mailbox is in another state than before: `status`."
    MAILBOX_ALERT = "mailbox_alert", "A person is told that a mailbox is not read, or is again."
    SOURCE_CAUGHT_UP = "source_caught_up", "A mailbox was read to its end."
    PARSER_CRASHED = "parser_crashed", "The mail parser died and was replaced."

    # a mail is understood
    EMAIL_CLASSIFIED = "email_classified", "A classification stands."
    CLASSIFICATION_DEGRADED = "classification_degraded", "The fallback answered for a mail."
    PROVIDER_FAILED = "provider_failed", "A call of a provider failed."
    BREAKER_OPENED = "breaker_opened", "A provider fails too often: it is left alone for a while."
    BREAKER_CLOSED = "breaker_closed", "A provider answers again."
    PROVIDER_DISABLED = "provider_disabled", "A provider is asked nothing more until a restart."
    CREDENTIAL_REFUSED = (
        "credential_refused",
        "A provider refuses a key; it rests until it changes.",
    )
    QUOTA_BLOCKED = "quota_blocked", "A provider says that a scope's quota or money is used up."
    QUOTA_FORGOTTEN = "quota_forgotten", "A scope's count cannot be read: it begins anew."
    MODEL_UNPRICED = "model_unpriced", "Nobody knows a model's price: a budget in money misses it."
    RESEARCH_DEGRADED = "research_degraded", "A briefing holds less than was asked for."

    # the engine
    MESSAGE_PARKED = "message_parked", "A message waits for a retry or for a scope."
    MESSAGE_RETRIED = "message_retried", "A parked message is tried again."
    OUTAGE_STARTED = "outage_started", "A scope is down; work that needs it waits."
    OUTAGE_ENDED = "outage_ended", "A scope is up again."
    DEAD_LETTERED = "dead_lettered", "A message was given up and kept as a dead letter."
    DEAD_LETTER_REFUSED = "dead_letter_refused", "The log refuses a dead letter; offered again."
    DEAD_LETTERS_WAITING = "dead_letters_waiting", "There are dead letters for a person to see."
    RECORDS_TRIMMED = "records_trimmed", "Records past the retention time were deleted."
    PARTITIONS_LOST = "partitions_lost", "Partitions went to another member before they were ready."
    PARTITIONS_ADDED = (
        "partitions_added",
        "A topic has more partitions: keys have moved among them.",
    )
    LOG_WENT_BACK = "log_went_back", "A topic was made anew or has lost records: it is read again."
    PRODUCER_REPLACED = "producer_replaced", "Kafka ended a producer for good; a new one writes."
    GROUP_NOT_LEFT = "group_not_left", "Kafka did not answer when a group was to be left."
    LEASE_LOST = "lease_lost", "Another process owns the group or the source now."

    # a person is told
    NOTIFICATION_PLANNED = "notification_planned", "A notification is in the ledger."
    NOTIFICATION_SENT = "notification_sent", "A channel accepted a notification."
    NOTIFICATION_FAILED = "notification_failed", "A send failed."
    NOTIFICATION_UNKNOWN = "notification_unknown", "Nobody knows whether a send arrived."
    NOTIFICATION_DROPPED = "notification_dropped", "Its account has no channel: nobody is told."
    NOTIFICATIONS_FOLDED = "notifications_folded", "Too many this hour: told together in one."
    NOTIFICATIONS_ADOPTED = (
        "notifications_adopted",
        "A channel is gone: the others of its account tell what it still had to tell.",
    )
    NOTIFICATIONS_STRANDED = "notifications_stranded", "A channel is gone and nobody tells for it."
    NOTIFICATION_EXPIRED = "notification_expired", "A notification was not worth sending any more."
    CHANNEL_DOWN = "channel_down", "A channel refuses everything; its notifications wait."

    # what others say; never their text, which may hold anything
    LIBRARY_LOG = "library_log", "A library logged a warning or an error, at `location`."
    LIBRARY_WARNING = "library_warning", "A Python warning was issued at `location`."
    UNHANDLED_ERROR = "unhandled_error", "An error reached the top of the process or a thread."
    UNDECLARED_EVENT = "undeclared_event", "A line was written without an event of this list."


class Fields(TypedDict, total=False):
    """The fields a caller may give. Values are bounded and redacted when the line is written."""

    account: Annotated[str, "Account by its configured name; an address is masked."]
    attempt: Annotated[int, "Which try this was, from 1."]
    backfill: Annotated[bool, "Whether it is about history."]
    bytes: Annotated[int, "Size in bytes."]
    channel: Annotated[str, "Notification channel."]
    confidence: Annotated[float, "Probability 0..1 of a classification."]
    count: Annotated[int, "How many."]
    degraded: Annotated[bool, "Whether an answer is less than was asked for."]
    delay_s: Annotated[float, "Seconds until the next try."]
    duration_s: Annotated[float, "Seconds it took."]
    error_type: Annotated[str, "Class of the error; never its text."]
    event_id: Annotated[str, "Id of the event (64 hex digits)."]
    event_type: Annotated[str, "APPLIED, ASSESSMENT, INTERVIEW, OFFER, REJECTION or OTHER."]
    exit_status: Annotated[int, "Exit status of a process; negative is a signal."]
    group: Annotated[str, "Consumer group."]
    host: Annotated[str, "Host name or address that is connected or listened to."]
    kind: Annotated[str, "Kind of a part, a notification or a record."]
    lag: Annotated[int, "Records not settled yet."]
    library: Annotated[str, "Logger name of the library that spoke."]
    location: Annotated[str, "Place in the code: file:line:function."]
    model: Annotated[str, "Language model."]
    notification_id: Annotated[str, "Id of a notification (64 hex digits)."]
    offset: Annotated[int, "Offset of a record in its partition."]
    partition: Annotated[int, "Partition of a topic."]
    pid: Annotated[int, "Process id."]
    port: Annotated[int, "TCP port."]
    provider: Annotated[str, "Provider of classification or research, by its kind."]
    reason: Annotated[str, "Why, as a short machine-readable word."]
    retry_at: Annotated[str, "Time of the next try, UTC, ISO 8601."]
    review: Annotated[bool, "Whether a person should look at it."]
    scope: Annotated[str, "What is down: a quota scope, a provider, an account, a channel."]
    signal: Annotated[str, "Name of a signal."]
    source: Annotated[str, "Mail source by its name; addresses in it are masked."]
    source_kind: Annotated[str, "Kind of mail source: mbox, maildir, eml, imap ..."]
    stage: Annotated[str, "Stage of the pipeline: ingest, classify, research, notify."]
    status: Annotated[str, "How it ended."]
    status_code: Annotated[int, "HTTP or SMTP status."]
    task: Annotated[str, "Name of a background task."]
    topic: Annotated[str, "Topic of the log."]
    trace_id: Annotated[str, "W3C trace id (32 hex digits) that follows one mail."]
    version: Annotated[str, "Version of CareerOps."]


class LineFields(Fields, total=False):
    """What stands on a line beside the caller's fields; written by the pipeline alone."""

    dropped_fields: Annotated[str, "Names of fields that are not declared and were left out."]
    event: Annotated[str, "What happened, one of the events above."]
    exception: Annotated[list[str], "Exception types and frames, without any value."]
    level: Annotated[str, "debug, info, warning, error or critical."]
    lines_lost: Annotated[int, "Lines that could not be written before this one."]
    service: Annotated[str, "Which part wrote the line."]
    time: Annotated[str, "When, UTC, ISO 8601 with milliseconds."]


def _meanings(declaration: type) -> Mapping[str, str]:
    hints = get_type_hints(declaration, include_extras=True)
    return MappingProxyType({name: hint.__metadata__[0] for name, hint in sorted(hints.items())})


FIELDS: Final[Mapping[str, str]] = _meanings(Fields)
"""Field name -> meaning: what a caller may log."""

LINE_FIELDS: Final[Mapping[str, str]] = _meanings(LineFields)
"""Field name -> meaning: everything that can stand on a line."""

ID_FIELDS: Final = frozenset({"event_id", "notification_id", "trace_id"})
"""Fields whose hexadecimal values are ids and not secrets."""
