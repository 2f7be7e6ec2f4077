"""Experiments: variants of provider, model or prompt, compared on the mails as they come."""
