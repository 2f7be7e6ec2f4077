"""CareerOps: watches a mailbox and tells a job seeker about the mails that matter."""

__version__ = "0.1.0"
