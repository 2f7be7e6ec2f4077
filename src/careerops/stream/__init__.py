"""The engine: key lanes, worker loop, retry, outage scopes, dead letters."""
