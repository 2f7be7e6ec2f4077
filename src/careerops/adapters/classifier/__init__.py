"""Classifiers that need no language model."""
