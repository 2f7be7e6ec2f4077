"""The key of this installation: made once, kept in its store, known to nobody else."""

import secrets
from typing import Final

from careerops.ports.documents import Documents

_DOCUMENT: Final = "installation-key"
_KEY_BYTES: Final = 32


class InstallationKey:
    """The key that all processes of one store share; read once a process."""

    def __init__(self, documents: Documents) -> None:
        """Keep it in `documents`."""
        self._documents = documents
        self._key = b""

    async def get(self) -> bytes:
        """The key, 32 bytes. Raises `Outage` while the store cannot be reached."""
        if not self._key:
            fresh = secrets.token_bytes(_KEY_BYTES)

            def first_wins(kept: bytes | None) -> tuple[bytes, bytes]:
                key = kept or fresh
                return key, key

            self._key = await self._documents.change(_DOCUMENT, first_wins)
        return self._key
