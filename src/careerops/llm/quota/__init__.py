"""Quotas of scopes: what may still be asked, learnt and kept across restarts and processes."""
