"""Mail parsers: in this process, and in a process of their own."""
