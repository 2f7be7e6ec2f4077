"""The base of every event model."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen; ignores unknown fields, so readers accept additions; errors never quote input."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time needs a zone")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time out of the calendar's range") from None


UtcTime = Annotated[datetime, AfterValidator(_utc)]
"""A time in UTC; naive times are refused, other zones are converted."""
