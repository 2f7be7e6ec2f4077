"""Strict fakes of the language models' vendors, and what they say when they refuse."""
