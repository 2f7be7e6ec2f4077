"""A real Apache Kafka on loopback: its jars, its settings, its brokers, and what tests need."""
