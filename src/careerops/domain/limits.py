"""How large a record may be: the same on every log."""

from typing import Final

from careerops.domain.envelope import MAX_DEAD_LETTER_HEADER_BYTES, MAX_RECORD_BYTES
from careerops.domain.errors import Permanent
from careerops.domain.topics import DEAD_LETTERS
from careerops.domain.verdicts import Record

MAX_DEAD_LETTER_BYTES: Final = 2 * 1024 * 1024 - MAX_DEAD_LETTER_HEADER_BYTES
"""The largest value of a dead letter: whatever a foreign producer got past its broker's 2 MiB."""


def check_record(record: Record) -> None:
    """Accept a record that every log carries.

    Raises:
        Permanent: its value or its headers are too large (reason `too_large`).
    """
    value_limit = MAX_DEAD_LETTER_BYTES if record.topic == DEAD_LETTERS else MAX_RECORD_BYTES
    if len(record.value) > value_limit:
        raise Permanent(
            f"a record of {len(record.value)} bytes is more than {record.topic} carries"
            f" ({value_limit})",
            reason="too_large",
        )
    header_bytes = sum(
        len(name.encode("utf-8", "surrogatepass")) + len(value) for name, value in record.headers
    )
    if header_bytes > MAX_DEAD_LETTER_HEADER_BYTES:
        raise Permanent(
            f"headers of {header_bytes} bytes are more than a record carries"
            f" ({MAX_DEAD_LETTER_HEADER_BYTES})",
            reason="too_large",
        )
