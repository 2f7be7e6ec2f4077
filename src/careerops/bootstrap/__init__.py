"""Settings -> wired objects. The only place that constructs adapters."""
