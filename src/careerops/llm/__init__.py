"""Prompts, repair, trust checks and routing over chat models."""
