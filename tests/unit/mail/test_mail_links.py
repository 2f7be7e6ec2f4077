"""Links: where they really lead."""

import pytest

from careerops.mail.links import MAX_LINKS, domain_of, links_of


def urls(*texts: str, html: tuple[str, ...] = ()) -> list[str]:
    """The URLs found."""
    return [link.url for link in links_of(texts, html)[0]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://example.com/a?b=c#d.", ["https://example.com/a?b=c#d"]),
        ("(https://example.com/a_(b))", ["https://example.com/a_(b)"]),
        ("<https://example.com>", ["https://example.com"]),
        ("HTTPS://Example.COM/A", ["HTTPS://Example.COM/A"]),
        ("a https://example.com/1 b https://example.com/1", ["https://example.com/1"]),
        ("ftp://example.com javascript://x mailto:a@example.com", []),
        ("https:// http://", []),
        ("“https://example.com/x”", ["https://example.com/x"]),
    ],
)
def test_links_in_text_are_found(text: str, found: list[str]) -> None:
    """Without the sentence's punctuation, each once."""
    assert urls(text) == found


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="https://example.com/?a=1&amp;b=2">x</a>', ["https://example.com/?a=1&b=2"]),
        ("<a class=x href='https://example.com/'>x</a>", ["https://example.com/"]),
        ("<A HREF=https://example.com/x>x</a>", ["https://example.com/x"]),
        ('<a\n href = "https://exa\nmple.com">x</a>', ["https://example.com"]),
        ('<link href="https://fonts.example/x.css"><img src="https://t.example/p.gif">', []),
        ('<a href="mailto:a@example.com"><a href="/relative"><a href="javascript:x">', []),
    ],
)
def test_links_in_html_are_found(html: str, found: list[str]) -> None:
    """What a person can click; not what a program loads."""
    assert urls(html=(html,)) == found


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.jobs.example.co.uk/x", "example.co.uk"),
        ("https://boards.greenhouse.io/x", "greenhouse.io"),
        ("https://paypal.com@evil.example/x", "evil.example"),
        ("https://evil.example\\@paypal.com/x", "evil.example"),
        ("https://evil.example#@paypal.com", "evil.example"),
        ("https://evil.example?@paypal.com", "evil.example"),
        ("https://paypal.com.evil.example:8080/", "evil.example"),
        ("https://pаypal.com/", "xn--pypal-4ve.com"),  # noqa: RUF001  # the Cyrillic letter is the attack
        ("https://xn--pypal-4ve.com/", "xn--pypal-4ve.com"),
        ("http://192.0.2.7/x", "192.0.2.7"),
        ("http://[2001:db8::1]:80/", "2001:db8::1"),
        ("http://localhost/", "localhost"),
        ("http://EXAMPLE.com./", "example.com"),
        ("http://" + "a" * 300, ""),
        ("http://ä..example/", ""),
        ("no link", ""),
    ],
)
def test_the_domain_is_where_a_browser_would_go(url: str, domain: str) -> None:
    """User names, backslashes and look-alike letters fool nobody."""
    assert domain_of(url) == domain


def test_links_are_limited_in_number_and_length() -> None:
    """And it is said that some are missing."""
    found, cut = links_of([" ".join(f"https://example.com/{i}" for i in range(500))], [])
    assert (len(found), cut) == (MAX_LINKS, True)
    found, cut = links_of(["https://example.com/" + "a" * 2900, "https://example.com/b"], [])
    assert ([link.url for link in found], cut) == (["https://example.com/b"], False)
