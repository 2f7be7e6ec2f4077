"""Company and role from sender, subject, text and invitation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.domain.email import CalendarEvent, Link, MarkKind
from careerops.mail.company import company_of, role_of
from careerops.mail.company_names import agrees, company_domain, registered_domain, tidy_name
from support.rules import make_mail

APPLIED = "Hi Sam,\n\nThank you for applying for the Backend Engineer role at Acme."

COMPANIES = [
    ("Acme Careers", "no-reply@us.greenhouse-mail.io", "Update", "", "Acme"),
    ("Jane from Acme", "jane@acme.example", "Hello", "", "Acme"),
    ("Jane Doe (Acme)", "jane@acme.example", "Hello", "", "Acme"),
    ("Acme via Greenhouse", "no-reply@greenhouse.io", "Hello", "", "Acme"),
    ("Acme Recruiting Team", "jobs@hire.lever.co", "Hello", "", "Acme"),
    ("", "no-reply@acme.example", "Hello", "", "Acme"),
    ("", "no-reply@big-corp.example", "Hello", "", "Big Corp"),
    ("Workday", "acme@myworkday.com", "Your application", "", "Acme"),
    ("Jo", "jo@globex.teamtailor-mail.com", "Your application", "", "Globex"),
    ("Greenhouse", "no-reply@greenhouse.io", "Your application to Acme Labs", "", "Acme Labs"),
    ("LinkedIn", "jobs-noreply@linkedin.com", "Sam, your application was sent to Globex", "",
     "Globex"),
    ("Notifications", "n@greenhouse.io", "Interview for Data Analyst at Acme", "", "Acme"),
    ("x", "n@personio.de", "Ihre Bewerbung bei Müller GmbH", "", "Müller"),
    ("x", "n@personio.de", "Ihre Bewerbung als Monteur bei der Alpenblick AG", "", "Alpenblick"),
    ("x", "n@infojobs.net", "Tu candidatura en Iberdata", "", "Iberdata"),
    ("x", "n@apec.fr", "Votre candidature chez Belair", "", "Belair"),
    ("x", "n@gupy.io", "Sua candidatura na Atlântico", "", "Atlântico"),
    ("x", "n@zohorecruit.in", "Surya Tech में आपका आवेदन", "", "Surya Tech"),
    ("HR", "someone@gmail.com", "Interview", "the position of Cook at Nordwind GmbH.", "Nordwind"),
    ("x", "n@greenhouse.io", "Update", "Best,\nThe Hooli Recruiting Team", "Hooli"),
    ("x", "n@greenhouse.io", "Update", APPLIED, "Acme"),
    ("Acme Foods", "n@personio.de", "Eingangsbestätigung: Ihre Bewerbung", "", "Acme Foods"),
    ("Ann", "ann@acme.example", "Interview @ Tue 3 Nov 2026 14:00 (CET)", "", "Acme"),
    ("HR Department Acme Group", "a@acme.example", "Offer", "", "Acme Group"),
    ("Acme Health @ icims", "acme+x@talent.icims.com", "Your application", "", "Acme Health"),
    ("Oak & Vale via Talky", "n@talky.example", "Your recorded interview", "", "Oak & Vale"),
    ("Ann Roe via Acme People", "people@acme.example", "Offer", "", "Acme"),
    ("Oak & Vale", "n@oakvale.teamtailor-mail.com", "Hi", "", "Oak & Vale"),
    ("Codility", "n@codility.com", "Acme Software invites you to a Codility test", "",
     "Acme Software"),
    ("Checker", "c@checker.example", "Screening for your offer from Acme", "At Acme we check.",
     "Acme"),
    ("वन्या सिस्टम्स", "jobs@vanya-systems.example", "आवेदन", "", "वन्या सिस्टम्स"),
    ("CH de Vernay", "jobs@chvernay.example", "Bonjour", "", "CH de Vernay"),
    ("a@acme.example", "a@acme.example", "Hi", "", "Acme"),
    ("Jo Roe", "jo@oakvale.example", "Hi", "See you.\n\nJo Roe\nOak & Vale", "Oak & Vale"),
    ("Jo Roe", "jo@oakwood.example", "Hi", "See you.\n\nJo Roe\nOakwood Energy",
     "Oakwood Energy"),
    ("Bäckerei Ohm", "ohm@baeckerei-ohm.example", "Hi", "", "Bäckerei Ohm"),
    ("DocuSign", "dse@docusign.net", "Acme Oy sent you a document to sign", "", "Acme"),
    ("ModernLoop", "n@modernloop.io", "Interview schedule for Larch Labs", "", "Larch Labs"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "address", "subject", "body", "company"), COMPANIES)
def test_the_company_is_found(
    name: str, address: str, subject: str, body: str, company: str
) -> None:
    """Each kind of sign alone names the company."""
    guess = company_of(make_mail(subject, body, name=name, address=address))
    assert guess.name == company
    assert 0 < guess.confidence < 1
    assert guess.how


@pytest.mark.parametrize(
    ("name", "address", "subject"),
    [
        ("LinkedIn", "jobs-noreply@linkedin.com", "New jobs"),
        ("Jane Doe", "jane@gmail.com", "Interview on Monday"),
        ("Calendly", "notifications@calendly.com", "Interview with Zoom"),
        ("", "", ""),
        ("HackerRank", "support@hackerrank.com", "Your coding test"),
        ("talent.icims.com", "n@talent.icims.com", "Your application"),
        ("Notifications", "n@greenhouse.io", "Eingangsbestätigung: Danke"),
        ("Notifications", "n@greenhouse.io", "NS-77: Interview"),
    ],
)
def test_vendors_free_mail_and_weekdays_are_no_company(
    name: str, address: str, subject: str
) -> None:
    """A missing company is better than a wrong one."""
    guess = company_of(make_mail(subject, name=name, address=address))
    assert (guess.name, guess.domain) == ("", "")


def test_a_scheduling_tools_mail_is_about_the_company_it_links_to() -> None:
    """Where the mail names it too."""
    mail = make_mail(
        "Intro call Acme with Ann Roe",
        name="Calendly",
        address="n@calendly.com",
        links=(Link(domain="acme.example", url="https://meet.acme.example/1"),),
    )
    assert company_of(mail).name == "Acme"
    assert company_of(mail.model_copy(update={"subject": "A call"})).name == ""


def test_signs_that_agree_make_it_surer() -> None:
    """Display name, subject and domain together count for more than one of them."""
    alone = company_of(make_mail("Your application to Acme", address="n@greenhouse.io"))
    agreed = company_of(
        make_mail("Your application to Acme", name="Acme Careers", address="n@acme.example")
    )
    assert agreed.confidence > alone.confidence
    assert agreed.how == "display+domain+subject"
    assert agreed.domain == "acme.example"


def test_the_organizer_and_the_links_give_the_domain() -> None:
    """Behind a vendor's sender the invitation's organizer or a link tells the domain."""
    organized = make_mail(
        "Interview",
        address="n@calendly.com",
        calendar=(CalendarEvent(organizer_domain="mail.acme.example"),),
    )
    assert company_of(organized).domain == "acme.example"
    assert company_of(organized).name == "Acme"
    linked = make_mail(
        "Your application to Acme",
        address="n@greenhouse.io",
        links=(Link(domain="acme.example", url="https://acme.example/jobs"),),
    )
    assert company_of(linked).domain == "acme.example"


def test_a_forward_is_about_the_company_inside() -> None:
    """The forwarder's own name and domain do not count, the forwarded text does."""
    body = "fyi\n---------- Forwarded message ---------\nThank you for applying to Globex."
    quoted = (MarkKind.QUOTED, body.removeprefix("fyi\n"))
    mail = make_mail(
        "Fwd: Your application", body, name="Sam of Home", address="sam@home.example",
        marks=(quoted,),
    )  # fmt: skip
    assert company_of(mail).name == "Globex"


