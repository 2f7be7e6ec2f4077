"""HTML to readable text: blocks as lines, lists and tables kept, hidden and quoted parts known."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from careerops.mail.css import hiding_selectors
from careerops.mail.htmlguard import safe_length
from careerops.mail.htmlstyle import PLAIN, Look, look_of
from careerops.mail.text import Run

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
_LINE_ENDS = {**dict.fromkeys(_BLOCKS, "\n"), **dict.fromkeys(_PARAGRAPHS, "\n\n")}
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


# A plain tuple: one is made for each element, and a named one takes five times as long.
_Frame = tuple["LexborNode", Look, int, bool, str]
"""What to go back to when an element is left: itself, look, quote depth, <pre>, its line end."""


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
    renderer = _Renderer(_hiding(document, html))
    if document.root is not None:
        renderer.walk(document.root)
    return Rendered(renderer.runs(), truncated=renderer.truncated or length < len(html))


def _hiding(document: "LexborHTMLParser", html: str) -> frozenset[str]:
    if "</style" not in html and "</STYLE" not in html:
        return frozenset()
    sheets = (node.text(deep=True) for node in document.css("style")[:_MAX_SHEETS])
    return frozenset().union(*(hiding_selectors(sheet) for sheet in sheets))


class _Renderer:
    """Walks a tree without recursion and writes runs."""

    def __init__(self, hiding: frozenset[str]) -> None:
        self.truncated = False
        self._hiding = hiding
        self._runs: list[tuple[str, int, list[str]]] = []
        self._separator = ""
        self._chars = 0
        self._look = PLAIN
        self._quote = 0
        self._preformatted = False
        self._after_bullet = False

    def runs(self) -> list[Run]:
        """What was written."""
        return [Run(separator, "".join(pieces), kind) for separator, kind, pieces in self._runs]

    def walk(self, root: "LexborNode") -> None:
        """Write the text below `root`."""
        stack: list[_Frame] = []
        node: LexborNode | None = root
        for _ in range(MAX_NODES):
            if node is None or self._chars > MAX_OUTPUT_CHARS:
                break
            tag: str = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "")
            elif tag not in _SKIPPED and tag[:1] not in "-!":
                child = self._enter(node, tag, stack)
                if child is not None:
                    node = child
                    continue
            node = node.next or self._leave(stack)
        self.truncated = node is not None

    def _leave(self, stack: list[_Frame]) -> "LexborNode | None":
        """Leave the elements that end here; the node after them."""
        while stack:
            element, self._look, self._quote, self._preformatted, line_end = stack.pop()
            if line_end:
                self._end_line(line_end)
            following: LexborNode | None = element.next
            if following is not None:
                return following
        return None

    def _enter(self, node: "LexborNode", tag: str, stack: list[_Frame]) -> "LexborNode | None":
        """Enter an element and return its first child, None if it is empty."""
        line_end = _LINE_ENDS.get(tag, "")
        if line_end:
            self._end_line(line_end)
        child: LexborNode | None = node.first_child
        if child is None:
            self._empty_element(tag)
            return None
        stack.append((node, self._look, self._quote, self._preformatted, line_end))
        self._open(tag, node.attributes)
        return child

    def _open(self, tag: str, attributes: Mapping[str, Any]) -> None:
        if tag == "pre":
            self._preformatted = True
        if attributes:
            self._look = look_of(self._look, attributes, self._hiding)
            if tag in {"blockquote", "div", "span", "table"} and _quotes(tag, attributes):
                self._quote += 1
        if tag == "li":
            self._write("- ")
            self._after_bullet = True
        elif tag in {"td", "th"}:
            self._cell()

    def _empty_element(self, tag: str) -> None:
        if tag == "br":
            self._separator = "\n\n" if "\n" in self._separator else "\n"
        elif tag in {"td", "th"}:
            self._cell()

    def _cell(self) -> None:
        """Cells stand on one line, unless there are blocks in them."""
        if self._runs and "\n" not in self._separator:
            self._separator = " | "

    def _end_line(self, line_end: str) -> None:
        if len(line_end) > self._separator.count("\n"):
            self._separator = line_end

    def _text(self, text: str) -> None:
        if self._preformatted:
            self._write(text)
            return
        words = text.split()
        if not words:
            self._separator = self._separator or " "
            return
        if text[0].isspace():
            self._separator = self._separator or " "
        self._write(" ".join(words))
        if text[-1].isspace():
            self._separator = " "

    def _write(self, text: str) -> None:
        if self._after_bullet:
            self._separator, self._after_bullet = "", False
        kind = HIDDEN if self._look.unseen else (QUOTE_BASE + self._quote if self._quote else 0)
        if self._runs and self._runs[-1][1] == kind:
            self._runs[-1][2].append(self._separator + text)
        else:
            self._runs.append((self._separator, kind, [text]))
        self._separator = ""
        self._chars += len(text)


def _quotes(tag: str, attributes: Mapping[str, Any]) -> bool:
    """Whether an element holds what somebody else wrote before."""
    if tag == "blockquote" and (attributes.get("type") or "").lower() == "cite":
        return True
    classes: str = attributes.get("class") or ""
    return any(name in classes for name in _QUOTE_CLASSES)
