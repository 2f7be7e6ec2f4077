"""The little of CSS that tells whether text is seen: declarations, colours, style sheets."""

import re
from functools import lru_cache
from typing import NamedTuple

MAX_STYLE_CHARS = 2000
MAX_SHEET_CHARS = 200_000
_MAX_RULES = 2000

_END = r"(?=[;!]|$)"
_HIDING = re.compile(
    r"(?:^|;)(?:display:none|mso-hide:all|max-(?:height|width):0(?:\.0)?(?:px|pt|em)?" + _END + "|"
    r"(?:text-indent|left|right|top|bottom):-\d{3,}|margin(?:-left|-top)?:-\d{4,}"
    r"|clip:rect\((?:0|1px)|clip-path:inset\((?:50|100)%|transform:scale\(0[,)]"
    r"|color:transparent" + _END + ")"
)
_OPACITY = re.compile(r"(?:^|;)opacity:(\d{0,3}\.?\d{0,5})(%?)")
_FLAT = re.compile(r"(?:^|;)(?:height|width):0(?:px|pt|em)?" + _END)
_VISIBILITY = re.compile(r"(?:^|;)visibility:([a-z]+)")
_FONT_SIZE = re.compile(
    r"(?:^|;)font(?:-size:|:[^;]{0,40}?)(\d{0,5}\.?\d{0,5})(px|pt|em|rem|%)?(?=[;!/]|$|[a-z])"
)
_COLOR = re.compile(r"(?:^|;)color:([^;!]{1,60})")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color)?:([^;!]{1,200})")
_WHITE = re.compile(r"\s+")
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-z])")
_RGB = re.compile(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})(?:,([\d.]{1,6}))?\)")
_RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BRACES = re.compile(r"([{}@])")
_SIMPLE_SELECTOR = re.compile(r"(?:[a-z][a-z0-9]*)?[.#][\w-]{1,100}")
_NAMED = {"white": "ffffff", "black": "000000", "transparent": "", "inherit": "", "none": ""}
_TINY_PX = 1.5
"""Up to this size nobody reads a letter."""
_EM_PX = 16
_TINY_PERCENT = 10
_FAINT = 0.05
"""Opacity up to which nothing can be read."""
_HEX_DIGITS = 6
_NEAR = 24
"""Two colours whose channels differ by less look the same (of 255)."""

UNKNOWN = "?"
"""A colour that cannot be told: an image, a gradient, a name."""


class Declarations(NamedTuple):
    """What a style attribute or a rule says; None where it says nothing.

    Colours are six hex digits, '' for what shines through, `UNKNOWN` for what cannot be told.
    """

    hides: bool = False
    invisible: bool | None = None
    tiny: bool | None = None
    color: str | None = None
    background: str | None = None


@lru_cache(maxsize=2048)
def declarations(style: str) -> Declarations:
    """The declarations of a style attribute (at most 2,000 characters of it are read)."""
    flat = _WHITE.sub("", style[:MAX_STYLE_CHARS].lower())
    visibility = _VISIBILITY.search(flat)
    color, background = _COLOR.search(flat), _BACKGROUND.search(flat)
    return Declarations(
        hides=_hides(flat),
        invisible=visibility[1] in {"hidden", "collapse"} if visibility else None,
        tiny=_tiny(flat),
        color=parse_color(color[1]) if color else None,
        background=parse_color(background[1]) if background else None,
    )


@lru_cache(maxsize=512)
def parse_color(text: str) -> str:
    """Six hex digits of a CSS colour, '' if transparent, `UNKNOWN` if it is not understood."""
    flat = _WHITE.sub("", text[:200].lower())
    if flat in _NAMED:
        return _NAMED[flat]
    digits = _HEX.match(flat)
    if digits:
        value = digits[1]
        return value if len(value) == _HEX_DIGITS else "".join(2 * char for char in value)
    channels = _RGB.match(flat)
    if channels is None:
        return UNKNOWN
    if channels[4] and not channels[4].strip("0."):
        return ""
    return "".join(f"{min(255, int(channels[i])):02x}" for i in (1, 2, 3))


@lru_cache(maxsize=512)
def same_color(one: str, other: str) -> bool:
    """Whether two colours look the same; those that are not known do not."""
    if len(one) != _HEX_DIGITS or len(other) != _HEX_DIGITS:
        return False
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (0, 2, 4))
    return all(abs(a - b) < _NEAR for a, b in pairs)


@lru_cache(maxsize=16)
def hiding_selectors(sheet: str) -> frozenset[str]:
    """`.class` and `#id` that a style sheet hides on every screen (@media rules do not count)."""
    sheet = _without_at_rules(_CSS_COMMENT.sub("", sheet[:MAX_SHEET_CHARS].lower()))
    found: set[str] = set()
    for count, match in enumerate(_RULE.finditer(sheet)):
        if count >= _MAX_RULES:
            break
        said = declarations(match[2])
        if said.hides or said.invisible or said.tiny:
            selectors = (selector.strip() for selector in match[1].split(","))
            found.update(one for one in selectors if _SIMPLE_SELECTOR.fullmatch(one))
    return frozenset(one[min(one.find(mark) for mark in ".#" if mark in one) :] for one in found)


def _hides(flat: str) -> bool:
    if _HIDING.search(flat):
        return True
    opacity = _OPACITY.search(flat)
    if opacity and opacity[1].strip("."):
        return float(opacity[1]) <= (_FAINT * 100 if opacity[2] else _FAINT)
    return "overflow:hidden" in flat and _FLAT.search(flat) is not None


def _tiny(flat: str) -> bool | None:
    match = _FONT_SIZE.search(flat)
    if match is None or not match[1].strip("."):
        return None
    size, unit = float(match[1]), match[2]
    if unit in {"em", "rem"}:
        return size * _EM_PX <= _TINY_PX
    return size <= (_TINY_PERCENT if unit == "%" else _TINY_PX)


def _without_at_rules(sheet: str) -> str:
    """The rules outside @media and its like."""
    if "@" not in sheet:
        return sheet
    kept: list[str] = []
    depth = 0
    skipping = False
    for piece in _BRACES.split(sheet):
        if piece == "@" and depth == 0:
            skipping = True
        elif piece == "{":
            depth += 1
        elif piece == "}":
            depth = max(0, depth - 1)
        if not skipping:
            kept.append(piece)
        elif depth == 0 and piece != "@" and (piece == "}" or ";" in piece):
            skipping = False
            kept.append(piece.partition(";")[2])
    return "".join(kept)
