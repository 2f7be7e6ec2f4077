"""What only `make chaos` runs: its steps depend on moments that a busy machine may miss."""

import os

import pytest

only_long = pytest.mark.skipif(
    "CHAOS_FAULTS" not in os.environ,
    reason="its faults have to hit exact moments, which a busy machine may miss: `make chaos`",
)
