"""Log, stores and clock in memory: the same contracts within one process, for tests and trials."""

from careerops.adapters.memory.clock import FakeClock
from careerops.adapters.memory.database import MemoryDatabase

__all__ = ["FakeClock", "MemoryDatabase"]
