"""Documents in memory."""

from collections.abc import Mapping

from careerops.ports.documents import AnswerT, Change


class MemoryDocuments:
    """`Documents` in memory, for one process."""

    def __init__(self) -> None:
        """Start empty."""
        self._documents: dict[str, bytes] = {}

    async def change(self, key: str, change: "Change[AnswerT]") -> AnswerT:
        """Apply `change` to the document of `key`; returns what it gives."""
        value, answer = change(self._documents.get(key))
        if value is None:
            self._documents.pop(key, None)
        else:
            self._documents[key] = value
        return answer

    async def read(self, prefix: str) -> Mapping[str, bytes]:
        """The documents whose keys begin with `prefix`, by key."""
        return {key: value for key, value in self._documents.items() if key.startswith(prefix)}
