"""HTML to readable text, and what of it nobody sees."""

from datetime import UTC, datetime

import pytest

from careerops.domain.email import MarkKind
from careerops.mail.css import hiding_selectors, parse_color, same_color
from careerops.mail.html import render
from careerops.mail.htmlguard import safe_length
from careerops.mail.marks import from_html
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def text_of(html: str) -> str:
    """The readable text of a document."""
    return from_html(html, "").text


def hidden_in(html: str) -> list[str]:
    """The texts that are marked hidden."""
    piece = from_html(html, "")
    return [piece.text[m.start : m.end] for m in piece.marks if m.kind is MarkKind.HIDDEN]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one<p>two", "one\n\ntwo"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<div>a</div><div><div>b</div></div>c", "a\nb\nc"),
        ("a <b>b</b>c\n\n <i> d</i>", "a bc d"),
        ("<ul><li>one<li><p>two</p></ul>after", "- one\n- two\n\nafter"),
        ("<ol><li>one<ul><li>deep</ul></ol>", "- one\n\n- deep"),
        (
            "<table><tr><th>When</th><td>Monday</td></tr><tr><td>Where</td><td>Berlin</td></tr></table>",
            "When | Monday\nWhere | Berlin",
        ),
        ("<table><tr><td>a</td><td></td><td>b</td></tr></table>", "a | b"),
        ("<table><tr><td><div>a</div></td><td><p>b</p></td></tr></table>", "a\n\nb"),
        ("<h1>Title</h1>text", "Title\n\ntext"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("a&nbsp;&amp;&lt;&#8364;&eacute;&bogus;", "a &<€é&bogus;"),
        ('<a href="https://x.test">the link</a> and <img alt="x" src="y">', "the link and"),
        (
            "<head><title>t</title><style>p{}</style></head><script>x</script>seen<!-- not -->",
            "seen",
        ),
        ("<!--[if mso]><p>Outlook</p><![endif]-->seen", "seen"),
        ('<?xml version="1.0"?><html><body>se<?pi?>en', "seen"),
        ('<p>se<?xml:namespace prefix = o ns = "urn:x" />en', "seen"),
        ("<select><option>a</select><textarea>b</textarea><svg><text>c</text></svg>seen", "seen"),
        ("in\u00adter\u200bview", "interview"),
        ("", ""),
        ("<p> </p>", ""),
        ("no tags at all", "no tags at all"),
        ("<b><p>unclosed <i>tags", "unclosed tags"),
    ],
)
def test_html_becomes_text_that_reads_as_it_looks(html: str, text: str) -> None:
    """Blocks are lines, cells and items are kept apart, what is not content is left out."""
    assert text_of(html) == text
    assert hidden_in(html) == []


@pytest.mark.parametrize(
    "style",
    [
        "display:none",
        "DISPLAY: None !important",
        "visibility:hidden",
        "visibility: collapse",
        "font-size:0",
        "font-size:1px",
        "font-size: 0.5px",
        "font:0/0 a",
        "font-size:5%",
        "font-size:.05em",
        "opacity:0",
        "opacity: 0.01",
        "opacity:0%",
        "max-height:0",
        "max-height:0px;overflow:hidden",
        "height:0;overflow:hidden",
        "width:0px; overflow: hidden",
        "mso-hide:all",
        "text-indent:-9999px",
        "position:absolute;left:-5000px",
        "position:absolute; top: -999em",
        "margin-left:-9999px",
        "clip:rect(0,0,0,0)",
        "clip-path: inset(100%)",
        "transform:scale(0)",
        "color:transparent",
        "color:#fff",
        "color:white",
        "color:#FEFEFE",
        "color:rgb(255, 255, 255)",
        "color:#123456;background:#123456",
        "background-color:black;color:#010101",
        "color:#ddd;background:rgba(221,221,221,1)",
    ],
)
def test_text_that_is_styled_away_is_marked(style: str) -> None:
    """Every common way; the text is kept, so that a person can look at it."""
    assert hidden_in(f'seen <span style="{style}">planted <b>words</b></span> seen') == [
        "planted words"
    ]


@pytest.mark.parametrize(
    "style",
    [
        "display:block",
        "visibility:visible",
        "font-size:10px",
        "font-size:120%",
        "font-size:0.9em",
        "font:bold 12px/1 Arial",
        "opacity:1",
        "opacity:0.6",
        "max-height:100px",
        "height:0",
        "line-height:0",
        "text-indent:-10px",
        "margin-left:-20px",
        "color:#333",
        "color:red",
        "color:white;background:navy",
        "color:#fff;background:#0055aa",
        "color:#fff;background:url(x.png)",
        "color:inherit",
        "background:#fff",
        "max-height:0.5em",
        "transform:scale(0.9)",
        "color:",
        "font-size:",
        "font-size:small",
        "opacity:.",
        "color:var(--x)",
        "}{",
    ],
)
def test_text_that_is_seen_is_not_marked(style: str) -> None:
    """Layout tricks of honest newsletters hide nothing."""
    assert hidden_in(f'seen <span style="{style}">words</span>') == []


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>planted</p>",
        "<p aria-hidden=true>planted</p>",
        "<style>.x{display:none}</style><p class='y X'>planted</p>",
        "<style>a{} #p, td.q {font-size:0px}</style><p id=P>planted</p>",
        "<style>@import 'x'; @media print{.z{top:0}} .x{opacity:0}</style><p class=x>planted</p>",
        "<body bgcolor='#ffffff'><font color='#ffffff'>planted</font>",
        "<table bgcolor=#eee><tr><td style='color:#eeeeee'>planted</td></tr></table>",
        "<div style='font-size:0'><b>planted</b></div>",
        "<div style='display:none'><div style='display:block'>planted</div></div>",
    ],
)
def test_text_hidden_by_attribute_or_sheet_is_marked(html: str) -> None:
    """Not only inline styles hide."""
    assert hidden_in("<p>seen</p>" + html) == ["planted"]


