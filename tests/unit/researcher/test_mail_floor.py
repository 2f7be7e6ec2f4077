"""The floor of research: what the mail itself tells, offline."""

from datetime import timedelta
from typing import Any

import pytest

from careerops.adapters.researcher.hints import hints
from careerops.adapters.researcher.mail import MailResearcher
from careerops.domain.career import Interview
from careerops.domain.email import AuthResults, Link, Sender
from careerops.domain.notification import Briefing
from careerops.domain.taxonomy import EventType
from support.adapters import RECEIVED, context, event


async def brief(**fields: Any) -> Briefing:
    """The briefing about an event with these fields."""
    researcher = MailResearcher(MailResearcher.Options(), context())
    return await researcher.research(event(**fields))


async def test_it_tells_company_person_and_what_to_prepare() -> None:
    """The common case."""
    found = await brief()
    assert found.summary == "Bluefin Energy (bluefin-energy.example)."
    assert found.people == ("Maja Lund",)
    assert found.preparation[0] == "45 minutes are planned"
    assert found.sources == ("the mail", "bluefin-energy.example")


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(hours=12), "720 minutes are planned"),
        (timedelta(days=1), ""),
        (timedelta(days=366), ""),
        (timedelta(0), ""),
        (timedelta(hours=-1), ""),
    ],
)
async def test_a_length_is_said_where_it_can_be_an_interviews(length: timedelta, said: str) -> None:
    """A whole day, or a year by a slip, is none to prepare for."""
    found = await brief(interview=Interview(start=RECEIVED, end=RECEIVED + length))
    assert [text for text in found.preparation if "minutes" in text] == ([said] if said else [])


async def test_a_vendors_domain_is_not_the_companys() -> None:
    """It is named as the vendor, and the company's own domain is found among the links."""
    sender = Sender(
        name="Bluefin Energy", address="x@greenhouse-mail.io", domain="greenhouse-mail.io"
    )
    links = (
        Link(domain="greenhouse.io", url="https://greenhouse.io/x"),
        Link(domain="bluefinenergy.example", url="https://bluefinenergy.example"),
    )
    found = await brief(sender=sender, links=links)
    assert found.summary == "Bluefin Energy (bluefinenergy.example). Sent through Greenhouse."
    assert found.people == ()
    assert found.sources == ("the mail", "bluefinenergy.example")


async def test_a_sender_that_could_not_be_verified_is_said() -> None:
    """DMARC failed."""
    assert "could not be verified" in (await brief(auth=AuthResults(dmarc="fail"))).summary


@pytest.mark.parametrize("name", [
    "Bluefin Energy", "Bluefin Energy Careers", "no-reply", "Maja", "Talent Team", "a@b.example",
    "", "One Two Three Four Five", "Recruiting Bluefin",
])  # fmt: skip
async def test_a_department_is_no_person(name: str) -> None:
    """Nor is the company, an address or a single word."""
    sender = Sender(name=name, address="x@bluefin-energy.example", domain="bluefin-energy.example")
    assert (await brief(sender=sender)).people == ()


@pytest.mark.parametrize(
    "name", ["Maja Lund | Bluefin", "Maja Lund via Greenhouse", "Maja Lund (HR)"]
)
async def test_a_person_is_named_without_the_addition(name: str) -> None:
    """The name alone."""
    sender = Sender(name=name, address="x@bluefin-energy.example", domain="bluefin-energy.example")
    assert (await brief(sender=sender)).people == ("Maja Lund",)


async def test_how_to_meet_is_told() -> None:
    """Length and the video service, where the link is one's own parser's."""
    meeting = Interview(
        start=RECEIVED, end=RECEIVED + timedelta(minutes=30), link="https://us02.zoom.us/j/1"
    )
    found = await brief(interview=meeting, links=(Link(domain="zoom.us", url="https://zoom.us/j"),))
    assert found.preparation[:2] == ("30 minutes are planned", "By video: try zoom.us beforehand")
    assert found.sources == ("the mail",)


async def test_an_interview_without_a_time_says_so() -> None:
    """An offer does not."""
    assert "No time was found" in (await brief(interview=None)).preparation[0]
    offer = await brief(event_type=EventType.OFFER, interview=None)
    assert offer.preparation == hints(EventType.OFFER, "")


async def test_without_anything_known_it_still_answers() -> None:
    """An empty mail has an empty summary."""
    found = await brief(company="", sender=Sender(), links=(), interview=None)
    assert (found.summary, found.people, found.sources) == ("", (), ("the mail",))


@pytest.mark.parametrize("kind", [kind for kind in EventType if kind.is_career])
def test_every_kind_of_event_has_hints_in_every_language(kind: EventType) -> None:
    """English where we do not speak it."""
    spoken = {language: hints(kind, language) for language in ("en", "de", "es", "fr")}
    assert all(spoken.values())
    assert len(set(spoken.values())) == 4
    assert hints(kind, "hi") == hints(kind, "") == spoken["en"]
    assert hints(kind, "de-AT") == spoken["de"]


def test_other_has_no_hints() -> None:
    """It is not told."""
    assert hints(EventType.OTHER, "en") == ()
