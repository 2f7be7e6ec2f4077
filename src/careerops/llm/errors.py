"""Errors of asking a language model, beside those of the domain."""

from enum import StrEnum

from careerops.domain.errors import Transient


class ProviderDown(Transient):
    """No usable response came back: a 5xx, a timeout, or no connection. What breakers count."""


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
