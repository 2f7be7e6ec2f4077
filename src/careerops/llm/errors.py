"""Errors of asking a language model, beside those of the domain."""

from enum import StrEnum

from careerops.domain.errors import CareerOpsError, Transient
from careerops.ports.chatmodel import QuotaHint


class ProviderDown(Transient):
    """No usable response came back: a 5xx, a timeout, or no connection. What breakers count."""


class RateLimited(Transient):
    """A quota is used up for now (429).

    Attributes:
        hints: which, and when it is whole again, as far as the provider said.
    """

    def __init__(
        self,
        message: str,
        *,
        hints: tuple[QuotaHint, ...] = (),
        retry_after_s: float | None = None,
        provider: str | None = None,
    ) -> None:
        super().__init__(message, retry_after_s=retry_after_s, provider=provider)
        self.hints = hints


class CredentialRefused(CareerOpsError):
    """The provider does not accept the key (401, 403)."""


class BillingBlocked(CareerOpsError):
    """No money, or no plan: waiting does not help (402, `insufficient_quota`)."""


class SchemaRefused(CareerOpsError):
    """The provider does not take the schema of the answer: it would refuse every mail."""


class ModelMissing(CareerOpsError):
    """The address serves no such model (404, a redirect)."""


class Defect(StrEnum):
    """What is wrong with a model's answer."""

    NOT_JSON = "not_json"
    NOT_SCHEMA = "not_schema"
    CUT_OFF = "cut_off"
    NOT_A_QUOTE = "not_a_quote"


class InvalidAnswer(Exception):
    """A model's answer that cannot be used; it is repaired or becomes a `Permanent`.

    Attributes:
        defect: in one word, for metrics and exception texts.
        complaint: what to tell the model; may quote its answer, so it is never logged.
    """

    def __init__(self, defect: Defect, complaint: str) -> None:
        super().__init__(defect.value)
        self.defect = defect
        self.complaint = complaint
