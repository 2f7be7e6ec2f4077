"""Which links are told as they are, and which by their domain alone."""

import pytest

from careerops.domain.career import Interview
from careerops.domain.email import AuthResults, CalendarEvent, Link, Sender
from careerops.mail.known_links import MAX_TOLD, interview_to_tell, links_to_tell
from support.adapters import RECEIVED, mail


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


def test_an_invitation_that_leads_elsewhere_is_told_by_its_domain_alone() -> None:
    """Its link is a text of the mail like any other."""
    strange = CalendarEvent(start=RECEIVED, url="https://join.evil.example/room")
    letter = mail(calendar=(strange, CalendarEvent(start=RECEIVED)))
    assert links_to_tell(letter, "") == (Link(domain="evil.example", url=""),)
    invited = Interview(start=RECEIVED, link=strange.url, place="Video")
    told = interview_to_tell(letter, invited, "")
    assert told == Interview(start=RECEIVED, place="Video")


@pytest.mark.parametrize(
    "url",
    [
        "https://zoom.us/j/1",
        "https://meet.bluefin-energy.example/1",
        "https://bluefinenergy.example",
    ],
)
def test_an_invitation_to_the_sender_the_company_or_a_known_tool_keeps_its_link(url: str) -> None:
    """It is the link that a person needs in time."""
    letter = mail(calendar=(CalendarEvent(start=RECEIVED, url=url),))
    invited = Interview(start=RECEIVED, link=url)
    assert interview_to_tell(letter, invited, "Bluefin Energy") == invited
    assert links_to_tell(letter, "Bluefin Energy") == ()


def test_without_a_link_there_is_nothing_to_take() -> None:
    """Nor without an interview."""
    assert interview_to_tell(mail(), None, "") is None
    assert interview_to_tell(mail(), Interview(place="Room 9"), "") == Interview(place="Room 9")