@pytest.mark.parametrize(
    "html",
    [
        "<style>@media (max-width:600px){.x{display:none}}</style><p class=x>seen</p>",
        "<style>.x p{display:none} .x:hover{display:none}</style><p class=x>seen</p>",
        "<td style='font-size:0'><span style='font-size:14px'>seen</span></td>",
        "<div style='visibility:hidden'><p style='visibility:visible'>seen</p></div>",
        "<div class=dark><p style='color:white'>seen</p></div>",
        "<table background=x.png><tr><td style='color:white'>seen</td></tr></table>",
        "<div style='background:#000'><p style='color:white'>seen</p></div>",
        "<div style='background:#000'><p style='background:transparent;color:white'>seen</p></div>",
    ],
)
def test_what_is_shown_again_or_only_hidden_elsewhere_is_seen(html: str) -> None:
    """Children may undo, phones may hide, classes may colour."""
    assert hidden_in(html) == []
    assert text_of(html) == "seen"


def test_hidden_letters_within_a_word_do_not_part_it() -> None:
    """Without them the word is whole, which is how it looks."""
    html = 'inter<span style="display:none">xx</span>view <i style="font-size:0">zz</i> now'
    raw = b"Content-Type: text/html\n\n" + html.encode()
    email = parse_mail(
        ParseRequest(raw=raw, account="me", source="eml", locator="1", fallback_time=NOW)
    ).email
    assert email.body_text == "interxxview zz now"
    assert email.said_now == "interview  now"


def test_a_preheader_is_hidden_and_its_padding_gone() -> None:
    """Zero-width padding leaves nothing."""
    html = '<div style="display:none">Preview&#847;&zwnj;&nbsp;&#8199;&#847;</div><p>Dear Ann</p>'
    assert text_of(html) == "Preview\nDear Ann" or text_of(html) == "Preview\n\nDear Ann"
    assert hidden_in(html) == ["Preview"]


@pytest.mark.parametrize(
    ("text", "color"),
    [
        ("#fff", "ffffff"),
        ("#A0b1C2", "a0b1c2"),
        ("ffffff", "ffffff"),
        ("white", "ffffff"),
        ("", "?"),
        ("rgb(1, 2,300)", "0102ff"),
        ("rgba(0,0,0,0.0)", ""),
        ("rgba(0,0,0,0.5)", "000000"),
        ("transparent", ""),
        ("linear-gradient(#fff,#000)", "?"),
        ("papayawhip", "?"),
        ("#ff", "?"),
    ],
)
def test_a_colour_is_read(text: str, color: str) -> None:
    """What cannot be told is said to be unknown, not black."""
    assert parse_color(text) == color


def test_colours_are_compared_as_eyes_do() -> None:
    """Nearly the same is the same; unknown is like nothing."""
    assert same_color("ffffff", "f8f8f8")
    assert not same_color("ffffff", "cccccc")
    assert not same_color("?", "?")
    assert not same_color("", "")


def test_a_style_sheet_tells_what_it_hides() -> None:
    """Simple selectors outside @media."""
    sheet = (
        "/* .c{display:none} */ .a,.b .c, p.d {display:none} #e{opacity:0} @media x{#f{opacity:0}}"
    )
    assert hiding_selectors(sheet) == {".a", ".d", "#e"}


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<div>" * 900 + "x", True),
        ("<div>" * 1100 + "x", False),
        ("<div>x</div>" * 50_000, True),
        ("<p>x" * 50_000, True),
        ("<tr><td>x" * 50_000, True),
        ("<font color=a>" * 900, False),
        ("<div " + " ".join(f"a{i}=1" for i in range(20_000)) + ">", False),
        ("<div " + " ".join(f'a{i}=">"' for i in range(20_000)) + ">", False),
        (f'<img src="data:image/png;base64,{"QUJD/a b" * 10_000}">', True),
        ("</b>" * 50_000, True),
        ("x" * 2_000_000, False),
    ],
)
def test_only_attacks_are_cut(html: str, safe: bool) -> None:
    """Large honest documents pass whole."""
    assert (safe_length(html) == len(html)) is safe
    assert render(html).truncated is not safe
