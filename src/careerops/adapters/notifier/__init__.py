"""Channels a person is told by."""
