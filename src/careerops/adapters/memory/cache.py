"""Answers worth keeping, until the process ends."""

from datetime import datetime
from typing import Final

MAX_VALUE_BYTES: Final = 256 * 1024
MAX_ENTRIES: Final = 2048


class MemoryCache:
    """`Cache` in memory; what expires first is forgotten first."""

    def __init__(self) -> None:
        """Start empty."""
        self._values: dict[str, tuple[datetime, bytes]] = {}

    async def get(self, key: str, now: datetime) -> bytes | None:
        """The value, unless absent or expired."""
        expires_at, value = self._values.get(key, (now, b""))
        return value if expires_at > now else None

    async def put(self, key: str, value: bytes, expires_at: datetime) -> None:
        """Keep `value` until `expires_at` (UTC); the last writer wins. Forgets one too large."""
        if len(value) > MAX_VALUE_BYTES:
            self._values.pop(key, None)
            return
        self._values[key] = (expires_at, value)
        if len(self._values) > MAX_ENTRIES:
            del self._values[min(self._values, key=lambda name: self._values[name][0])]
