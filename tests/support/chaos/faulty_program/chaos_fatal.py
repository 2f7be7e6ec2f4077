"""A fatal error of a Kafka producer, raised by the client library's own means for tests.

Brokers raise it when sequence numbers or epochs do not fit any more; nobody can make them do so.
"""

import ctypes
from pathlib import Path
from typing import Any

import confluent_kafka

_OUT_OF_ORDER = 45
_HEAD = 16
"""Where a client object keeps its handle: after what every Python object begins with."""


def end_for_good(producer: Any) -> None:
    """Let `producer` have a fatal error, as if a broker had said so."""
    package = Path(confluent_kafka.__file__).parent
    (library,) = (package.parent / "confluent_kafka.libs").glob("librdkafka*")
    fail = ctypes.CDLL(str(library)).rd_kafka_test_fatal_error
    fail.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p]
    fail(ctypes.c_void_p.from_address(id(producer) + _HEAD).value, _OUT_OF_ORDER, b"planted")
