"""Which links of a mail are worth telling: those that lead to who wrote it, or to a known tool.

Whoever can put one hidden anchor into a mail can put a link into it. A link that leads elsewhere
is told by its domain alone, and is to be looked up in the mail.
"""

from careerops.domain.email import Link, RawEmail
from careerops.mail.ats import MEETING_DOMAINS, ats_of
from careerops.mail.company_names import FREE_MAIL, SIGNING, agrees, registered_domain

MAX_TOLD = 20


def links_to_tell(mail: RawEmail, company: str) -> tuple[Link, ...]:
    """At most 20: known ones as they are, then each other domain once with an empty URL.

    Args:
        mail: whose links.
        company: the employer's name, '' if unknown; a domain of that name is known.
    """
    home = {registered_domain(mail.sender.domain), registered_domain(mail.auth.domain)}
    home -= FREE_MAIL | {""}
    known = [link for link in mail.links if _is_known(link.domain, home, company)]
    named = {link.domain for link in known}
    others = dict.fromkeys(link.domain for link in mail.links if link.domain not in named)
    return (*known, *(Link(domain=domain, url="") for domain in others))[:MAX_TOLD]


def _is_known(domain: str, home: set[str], company: str) -> bool:
    return (
        domain in home
        or domain in MEETING_DOMAINS
        or domain in SIGNING
        or ats_of(domain) is not None
        or agrees(company, domain)
    )
