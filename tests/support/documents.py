"""Markdown as the tests read it: its links, its headings, the rows of its tables."""

import re
from collections.abc import Iterator
from pathlib import Path

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6}\s+(?P<text>.+?)\s*$", re.MULTILINE)


def links(text: str) -> list[str]:
    """The targets of all links outside code."""
    plain = _CODE.sub("`", _FENCE.sub("", text))
    return [match["target"] for match in _LINK.finditer(plain)]


def anchors(text: str) -> set[str]:
    """The fragments that a document's headings answer to, by the common rule of code hosts."""
    headings = (match["text"] for match in _HEADING.finditer(_FENCE.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(path: Path) -> Iterator[str]:
    """Links of a document to files or headings that do not exist; other hosts are not asked."""
    text = path.read_text(encoding="utf-8")
    for target in links(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        file = (path.parent / name) if name else path
        if not file.exists():
            yield f"{target}: no such file"
        elif fragment and file.suffix == ".md" and fragment not in anchors(file.read_text()):
            yield f"{target}: no such heading"


def table_rows(text: str) -> list[list[str]]:
    """The cells of every table row that is neither a heading nor a rule."""
    lines = text.splitlines()
    rows = []
    for index, line in enumerate(lines):
        below = lines[index + 1] if index + 1 < len(lines) else ""
        if line.startswith("|") and not _is_rule(line) and not _is_rule(below):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
    return rows


def _is_rule(line: str) -> bool:
    return bool(re.fullmatch(r"\|(\s*:?-+:?\s*\|)+", line.strip()))
