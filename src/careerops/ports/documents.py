"""Small documents that several processes change together: quotas, budgets, experiments."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

AnswerT = TypeVar("AnswerT")

Change = Callable[[bytes | None], tuple[bytes | None, AnswerT]]
"""The document as it is (None: there is none) -> as it is to be, and what the caller gets."""


class Documents(Protocol):
    """Key -> bytes, durable, changed by one at a time among all processes that share the store."""

    async def change(self, key: str, change: "Change[AnswerT]") -> AnswerT:
        """Apply `change` to the document of `key` in one transaction; returns what it gives.

        `change` is pure and quick: it may run on another thread, and again after a rollback. A
        document that it gives back as it was is not written, one that it gives as None is removed.

        Raises:
            Outage: the store cannot be reached; whether it was changed may be unknown.
        """
        ...

    async def read(self, prefix: str) -> Mapping[str, bytes]:
        """The documents whose keys begin with `prefix`, by key. Raises `Outage`."""
        ...
