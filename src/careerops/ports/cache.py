"""Answers worth keeping for a while."""

from datetime import datetime
from typing import Protocol


class Cache(Protocol):
    """Key -> bytes with an expiry. May forget at any time; never a source of truth."""

    async def get(self, key: str, now: datetime) -> bytes | None:
        """The value, unless absent or expired."""
        ...

    async def put(self, key: str, value: bytes, expires_at: datetime) -> None:
        """Keep `value` until `expires_at` (UTC); the last writer wins."""
        ...
