"""Asking a language model about a mail, and not believing it without need."""
