"""Which links of a mail are worth telling: those that lead to who wrote it, or to a known tool.

Whoever can put one hidden anchor into a mail can put a link into it. A link that leads elsewhere
is told by its domain alone, and is to be looked up in the mail.
"""

from careerops.domain.career import Interview
from careerops.domain.email import Link, RawEmail
from careerops.mail.ats import MEETING_DOMAINS, ats_of
from careerops.mail.company_names import FREE_MAIL, SIGNING, agrees, registered_domain
from careerops.mail.links import domain_of

MAX_TOLD = 20


def links_to_tell(mail: RawEmail, company: str) -> tuple[Link, ...]:
    """At most 20: known ones as they are, then each other domain once with an empty URL.

    The links of invitations are among them where they are unknown; known ones are the interview's.

    Args:
        mail: whose links.
        company: the employer's name, '' if unknown; a domain of that name is known.
    """
    home = _home(mail)
    known = [link for link in mail.links if _is_known(link.domain, home, company)]
    named = {link.domain for link in known}
    domains = [link.domain for link in mail.links]
    invited = [domain_of(event.url) for event in mail.calendar if event.url]
    domains += [domain for domain in invited if domain and not _is_known(domain, home, company)]
    others = dict.fromkeys(domain for domain in domains if domain not in named)
    return (*known, *(Link(domain=domain, url="") for domain in others))[:MAX_TOLD]


def interview_to_tell(
    mail: RawEmail, interview: Interview | None, company: str
) -> Interview | None:
    """`interview` without its link if that leads to nobody known: an invitation is foreign text."""
    if interview is None or not interview.link:
        return interview
    if _is_known(domain_of(interview.link), _home(mail), company):
        return interview
    return interview.model_copy(update={"link": ""})


def _home(mail: RawEmail) -> set[str]:
    """The domains of who wrote it."""
    home = {registered_domain(mail.sender.domain), registered_domain(mail.auth.domain)}
    return home - FREE_MAIL - {""}


def _is_known(domain: str, home: set[str], company: str) -> bool:
    return (
        domain in home
        or domain in MEETING_DOMAINS
        or domain in SIGNING
        or ats_of(domain) is not None
        or agrees(company, domain)
    )
