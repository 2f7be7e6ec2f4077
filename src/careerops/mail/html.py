"""HTML to readable text: blocks as lines, lists and tables kept, hidden and quoted parts known."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from careerops.mail.css import hiding_selectors
from careerops.mail.htmlguard import safe_length
from careerops.mail.htmlstyle import PLAIN, Look, look_of
from careerops.mail.text import Run, is_latin

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

HIDDEN = 1
"""Kind of a run that nobody sees. Quoted text has the kind QUOTE_BASE plus its depth, from 1."""
QUOTE_BASE = 1

MAX_NODES = 200_000
MAX_OUTPUT_CHARS = 256 * 1024
_MAX_SHEETS = 5

_SKIPPED = frozenset({
    "head", "script", "style", "title", "template", "noscript", "iframe", "object", "embed",
    "svg", "math", "audio", "video", "canvas", "select", "textarea",
})  # fmt: skip
_PARAGRAPHS = frozenset({
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "pre", "blockquote", "hr",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "div", "dt",
    "fieldset", "figure", "figcaption", "footer", "form", "header", "html", "legend", "li",
    "main", "nav", "section", "summary", "tbody", "tfoot", "thead", "tr",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_OPENED = _CELLS | {"pre", "li"}
_QUOTING = frozenset({"blockquote", "div", "span", "table"})

_NO_GAP, _BLANK, _CELL, _LINE, _PARAGRAPH, _GLUED = range(6)
"""What stands between two texts: of several the greatest, but after a bullet nothing."""
_SEPARATORS = ("", " ", " | ", "\n", "\n\n", "")
_LEFT_OUT = -1
_GAPS = {
    **dict.fromkeys(("a", "b", "br", "em", "font", "i", "img", "span", "strong", "u"), _NO_GAP),
    **dict.fromkeys(_CELLS, _NO_GAP),
    **dict.fromkeys(_BLOCKS, _LINE),
    **dict.fromkeys(_PARAGRAPHS, _PARAGRAPH),
    **dict.fromkeys(_SKIPPED, _LEFT_OUT),
}
"""What stands before and behind an element, for those that mails are made of."""
_QUOTE_CLASSES = (
    "gmail_quote",
    "yahoo_quoted",
    "protonmail_quote",
    "moz-cite-prefix",
    "zmail_extra",
    "tutanota_quote",
    "moz-email-headers-table",
)


class Rendered(NamedTuple):
    """Runs of text; `truncated` if something was left out for its size."""

    runs: list[Run]
    truncated: bool


# Plain tuples: many are made for each mail, and a named one takes five times as long.
_Setting = tuple[Look, int, int, bool]
"""What holds for the text within an element: look, quote depth, kind of its runs, <pre>."""
_OUTSIDE: _Setting = (PLAIN, 0, 0, False)
_Frame = tuple["LexborNode", int, _Setting]
"""What to go back to when an element is left: itself, its gap, the setting around it."""


@cache
def _parser_class() -> "type[LexborHTMLParser]":
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415  # 30 ms, only for HTML mails

    return LexborHTMLParser


def render(html: str) -> Rendered:
    """The text of an HTML document. Time and memory are bounded whatever it is."""
    length = safe_length(html)
    if not html[:length].strip():
        return Rendered([], truncated=length < len(html))
    document = _parser_class()(html[:length])
    writer = _Writer(_hiding(document, html))
    cut = _walk(document.root, writer)
    return Rendered(writer.runs(), truncated=cut or length < len(html))


def _hiding(document: "LexborHTMLParser", html: str) -> frozenset[str]:
    if "</style" not in html and "</STYLE" not in html:
        return frozenset()
    sheets = (node.text(deep=True) for node in document.tags("style")[:_MAX_SHEETS])
    return frozenset().union(*(hiding_selectors(sheet) for sheet in sheets))


def _walk(root: "LexborNode | None", writer: "_Writer") -> bool:
    """Write the text of a tree, without recursion; whether some was left out for its size.

    One loop with few calls: every node of every HTML mail passes here.
    """
    stack: list[_Frame] = []
    setting = _OUTSIDE
    node = root
    for _ in range(MAX_NODES):
        if node is None or writer.chars > MAX_OUTPUT_CHARS:
            break
        tag: str = node.tag or "-"
        if tag == "-text":
            writer.text(node.text_content or "", setting)
        elif (gap := _GAPS[tag] if tag in _GAPS else _gap_of(tag)) != _LEFT_OUT:
            if gap and gap > writer.gap:
                writer.gap = gap
            child = node.first_child
            if child is not None:
                stack.append((node, gap, setting))
                attributes = node.attributes
                if attributes or tag in _OPENED:
                    setting = writer.open(tag, attributes, setting)
                node = child
                continue
            writer.empty(tag)
        node = node.next
        while node is None and stack:
            element, gap, setting = stack.pop()
            if gap and gap > writer.gap:
                writer.gap = gap
            node = element.next
    return node is not None


def _gap_of(tag: str) -> int:
    """The gap of an element that no mail is made of; `_LEFT_OUT` for comments and their like."""
    return _LEFT_OUT if tag[0] in "-!" else _NO_GAP


def _within(
    setting: _Setting, tag: str, attributes: Mapping[str, str | None], hiding: frozenset[str]
) -> _Setting:
    """What holds within an element, by its attributes."""
    outer, depth, _, preformatted = setting
    look = look_of(outer, attributes, hiding)
    quotes = tag in _QUOTING and _quotes(tag, attributes)
    if look is outer and not quotes:
        return setting
    depth += quotes
    kind = HIDDEN if look.unseen else (QUOTE_BASE + depth if depth else 0)
    return look, depth, kind, preformatted


class _Writer:
    """Joins texts to runs.

    Attributes:
        chars: characters written.
        gap: what will stand before the next text.
    """

    __slots__ = ("_hiding", "_pieces", "_running", "_runs", "_tidy", "chars", "gap")

    def __init__(self, hiding: frozenset[str]) -> None:
        self._hiding = hiding
        self.chars = 0
        self.gap = _NO_GAP
        self._runs: list[tuple[str, int, list[str]]] = []
        self._pieces: list[str] = []
        self._running = -1
        self._tidy = True

    def runs(self) -> list[Run]:
        """What was written."""
        return [self._run(*run) for run in self._runs]

    def _run(self, separator: str, kind: int, pieces: list[str]) -> Run:
        text = "".join(pieces)
        # Printable Latin letters and single blanks are what canonical text is made of. A blank
        # may still stand behind a last bullet.
        return Run(separator, text, kind, self._tidy and text[-1] != " " and is_latin(text))

    def open(self, tag: str, attributes: Mapping[str, str | None], setting: _Setting) -> _Setting:
        """Begin an element within `setting`; what holds within it."""
        if attributes:
            setting = _within(setting, tag, attributes, self._hiding)
        if tag == "pre":
            return (*setting[:3], True)
        if tag == "li":
            self._write("- ", setting[2])
            self.gap = _GLUED
        elif tag in _CELLS:
            self.empty(tag)
        return setting

    def empty(self, tag: str) -> None:
        """A line break, or a cell: those stand on one line, unless there are blocks in them."""
        if tag == "br":
            self.gap = max(self.gap, _PARAGRAPH if self.gap >= _LINE else _LINE)
        elif tag in _CELLS and self._runs:
            self.gap = max(self.gap, _CELL)

    def text(self, text: str, setting: _Setting) -> None:
        """A text node."""
        _, _, kind, preformatted = setting
        if preformatted:
            self._tidy = False
            self._write(text, kind)
            return
        if text.isspace() or not text:
            self.gap = self.gap or _BLANK
            return
        flat = text.replace("\n", " ")
        if "  " in flat or not flat.isprintable():
            # Taking all texts apart would take twice as long: most have single blanks only.
            ends = " " * text[0].isspace(), " " * text[-1].isspace()
            flat = " ".join(text.split()).join(ends)
            self._tidy = self._tidy and flat.isprintable()
        if flat[0] == " ":
            self.gap = self.gap or _BLANK
        self._write(flat.strip(" "), kind)
        if flat[-1] == " ":
            self.gap = _BLANK

    def _write(self, text: str, kind: int) -> None:
        if kind == self._running:
            self._pieces.append(_SEPARATORS[self.gap] + text)
        else:
            self._pieces, self._running = [text], kind
            self._runs.append((_SEPARATORS[self.gap], kind, self._pieces))
        self.gap = _NO_GAP
        self.chars += len(text)


def _quotes(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element holds what somebody else wrote before."""
    if tag == "blockquote" and (attributes.get("type") or "").lower() == "cite":
        return True
    classes = attributes.get("class")
    return classes is not None and any(name in classes for name in _QUOTE_CLASSES)
