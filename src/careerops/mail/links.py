"""The links of a mail, found in text and in HTML, with their registered domains."""

import html
import ipaddress
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

from careerops.domain.email import Link
from careerops.mail.company_names import registered_domain

MAX_LINKS = 100
MAX_URL_CHARS = 2048
MAX_TOTAL_CHARS = 48 * 1024
_MAX_SEEN = 2000
_MAX_HOST_CHARS = 253

_IN_TEXT = re.compile(
    r"https?://[^\s<>\"'`{}|\\^\x00-\x1f\u00ab\u00bb\u201c\u201d]{1,3000}", re.IGNORECASE
)
_HREF = re.compile(
    r"<a\s[^<>]{0,2000}?\bhref\s{0,5}=\s{0,5}(?:\"([^\"<>]{1,8000})\"|'([^'<>]{1,8000})'|([^\s<>\"']{1,8000}))",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"https?://(?:[^/?#@\s]{0,500}@)?(\[[0-9a-f:.]{2,45}\]|[^/?#:@\s\[\]]{1,300})", re.IGNORECASE
)
_NOT_IN_URLS = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_TRAILING = ".,;:!?'*_"
_BRACKETS = {")": "(", "]": "[", ">": "<"}


def links_of(texts: Iterable[str], documents: Iterable[str]) -> tuple[tuple[Link, ...], bool]:
    """Links of plain texts, then of HTML documents, each URL once; and whether some were left out.

    Only http and https; at most 100, of at most 2,048 characters each.
    """
    found: dict[str, Link] = {}
    chars = 0
    urls = chain.from_iterable(chain(map(_in_text, texts), map(_in_html, documents)))
    for count, raw in enumerate(urls):
        url = _tidy(raw)
        if url in found:
            continue
        chars += len(url)
        if count >= _MAX_SEEN or len(found) >= MAX_LINKS or chars > MAX_TOTAL_CHARS:
            return tuple(found.values()), True
        domain = domain_of(url)
        if domain and len(url) <= MAX_URL_CHARS:
            found[url] = Link(domain=domain, url=url)
    return tuple(found.values()), False


def domain_of(url: str) -> str:
    r"""The registered domain of a URL's host, in punycode; the host itself if it has none.

    '' if the URL has no usable host. Browsers read a backslash as a slash (WHATWG URL), so that
    `https://one.example\@other.example` leads to the first.
    """
    match = _HOST.match(url.replace("\\", "/"))
    return _domain(match[1].lower().rstrip(".")) if match else ""


@lru_cache(maxsize=4096)
def _domain(host: str) -> str:
    if len(host) > _MAX_HOST_CHARS:
        return ""
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        ascii_host = _punycode(host)
        return (registered_domain(ascii_host) or ascii_host) if ascii_host else ""


def _punycode(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _in_text(text: str) -> Iterator[str]:
    if "://" not in text:
        return
    for match in _IN_TEXT.finditer(text):
        yield _without_punctuation(match[0])


def _in_html(document: str) -> Iterator[str]:
    for match in _HREF.finditer(document):
        url = match[match.lastindex or 0]
        url = (html.unescape(url) if "&" in url else url).strip()
        if url[:8].lower().startswith(("http://", "https://")):
            yield url


def _without_punctuation(url: str) -> str:
    """A URL in a sentence, without the sentence's punctuation behind it."""
    while url and (url[-1] in _TRAILING or url[-1] in _BRACKETS):
        if url[-1] in _BRACKETS and url.count(_BRACKETS[url[-1]]) >= url.count(url[-1]):
            break
        url = url[:-1]
    return url


def _tidy(url: str) -> str:
    """Without control characters and white space, which browsers drop; cut past what is kept."""
    url = url[: MAX_URL_CHARS + 1].replace("\\", "/")
    return url if url.isprintable() and " " not in url else _NOT_IN_URLS.sub("", url)
