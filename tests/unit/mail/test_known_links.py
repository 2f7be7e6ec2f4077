"""Which links are told as they are, and which by their domain alone."""

import pytest

from careerops.domain.email import AuthResults, Link, Sender
from careerops.mail.known_links import MAX_TOLD, links_to_tell
from support.adapters import mail


def link(domain: str, path: str = "a") -> Link:
    """A link to `domain`."""
    return Link(domain=domain, url=f"https://www.{domain}/{path}")


@pytest.mark.parametrize(
    "domain",
    [
        "bluefin-energy.example",
        "bluefin-mail.example",
        "zoom.us",
        "greenhouse.io",
        "calendly.com",
        "docusign.net",
        "bluefinenergy.example",
    ],
)
def test_what_leads_to_the_sender_the_company_or_a_known_tool_is_told(domain: str) -> None:
    """Sender, authenticated domain, meeting, vendor, signing, the company's name."""
    letter = mail(links=(link(domain),), auth=AuthResults(domain="bluefin-mail.example"))
    assert links_to_tell(letter, "Bluefin Energy") == letter.links


def test_what_leads_elsewhere_comes_last_by_its_domain_alone() -> None:
    """Each once."""
    own = link("bluefin-energy.example")
    letter = mail(links=(link("evil.example"), own, link("evil.example", "b"), link("x.example")))
    assert links_to_tell(letter, "") == (
        own,
        Link(domain="evil.example", url=""),
        Link(domain="x.example", url=""),
    )


def test_a_free_mail_provider_is_nobodys_home() -> None:
    """Its users can put pages there."""
    sender = Sender(address="a@gmail.com", domain="gmail.com")
    letter = mail(links=(link("gmail.com"),), sender=sender)
    assert links_to_tell(letter, "") == (Link(domain="gmail.com", url=""),)


def test_no_more_are_told_than_an_event_carries() -> None:
    """A newsletter has hundreds."""
    letter = mail(links=tuple(link("zoom.us", str(number)) for number in range(90)))
    assert len(links_to_tell(letter, "")) == MAX_TOLD
