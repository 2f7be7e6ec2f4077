"""The mock cluster inside the client library: brokers without a process and without Java.

The Python client starts one by its configuration, but then every group waits 3 s before its first
round, and a topic has four partitions. The library's own functions set both (rdkafka_mock.h).
"""

import ctypes
from functools import cache
from pathlib import Path
from typing import Final

from confluent_kafka import cimpl

_PRODUCER: Final = 0
"""`RD_KAFKA_PRODUCER`: a mock cluster lives on any client of the library."""
_ERROR_BYTES: Final = 512


class MockCluster:
    """One broker, until it is closed. Its groups wait for nobody before their first round."""

    def __init__(self) -> None:
        """Start it."""
        library = _library()
        why = ctypes.create_string_buffer(_ERROR_BYTES)
        # The client takes the configuration over, and frees it.
        self._client = library.rd_kafka_new(
            _PRODUCER, library.rd_kafka_conf_new(), why, _ERROR_BYTES
        )
        assert self._client, why.value.decode()
        self._cluster = library.rd_kafka_mock_cluster_new(self._client, 1)
        assert self._cluster
        library.rd_kafka_mock_group_initial_rebalance_delay_ms(self._cluster, 0)
        self.bootstrap: str = library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()

    def create(self, topic: str) -> None:
        """A topic of one partition."""
        error = _library().rd_kafka_mock_topic_create(self._cluster, topic.encode(), 1, 1)
        assert error == 0, error

    def close(self) -> None:
        """The end of it. Idempotent."""
        if self._client:
            _library().rd_kafka_mock_cluster_destroy(self._cluster)
            _library().rd_kafka_destroy(self._client)
            self._client = self._cluster = None


@cache
def _library() -> ctypes.CDLL:
    """The very library that the Python client has loaded."""
    assert cimpl
    mapped = (line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines())
    found = ctypes.CDLL(next(path for path in mapped if "librdkafka" in path))
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signatures = {
        "rd_kafka_conf_new": (pointer, []),
        "rd_kafka_new": (pointer, [number, pointer, text, ctypes.c_size_t]),
        "rd_kafka_destroy": (None, [pointer]),
        "rd_kafka_mock_cluster_new": (pointer, [pointer, number]),
        "rd_kafka_mock_cluster_destroy": (None, [pointer]),
        "rd_kafka_mock_cluster_bootstraps": (text, [pointer]),
        "rd_kafka_mock_group_initial_rebalance_delay_ms": (None, [pointer, ctypes.c_int32]),
        "rd_kafka_mock_topic_create": (number, [pointer, text, number, number]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found
