"""Log and stores in one SQLite file."""

from careerops.adapters.sqlite.database import SqliteDatabase
from careerops.adapters.sqlite.owner import is_gone, process_owner

__all__ = ["SqliteDatabase", "is_gone", "process_owner"]
