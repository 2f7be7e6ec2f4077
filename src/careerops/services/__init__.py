"""The four services: a handler and its settings each, nothing of the transport."""
