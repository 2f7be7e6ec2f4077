"""The second line of defence: what looks like a secret or an address does not stay in a value.

The first line is that callers log ids, counts and words of our own, under declared names. This
catches what slips through; it cannot know every secret, and is no reason to log a foreign text.
"""

import math
import re
from functools import lru_cache
from typing import Final

MASK: Final = "[redacted]"
MAX_VALUE_CHARS: Final = 200
_SCANNED_CHARS = 1000
_MAX_WORD_CHARS = 80
_LARGEST_INT = 2**63

# Each starts at a boundary or at a literal, so that searching stays linear in the text's length.
_PATTERNS = (
    # keys by their vendors' prefixes: OpenAI and Anthropic, Google, Groq, Slack, GitHub, Tavily,
    # Meta's graph API, Google OAuth; JSON web tokens
    r"(?<![A-Za-z0-9])(?:sk|pk|rk|gsk|xox[a-z]|gh[opusr]|github_pat|tvly)[-_][\w.-]{4,}",
    r"AIza[\w-]{10,}",
    r"EAA[A-Za-z0-9]{12,}",
    r"ya29\.[\w.-]+",
    r"eyJ[\w-]{8,}(?:\.[\w-]*)*",
    # credentials by what stands before them
    r"(?i:\b(?:bearer|basic|token|api[_-]?key|key|secret|password|passwd|pwd)\b\s*[=: ]\s*\S+)",
    r"(?<=://)[^\s/@]+@",
    # e-mail addresses, also percent-encoded
    r"(?<![^\s<>()\[\]\"',;:])[^\s<>()\[\]\"',;:]+(?:@|%40)[^\s<>()\[\]\"',;:]+",
    # telephone numbers: with + or a leading 0, North American, or nine digits and more in a row
    r"(?:\+|(?<![\w.:-])0)\d[\d\s().-]{6,}\d",
    r"(?<![\w.:-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)",
    r"(?<![\w.])\d{9,}(?!\w)",
    # long tokens: hexadecimal, or base64-like with a digit among the letters
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{24,}(?![0-9A-Za-z])",
    r"(?<![\w+-])(?=[A-Za-z_+-]*\d)[\w+-]{28,}=*",
)
_SECRET = re.compile("|".join(_PATTERNS))
_ID = re.compile(r"[0-9a-f]{8,64}")


def safe_text(text: str) -> str:
    """`text` with secrets masked, control characters replaced, at most 200 characters."""
    # Most values are words of our own (stages, providers, topics), searched once each.
    return _masked_word(text) if len(text) <= _MAX_WORD_CHARS else _masked(text)


@lru_cache(maxsize=2048)
def _masked_word(text: str) -> str:
    return _masked(text)


def _masked(text: str) -> str:
    # Mask before cutting: half a key is not recognised as one.
    masked = _SECRET.sub(MASK, text[:_SCANNED_CHARS])
    if not masked.isprintable():
        masked = "".join(char if char.isprintable() else "?" for char in masked)
    return masked if len(masked) <= MAX_VALUE_CHARS else masked[: MAX_VALUE_CHARS - 3] + "..."


def safe_id(text: str) -> str:
    """`text` unchanged if it is a hexadecimal id, else as `safe_text`."""
    return text if _ID.fullmatch(text) else safe_text(text)


def safe_value(value: object) -> str | int | float | bool | None:
    """A scalar that JSON can carry; anything but text, a number or None becomes its type's name.

    A container or an object is not searched: its text form may hold anything.
    """
    if isinstance(value, str):
        return safe_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -_LARGEST_INT <= value < _LARGEST_INT else MASK
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return f"<{type(value).__name__}>"
