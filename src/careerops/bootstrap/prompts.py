"""Prompts by name: those of the package, and files of a person's own beside the configuration."""

import re
from pathlib import Path
from typing import Final

from careerops.domain.errors import ConfigurationError
from careerops.domain.identity import digest
from careerops.llm.prompt import Prompt, bundled_prompt, bundled_versions

FOLDER: Final = "prompts"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MAX_BYTES: Final = 64 * 1024
_MARK_CHARS: Final = 8


def prompt_of(name: str, root: Path, where: str) -> Prompt:
    """The package's prompt of that version, else the file `prompts/NAME.md` below `root`.

    The version of a file is its name and a part of its hash: events of an edited prompt are told
    from those before. Of both the mail follows as a message of its own, and answers are checked
    against the same schema.

    Args:
        name: `''` is the present version.
        root: the configuration's folder.
        where: the key that an error names.

    Raises:
        ConfigurationError: there is none, or it cannot be used; one line that says what to do.
    """
    if not name:
        return bundled_prompt()
    if name in bundled_versions():
        return bundled_prompt(name)
    if not _NAME.fullmatch(name):
        raise ConfigurationError(f"{where}: a prompt is called by letters, digits, ., _ and -")
    path = root / FOLDER / f"{name}.md"
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError:
        known = ", ".join(bundled_versions())
        raise ConfigurationError(
            f"{where}: no prompt {name}: there is {known}; for one of your own write {path}"
        ) from None
    if len(raw) > _MAX_BYTES:
        raise ConfigurationError(f"{where}: {path} is larger than {_MAX_BYTES // 1024} KiB")
    try:
        text = raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise ConfigurationError(f"{where}: {path} is no UTF-8 text") from None
    if not text:
        raise ConfigurationError(f"{where}: {path} is empty")
    return Prompt(f"{name}@{digest('prompt', text)[:_MARK_CHARS]}", text)
