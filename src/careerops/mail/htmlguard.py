"""What of an HTML document is safe to give to a parser: all of it, save for attacks.

A browser's algorithm (WHATWG HTML, tree construction) takes time quadratic in the depth of the
tree and in the attributes of a tag, and re-opens unclosed formatting elements in every block.
No mail that a person reads comes near the limits.
"""

import re
from collections import Counter

MAX_HTML_CHARS = 1024 * 1024
MAX_DEPTH = 1000
MAX_OPEN_FORMATTING = 100
MAX_ATTRIBUTES = 500
_FEW_TAGS = 800
_FEW_CHARS = 64 * 1024
_SHORT_TAG = 1024

# Attributes as the tokenizer reads them: a quote hides `>` only where a value starts. Nothing is
# ever given back (`*+`) and an unclosed tag goes on to the end, so time is linear.
_ATTRIBUTE = r"[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^\s>\"'][^\s>]*+)?+)?+"
_TAG = re.compile(rf"<(/?)([a-zA-Z][^\s/>]*+)(?:[\s/]++|{_ATTRIBUTE})*+>?+")
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_FORMATTING = frozenset({
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
    "u",
})  # fmt: skip
_UNCOUNTED = frozenset({
    # No children, or closed by the next of their kind unless a counted element is between.
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr", "p", "li", "dd", "dt", "option", "tr", "td", "th", "tbody", "thead", "tfoot",
    "colgroup",
})  # fmt: skip


def safe_length(html: str) -> int:
    """How many characters of `html`, from its start, are safe to parse."""
    end = min(len(html), MAX_HTML_CHARS)
    if end <= _FEW_CHARS and html.count("<", 0, end) <= _FEW_TAGS:
        return end
    opened: Counter[str] = Counter()
    depth = formatting = 0
    for match in _TAG.finditer(html, 0, end):
        if match.end() - match.start() > _SHORT_TAG and _attributes(match[0]) > MAX_ATTRIBUTES:
            return match.start()
        name = match[2].lower()
        if name in _UNCOUNTED:
            continue
        step = -1 if match[1] else 1
        if step < 0 and not opened[name]:
            continue
        opened[name] += step
        depth += step
        formatting += step * (name in _FORMATTING)
        if depth > MAX_DEPTH or formatting > MAX_OPEN_FORMATTING:
            return match.start()
    return end


def _attributes(tag: str) -> int:
    return sum(1 for _ in _ATTRIBUTES.finditer(tag, 1))
