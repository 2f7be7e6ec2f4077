"""The records that services publish: a model as JSON in a CloudEvents envelope."""

from datetime import datetime

from careerops.domain.envelope import Envelope
from careerops.domain.model import Model
from careerops.domain.verdicts import Record


def event_record(
    model: Model,
    *,
    topic: str,
    key: str,
    event_id: str,
    event_type: str,
    source: str,
    time: datetime,
    revision: int = 0,
    traceparent: str = "",
) -> Record:
    """`model` as a record of `topic`; `time` is when it was written (UTC)."""
    envelope = Envelope(
        id=event_id,
        type=event_type,
        source=f"careerops/{source}",
        time=time,
        revision=revision,
        traceparent=traceparent,
    )
    return Record(topic, key, model.model_dump_json().encode(), envelope.headers())
