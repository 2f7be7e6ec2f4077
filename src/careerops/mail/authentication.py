"""What the receiving server found out about the sender: Authentication-Results (RFC 8601)."""

import re

from careerops.domain.email import AuthResults
from careerops.mail.headers import Headers, header_text

_MAX_CHARS = 8000
_MAX_RESULTS = 30
_MAX_DOMAIN = 253

_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_RESULT = re.compile(r"\s*(spf|dkim|dmarc)(?:\s*/\s*\d+)?\s*=\s*([a-z]{1,20})(.*)", re.DOTALL)
_PROPERTY = {
    "dmarc": re.compile(r"\bheader\.from\s*=\s*\"?([^\s;\"]{1,300})"),
    "dkim": re.compile(r"\bheader\.[di]\s*=\s*\"?([^\s;\"]{1,300})"),
    "spf": re.compile(r"\bsmtp\.(?:mailfrom|helo)\s*=\s*\"?([^\s;\"]{1,300})"),
}
_SERVER = re.compile(r"[^\s;=]{1,253}(?=\s*(?:\d\s*)?$)")


def authentication_of(headers: Headers) -> AuthResults:
    """The topmost Authentication-Results, which our own server stamped if any did.

    Those below it may be the sender's forgery, and ARC's repeat what others claim: neither is
    read. Of several DKIM results a pass counts. `domain` is one that passed.
    """
    value = header_text(headers.raw(b"authentication-results"))[:_MAX_CHARS]
    if not value:
        return AuthResults()
    clauses = _without_comments(value).lower().split(";")[: _MAX_RESULTS + 1]
    results: dict[str, tuple[str, str]] = {}
    for clause in clauses:
        match = _RESULT.match(clause)
        if match and (match[1] not in results or match[2] == "pass" != results[match[1]][0]):
            results[match[1]] = match[2], _property(match[1], match[3])
    server = _SERVER.match(clauses[0].strip())
    return AuthResults(
        spf=results.get("spf", ("", ""))[0],
        dkim=results.get("dkim", ("", ""))[0],
        dmarc=results.get("dmarc", ("", ""))[0],
        domain=_authenticated(results),
        server=server[0] if server else "",
    )


def _authenticated(results: dict[str, tuple[str, str]]) -> str:
    passed = (results.get(method, ("", "")) for method in ("dmarc", "dkim", "spf"))
    return next((domain for result, domain in passed if result == "pass" and domain), "")


def _property(method: str, rest: str) -> str:
    match = _PROPERTY[method].search(rest)
    domain = match[1].rpartition("@")[2].rstrip(".")[:_MAX_DOMAIN] if match else ""
    return domain if domain and _is_domain(domain) else ""


def _is_domain(text: str) -> bool:
    return all(char.isalnum() or char in "-._" for char in text) and "." in text


def _without_comments(text: str) -> str:
    for _ in range(3):  # comments nest; who nests them deeper says nothing to us
        if "(" not in text:
            break
        text = _COMMENT.sub(" ", text)
    return text
