"""Mails that could not be parsed: their dead letters, and trying them again."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from careerops.domain.email import RAW_EMAIL_TYPE
from careerops.domain.envelope import Envelope
from careerops.domain.errors import Permanent
from careerops.domain.identity import account_key, digest
from careerops.domain.topics import RAW_BACKFILL, RAW_INBOX
from careerops.domain.verdicts import Record
from careerops.ops.tracing import new_traceparent
from careerops.ports.clock import Clock
from careerops.ports.cursors import CursorStore
from careerops.ports.eventlog import EventLog, LogRecord
from careerops.ports.mailbox import FetchedMail
from careerops.ports.mailparser import MailParser, ParsedMail, ParseRequest
from careerops.services.conversations import Conversations
from careerops.services.envelopes import event_record
from careerops.stream.deadletter import PREFIX, dead_letter

UNPARSED_TYPE = "careerops.mail.unparsed.v1"
_CARRIED_WHOLE_BYTES = 400 * 1024
_HEAD_BYTES = 64 * 1024
_MAX_LOCATOR_CHARS = 500


def unparsed_letter(
    mail: FetchedMail, error: Exception, *, account: str, source: str, at: datetime, backfill: bool
) -> tuple[str, Record]:
    """The event id and the dead letter of a mail that the parser gave up on.

    The value is the mail's bytes, whole where a record carries them (then a replay can parse it
    again), else its first 64 KiB; size, SHA-256 and locator are in the headers.
    """
    sha256 = hashlib.sha256(mail.raw).hexdigest()
    event_id = digest("unparsed", account, sha256)
    whole = len(mail.raw) == mail.size and mail.size <= _CARRIED_WHOLE_BYTES
    envelope = Envelope(event_id, UNPARSED_TYPE, "careerops/ingest", at)
    record = LogRecord(
        topic="",
        partition=0,
        offset=0,
        key=account_key(account),
        time=at,
        headers=envelope.headers(),
        value=mail.raw if whole else mail.raw[:_HEAD_BYTES],
    )
    letter = dead_letter(
        record,
        stage="ingest",
        reason=error.reason if isinstance(error, Permanent) else "parser_error",
        attempts=1,
        at=at,
        error=error,
        explanation=str(error) if isinstance(error, Permanent) else "",
    )
    facts = {
        "account": account,
        "source": source,
        "locator": mail.locator[:_MAX_LOCATOR_CHARS],
        "size": str(mail.size),
        "sha256": sha256,
        "whole": "yes" if whole else "no",
        "backfill": "yes" if backfill else "no",
    }
    extra = tuple((f"{PREFIX}{name}", text.encode()) for name, text in facts.items())
    return event_id, Record(letter.topic, letter.key, letter.value, (*letter.headers, *extra))


class Reparser:
    """Parses the bytes that a dead letter of ingest carries once more, after a better release."""

    def __init__(
        self, parser: MailParser, cursors: CursorStore, log: EventLog, clock: Clock
    ) -> None:
        """Parse with `parser`; publish to `log`."""
        self._parser = parser
        self._cursors = cursors
        self._log = log
        self._clock = clock

    async def again(self, value: bytes, notes: Mapping[str, str]) -> None:
        """Publish the mail as what it was: live mail, or history that is not told.

        Raises:
            Permanent: it cannot be parsed this time either, or the letter holds only its head.
        """
        if notes.get("whole") != "yes":
            raise Permanent(
                "the letter holds only the head of the mail: read it again from its mailbox with "
                "careerops cursors reset",
                reason="not_replayable",
            )
        account = notes.get("account", "me")
        backfill = notes.get("backfill") == "yes"
        request = ParseRequest(
            raw=value,
            account=account,
            source=notes.get("source", ""),
            locator=notes.get("locator", ""),
            fallback_time=self._clock.now(),
            size=len(value),
            backfill=backfill,
        )
        (parsed,) = await self._parser.parse([request])
        if not isinstance(parsed, ParsedMail):
            raise parsed
        (key,), _ = await Conversations(self._cursors, account).resolve([parsed])
        email = parsed.email.model_copy(update={"thread_key": key})
        record = event_record(
            email,
            topic=RAW_BACKFILL if backfill else RAW_INBOX,
            key=key,
            event_id=email.event_id,
            event_type=RAW_EMAIL_TYPE,
            source="ingest",
            time=self._clock.now(),
            traceparent=new_traceparent(),
        )
        await self._log.publish([record])
