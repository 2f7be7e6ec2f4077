"""Whether this is `make chaos`: a run of its own, and not beside other tests."""

import os
from typing import Final

QUIET: Final = "CHAOS_FAULTS" in os.environ
"""Nothing else wants the processors: limits in seconds hold."""
