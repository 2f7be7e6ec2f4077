"""What every mailbox can be told, and how much of a mail is carried."""

from typing import Final

from pydantic import Field

from careerops.domain.model import Model
from careerops.ops.paths import ConfigPath

HEAD_BYTES: Final = 64 * 1024
"""What is carried of a mail above the size limit."""

SETTLE_S: Final = 0.5
"""A file unchanged for so long is taken as written to its end."""


class MailboxOptions(Model):
    """Keys of every mailbox.

    Attributes:
        max_mail_bytes: a mail above it is yielded as its first 64 KiB and its size.
    """

    model_config = Model.model_config | {"extra": "forbid"}

    max_mail_bytes: int = Field(default=25 * 1024 * 1024, ge=HEAD_BYTES, le=256 * 1024 * 1024)


class FileMailboxOptions(MailboxOptions):
    """Keys of a mailbox in the file system.

    Attributes:
        path: the file or folder, relative to the configuration's folder.
        poll_s: seconds between two looks for new mail while following.
    """

    path: ConfigPath
    poll_s: float = Field(default=2.0, ge=0.05, le=3600)
