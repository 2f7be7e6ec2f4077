"""The mark that our own messages carry, so that they are known again when they come back.

    careerops-<hash of the notification's id>-<code>

The code is an HMAC-SHA256 (RFC 2104) over the hash, by a key that this installation alone has: who
does not have the key cannot make his mail pass for ours. The mark is in a header of our own, in the
Message-ID and at the end of the text, because servers rewrite the one and drop the other, and a
person who forwards the message keeps only the text.
"""

import hashlib
import hmac
import re
from typing import Final

from careerops.domain.identity import digest

HEADER: Final = "X-CareerOps-Notification"
BEGINNING: Final = "careerops-"
MARK: Final = re.compile(rf"(?<![a-z0-9]){BEGINNING}([0-9a-f]{{20}})-([0-9a-f]{{24}})(?![a-z0-9])")
"""A mark in lower-case text; nothing says that it is genuine."""
_ID_CHARS: Final = 20
_CODE_CHARS: Final = 24
"""96 bits."""


def make_mark(notification_id: str, key: bytes) -> str:
    """The mark of a notification; the same each time."""
    name = digest("mark", notification_id)[:_ID_CHARS]
    return f"{BEGINNING}{name}-{_code(name, key)}"


def is_genuine(mark: str, key: bytes) -> bool:
    """Whether `mark` was made with `key`."""
    match = MARK.fullmatch(mark)
    return match is not None and hmac.compare_digest(match[2], _code(match[1], key))


def _code(name: str, key: bytes) -> str:
    return hmac.new(key, f"notification:{name}".encode(), hashlib.sha256).hexdigest()[:_CODE_CHARS]
