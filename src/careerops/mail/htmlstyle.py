"""Whether an element of an HTML mail is made so that nobody sees it."""

from collections.abc import Mapping
from functools import lru_cache

from careerops.mail.css import UNKNOWN, Declarations, declarations, parse_color, same_color

_MAX_CLASS_CHARS = 500
_NOTHING = Declarations()
_SAYING = frozenset(
    {"aria-hidden", "background", "bgcolor", "class", "color", "hidden", "id", "style"}
)


class Look:
    """How text looks inside an element; colours as in `css.Declarations`.

    White on a page whose background nobody set is taken for unseen; white inside anything whose
    background may be set by a class or an image is not.

    Attributes:
        unseen: whether text of this look cannot be seen.
    """

    __slots__ = ("background", "color", "hidden", "invisible", "tiny", "unseen")

    def __init__(
        self, *, hidden: bool, invisible: bool, tiny: bool, color: str, background: str
    ) -> None:
        self.hidden = hidden
        self.invisible = invisible
        self.tiny = tiny
        self.color = color
        self.background = background
        self.unseen = hidden or invisible or tiny or same_color(color, background)

    def hide(self) -> "Look":
        """The same, hidden."""
        return Look(
            hidden=True,
            invisible=self.invisible,
            tiny=self.tiny,
            color=self.color,
            background=self.background,
        )


PLAIN = Look(hidden=False, invisible=False, tiny=False, color="000000", background="ffffff")


def look_of(
    parent: Look, attributes: Mapping[str, str | None], hiding: frozenset[str] = frozenset()
) -> Look:
    """How an element with `attributes` looks within `parent`.

    Args:
        parent: the look of what it stands in.
        attributes: of the element, names in lower case.
        hiding: selectors (`.class`, `#id`) that the document's style sheet hides.
    """
    if _SAYING.isdisjoint(attributes):
        return parent
    get = attributes.get
    classes = get("class") or ""
    hidden = "hidden" in attributes or get("aria-hidden") in {"true", "TRUE", "True"}
    if hiding and not hidden:
        hidden = _by_sheet(classes, get("id") or "", hiding)
    background = UNKNOWN if get("background") or classes else ""
    # Newsletters repeat the same few styles thousands of times.
    return _derived(
        parent.hide() if hidden else parent,
        get("style") or "",
        get("color") or "",
        get("bgcolor") or "",
        background,
    )


@lru_cache(maxsize=4096)
def _derived(
    parent: Look, style: str, color_attribute: str, bgcolor: str, by_class_or_image: str
) -> Look:
    said = declarations(style) if style else _NOTHING
    color, background = said.color, said.background
    if color is None and color_attribute:
        color = parse_color(color_attribute)
    if background is None:
        background = parse_color(bgcolor) if bgcolor else by_class_or_image
    return Look(
        hidden=parent.hidden or said.hides,
        invisible=parent.invisible if said.invisible is None else said.invisible,
        tiny=parent.tiny if said.tiny is None else said.tiny,
        color=color or parent.color,
        background=background or parent.background,
    )


def _by_sheet(classes: str, identity: str, hiding: frozenset[str]) -> bool:
    if "#" + identity.lower() in hiding:
        return True
    return any("." + name in hiding for name in classes[:_MAX_CLASS_CHARS].lower().split())
