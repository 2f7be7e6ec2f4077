"""Log and stores in one SQLite file."""

from careerops.adapters.sqlite.database import SqliteDatabase

__all__ = ["SqliteDatabase"]
