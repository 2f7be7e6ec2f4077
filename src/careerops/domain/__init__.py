"""Events, verdicts, taxonomy and errors. Pure: no I/O, no vendor, no clock."""
