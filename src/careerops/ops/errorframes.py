"""An error as types and frames: where it went wrong, and nothing of what was in it."""

import traceback
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

MAX_LINES: Final = 60
_MAX_FRAMES = 12
_MAX_MEMBERS = 5
_MAX_NAME_CHARS = 120
_ROOTS = ("site-packages", "dist-packages", "src")


def describe_error(error: BaseException) -> list[str]:
    """Lines for `error`, its causes and the members of groups: a type, then its frames.

    A type is `module.Class`, a frame two blanks and `file:line:function`, innermost last, at most
    12 of them. The messages of exceptions and the values of variables are left out: either may
    quote a mail or a key. At most 60 lines.
    """
    lines: list[str] = []
    for line in _walk(error, "", set()):
        lines.append(line)
        if len(lines) >= MAX_LINES:
            break
    return lines


def error_name(error: BaseException | type[BaseException]) -> str:
    """`module.Class`, or `Class` alone for Python's own."""
    kind = error if isinstance(error, type) else type(error)
    prefix = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"{prefix}{kind.__qualname__}"[:_MAX_NAME_CHARS]


def location(filename: str, line: int, function: str = "") -> str:
    """`file:line:function` with the file below its package root, so that no home is named."""
    place = f"{_short(filename)}:{line}"
    return (f"{place}:{function}" if function else place)[: 2 * _MAX_NAME_CHARS]


def _walk(error: BaseException, label: str, seen: set[int]) -> Iterator[str]:
    if id(error) in seen:
        return
    seen.add(id(error))
    yield f"{label}{error_name(error)}"
    for frame, line in list(traceback.walk_tb(error.__traceback__))[-_MAX_FRAMES:]:
        yield "  " + location(frame.f_code.co_filename, line, frame.f_code.co_name)
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions[:_MAX_MEMBERS]:
            yield from _walk(member, "member: ", seen)
    if error.__cause__ is not None:
        yield from _walk(error.__cause__, "caused by: ", seen)
    elif error.__context__ is not None and not error.__suppress_context__:
        yield from _walk(error.__context__, "while handling: ", seen)


def _short(filename: str) -> str:
    parts = PurePath(filename).parts
    for index in range(len(parts) - 1, -1, -1):
        if parts[index] in _ROOTS or parts[index].startswith("python3"):
            return "/".join(parts[index + 1 :])
    return "/".join(parts[-1:])
