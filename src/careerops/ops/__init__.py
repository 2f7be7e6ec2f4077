"""Logging, metrics, health and lifecycle."""
