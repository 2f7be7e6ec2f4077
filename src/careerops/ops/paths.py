"""Paths in the configuration, and the mode of files we create."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

PRIVATE_MODE = 0o600


def _resolve(value: Path, info: ValidationInfo) -> Path:
    root = Path((info.context or {}).get("root", Path()))
    return Path(os.path.abspath(root / value.expanduser()))  # noqa: PTH100  # resolve() follows links, and the person named the link


ConfigPath = Annotated[Path, AfterValidator(_resolve)]
"""A path; relative ones are resolved against the configuration file's folder (context `root`)."""


def private_opener(path: str, flags: int) -> int:
    """An `opener` for `open()` that creates files readable by their owner alone."""
    return os.open(path, flags, PRIVATE_MODE)
