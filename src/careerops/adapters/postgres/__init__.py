"""The stores in PostgreSQL; the driver is imported when a database is opened."""

from careerops.adapters.postgres.database import PostgresDatabase

__all__ = ["PostgresDatabase"]