ROLES = [
    ("Interview for Data Analyst at Acme", "", "Data Analyst"),
    ("Your application", APPLIED, "Backend Engineer"),
    ("Offer", "We offer you the position of Vault Keeper at Gringotts.", "Vault Keeper"),
    ("Ihre Bewerbung als Softwareentwickler (m/w/d) bei Müller AG", "", "Softwareentwickler"),
    (
        "Tu candidatura",
        "para el puesto de desarrollador backend en Iberdata",
        "desarrollador backend",
    ),
    ("Votre candidature au poste de développeur Python chez Lumen", "", "développeur Python"),
    ("आवेदन", "Surya में सॉफ्टवेयर इंजीनियर पद के लिए आवेदन", "सॉफ्टवेयर इंजीनियर"),
    ("Hello", "How are you?", ""),
    ("Votre candidature au poste d'ingénieur", "", "ingénieur"),
    ("Vacancy", "the shortlisting for the above vacancy", ""),
    (
        "Hi",
        "we would like you to join us as Senior Backend Engineer in our team",
        "Senior Backend Engineer",
    ),
    ("Zusage", "die Stelle als Sachbearbeiter zum 1. Februar", "Sachbearbeiter"),
    ("Hi", "thank you for applying for the Supply Planner (JR-2201) role", "Supply Planner"),
    ("", "", ""),
]


@pytest.mark.parametrize(("subject", "body", "role"), ROLES)
def test_the_role_is_found(subject: str, body: str, role: str) -> None:
    """Titles behind the usual words, in the five languages."""
    assert role_of(make_mail(subject, body)) == role


def test_names_are_tidied() -> None:
    """Legal forms, ornament, addresses and control characters go."""
    assert tidy_name('"Acme Labs, Inc."') == "Acme Labs"
    assert tidy_name("Müller GmbH & Co. KG") == "Müller"
    assert tidy_name("a@b") == tidy_name("Monday") == tidy_name("X\x07Y") == tidy_name("7") == ""
    assert tidy_name("Tue 3 Nov 2026 14") == tidy_name("codebot[bot") == tidy_name("HC/2026") == ""
    assert (
        tidy_name("Eingangsbestätigung") == tidy_name("Next steps") == tidy_name("lever.co") == ""
    )
    assert tidy_name("Greenhouse") == tidy_name("one two three four five six seven") == ""


def test_domains_are_registered_ones() -> None:
    """By the public suffix list; vendors and free mail are no company's."""
    assert registered_domain("a.b.co.uk") == "b.co.uk"
    assert registered_domain("com") == registered_domain("") == ""
    assert company_domain("mail.acme.example") == "acme.example"
    assert company_domain("gmail.com") == company_domain("us.greenhouse-mail.io") == ""


def test_names_and_domains_agree() -> None:
    """By their letters, or by initials."""
    assert agrees("Acme Labs", "acme.example")
    assert agrees("Big Blue Box", "bbb.example")
    assert not agrees("Acme", "globex.example")
    assert not agrees("", "globex.example")


@given(st.text(max_size=400), st.text(max_size=80), st.text(max_size=600))
def test_no_mail_breaks_the_search(subject: str, name: str, body: str) -> None:
    """Whatever is written, the guess is printable and bounded."""
    mail = make_mail(subject, body, name=name, address="x@y.example")
    guess = company_of(mail)
    assert len(guess.name) <= 120
    assert "\n" not in guess.name
    assert len(role_of(mail)) <= 160
