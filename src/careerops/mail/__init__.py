"""Understanding a mail."""
