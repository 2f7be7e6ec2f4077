"""What an experiment is: its variants, and which of them answers for a conversation.

A conversation belongs to one variant for as long as the experiment runs: the variant follows from a
hash of the experiment's salt and the conversation's key, so that every process and every restart
comes to the same, and nothing has to be remembered.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

from pydantic import Field

from careerops.domain.email import RawEmail
from careerops.domain.errors import ConfigurationError
from careerops.domain.identity import digest
from careerops.domain.model import Model, UtcTime

CONFIGURED: Final = "configured"
"""The part of a variant that is all that is configured, with its routing."""
SHARDS: Final = 16
NAME: Final = r"[a-z0-9][a-z0-9._-]{0,31}"
MAX_VARIANTS: Final = 8
_DIGITS: Final = 13
"""Hex digits of a hash that fit into a float exactly: 52 bits."""
_ALL: Final = 16**_DIGITS
_KEY: Final = slice(16, 32)
_TOLERANCE: Final = 1e-6


class Variant(Model):
    """One way to classify.

    Attributes:
        name: as in events and reports.
        part: name or kind of a `[[classifier]]` table, or `configured`.
        model: instead of the table's; '' leaves it.
        prompt: version instead of the present one; '' leaves it.
        weight: share of conversations, 0..1. Those of the variants that act add up to 1; a shadow's
            is the share it is asked about of what the champion answers.
        champion: whether the others are compared with it.
        shadow: asked beside the champion; nothing is done with its answers.
    """

    name: str = Field(pattern=rf"^{NAME}$")
    part: str = CONFIGURED
    model: str = Field(default="", max_length=200)
    prompt: str = ""
    weight: float = Field(gt=0, le=1)
    champion: bool = False
    shadow: bool = False

    @property
    def role(self) -> str:
        """`champion`, `variant` or `shadow`."""
        return "champion" if self.champion else "shadow" if self.shadow else "variant"


class Conversation(NamedTuple):
    """A conversation, as an experiment sees it.

    Attributes:
        place: in [0, 1), uniform over conversations.
        key: 16 hex digits that say nothing outside the experiment.
        shard: which of its documents it is counted in.
    """

    place: float
    key: str
    shard: int


class Experiment(Model):
    """An experiment that was started. Construct it by `new_experiment`.

    Attributes:
        id: 16 hex digits; also the salt of its hashes.
        name: as a person calls it.
        started_at, stopped_at: UTC; the latter None while it runs.
    """

    id: str
    name: str
    variants: tuple[Variant, ...]
    started_at: UtcTime
    stopped_at: UtcTime | None = None

    @cached_property
    def champion(self) -> Variant:
        """The one the others are compared with."""
        return next(variant for variant in self.variants if variant.champion)

    @cached_property
    def acting(self) -> tuple[Variant, ...]:
        """Those whose answers count."""
        return tuple(variant for variant in self.variants if not variant.shadow)

    @cached_property
    def shadows(self) -> tuple[Variant, ...]:
        """Those whose answers do not."""
        return tuple(variant for variant in self.variants if variant.shadow)

    @cached_property
    def _ends(self) -> tuple[float, ...]:
        return tuple(accumulate(variant.weight for variant in self.acting))

    def conversation(self, mail: RawEmail) -> Conversation:
        """The conversation of `mail`; one without a key is a conversation of its own."""
        return self.conversation_of(mail.thread_key or mail.event_id)

    def conversation_of(self, thread_key: str) -> Conversation:
        """The conversation of that key."""
        hashed = digest("experiment", self.id, thread_key)
        return Conversation(_place(hashed), hashed[_KEY], int(hashed[_KEY.stop], 16) % SHARDS)

    def assigned(self, conversation: Conversation) -> Variant:
        """The variant that answers for `conversation`."""
        for variant, end in zip(self.acting, self._ends, strict=True):
            if conversation.place < end:
                return variant
        return self.acting[-1]  # the weights add up to 1 but for rounding

    def beside(self, conversation: Conversation) -> list[Variant]:
        """The shadows that are asked about `conversation` too, where the champion answers."""
        return [
            variant
            for variant in self.shadows
            if _place(digest("shadow", self.id, variant.name, conversation.key)) < variant.weight
        ]


def new_experiment(
    name: str, variants: Sequence[Variant], *, salt: str, at: datetime
) -> Experiment:
    """An experiment that begins at `at`, after its definition was checked.

    Raises:
        ConfigurationError: one line that says what to change.
    """
    if not re.fullmatch(NAME, name):
        raise ConfigurationError(
            "the experiment's name is of at most 32 lower-case letters, digits, '.', '_' and '-'"
        )
    names = [variant.name for variant in variants]
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice is not None:
        raise ConfigurationError(f"two variants are called {twice}: name them differently")
    if sum(variant.champion for variant in variants) != 1:
        raise ConfigurationError("an experiment needs one champion, which is no shadow")
    if len(variants) < 2:  # noqa: PLR2004  # a comparison is between two
        raise ConfigurationError("nothing to compare: add --variant or --shadow")
    if len(variants) > MAX_VARIANTS:
        raise ConfigurationError(f"{len(variants)} variants: at most {MAX_VARIANTS} are compared")
    for variant in variants:
        if variant.part == CONFIGURED and (variant.model or variant.prompt):
            raise ConfigurationError(
                f"variant {variant.name}: a model or a prompt needs a part, not {CONFIGURED}"
            )
    total = sum(variant.weight for variant in variants if not variant.shadow)
    if abs(total - 1) > _TOLERANCE:
        raise ConfigurationError(
            f"the weights of champion and variants add up to {total:g}: make them add up to 1"
        )
    return Experiment(id=salt, name=name, variants=tuple(variants), started_at=at)


def _place(hashed: str) -> float:
    return int(hashed[:_DIGITS], 16) / _ALL
