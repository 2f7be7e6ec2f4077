"""Quotes, forwards and signatures: what a mail says now and what was said before."""

from datetime import UTC, datetime

import pytest

from careerops.domain.email import MarkKind, RawEmail
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def parsed(text: str, subject: str = "Re: Interview", kind: str = "plain") -> RawEmail:
    """The event of a mail with this text."""
    raw = f"Subject: {subject}\nContent-Type: text/{kind}; charset=utf-8\n\n{text}".encode()
    return parse_mail(
        ParseRequest(raw=raw, account="me", source="eml", locator="1", fallback_time=NOW)
    ).email


def marked(email: RawEmail, kind: MarkKind) -> list[str]:
    """The texts marked as `kind`."""
    return [email.body_text[mark.start : mark.end] for mark in email.marks if mark.kind is kind]


@pytest.mark.parametrize(
    "heading",
    [
        "On Mon, 3 Jun 2024 at 10:00, Ann Example <ann@example.com> wrote:",
        "On Mon, 3 Jun 2024 at 10:00, Ann Example\n<ann@example.com> wrote:",
        "Am Mo., 3. Juni 2024 um 10:00 Uhr schrieb Ann Example <ann@example.com>:",
        "Am 03.06.24 um 10:00 schrieb Ann Example:",
        "El lun, 3 jun 2024 a las 10:00, Ann Example (<ann@example.com>) escribió:",
        "Le lun. 3 juin 2024 à 10:00, Ann Example <ann@example.com> a écrit :",
        "Em seg., 3 de jun. de 2024 às 10:00, Ann <ann@example.com> escreveu:",
        "Il giorno lun 3 giu 2024 alle ore 10:00 Ann <ann@example.com> ha scritto:",
        "Op ma 3 jun 2024 om 10:00 schreef Ann <ann@example.com>:",
        "सोम, 3 जून 2024 को 10:00 बजे Ann <ann@example.com> ने लिखा:",
        "2024-06-03 10:00 GMT+02:00 Ann Example <ann@example.com>:",
        "Ann Example <ann@example.com> wrote:",
        "-----Original Message-----",
        "----- Ursprüngliche Nachricht -----",
        "-------- Message d'origine --------",
        "-----Mensaje original-----",
        "From: Ann Example\nSent: Monday, June 3, 2024 10:00\nTo: Bob\nSubject: Interview",
        "________________________________\nFrom: Ann\nDate: Monday\nTo: Bob\nCc: Eve\nSubject: x",
        "Von: Ann Example\nGesendet: Montag, 3. Juni 2024\nAn: Bob\nBetreff: Gespräch",
        "De: Ann\nEnviado el: lunes\nPara: Bob\nAsunto: Entrevista",
        "De : Ann\nEnvoyé : lundi\nÀ : Bob\nObjet : Entretien",
        "Da: Ann\nInviato: lunedì\nA: Bob\nOggetto: Colloquio",
        "Van: Ann\nVerzonden: maandag\nAan: Bob\nOnderwerp: Gesprek",
        "*From:* Ann\n*Sent:* Monday\n*To:* Bob\n*Subject:* x",
    ],
)
def test_history_under_its_heading_is_quoted(heading: str) -> None:
    """In the languages of our users, as the common programs write it."""
    email = parsed(f"Yes, Monday suits me.\n\n{heading}\n\nShall we meet?\nAnn\n")
    assert email.said_now.strip() == "Yes, Monday suits me."
    assert marked(email, MarkKind.QUOTED)[0].startswith(heading.split("\n", maxsplit=1)[0])
    assert marked(email, MarkKind.QUOTED)[0].endswith("Shall we meet?\nAnn")


@pytest.mark.parametrize(
    "text",
    [
        "On Monday we wrote: come in.",
        "From: 10:00\nTo: 11:00\nSubject: your interview",
        "Please choose one:\nOn Monday\nOn Tuesday",
        "The rate is > 5 %.",
        "a -- b",
        "-----\nInterview\n-----",
    ],
)
def test_what_only_looks_like_history_is_not_quoted(text: str) -> None:
    """Nothing that a person writes now is lost."""
    assert parsed(text).said_now == text


def test_answers_between_and_below_quotes_are_said_now() -> None:
    """Marked lines are quoted, those between are not."""
    email = parsed(
        "On Mon, Ann <a@x.test> wrote:\n> Monday?\n\nYes.\n\n> > Berlin?\n>\n> or Bonn?\nBonn.\n"
    )
    assert marked(email, MarkKind.QUOTED) == [
        "On Mon, Ann <a@x.test> wrote:\n> Monday?",
        "> > Berlin?\n>\n> or Bonn?",
    ]
    assert email.said_now.split() == ["Yes.", "Bonn."]


@pytest.mark.parametrize(
    "html",
    [
        (
            '<p>Yes<div class="gmail_quote"><div class="gmail_attr">On Mon, Ann wrote:</div>'
            "<blockquote>old</blockquote></div>"
        ),
        '<div>Yes</div><blockquote type="cite"><div>old</div></blockquote>',
        '<div>Yes</div><div class="moz-cite-prefix">On Monday:</div><blockquote type=cite>old',
        '<div>Yes</div><div class="yahoo_quoted">old</div>',
        (
            '<p>Yes</p><hr><div id="divRplyFwdMsg"><b>From:</b> Ann<br><b>Sent:</b> Monday<br>'
            "<b>To:</b> Bob<br><b>Subject:</b> x</div><div>old</div>"
        ),
    ],
)
def test_quotes_of_html_programs_are_quoted(html: str) -> None:
    """By element where there is one, else by its text."""
    email = parsed(html, kind="html")
    assert email.said_now.strip() == "Yes"
    assert email.body_text.endswith("old")


def test_an_indented_paragraph_of_a_newsletter_is_no_quote() -> None:
    """Only what programs make for quoting counts."""
    assert parsed("<blockquote>offer</blockquote>", kind="html").said_now == "offer"


FORWARDED = (
    "---------- Forwarded message ---------\nFrom: HR <hr@example.com>\nDate: Mon, 3 Jun 2024\n"
    "Subject: Interview\nTo: <ann@example.com>\n\nWe invite you.\n\n"
    "On Sun, 2 Jun 2024, Ann <ann@example.com> wrote:\n> I apply.\n"
)


@pytest.mark.parametrize(
    "note", ["", "FYI\n\n", "Look!\n\n-- \nBob\n\n", "\nSent from my phone\n\n"]
)
def test_a_forwarded_mail_is_what_the_mail_says(note: str) -> None:
    """And what that one quotes is still quoted."""
    email = parsed(note + FORWARDED, subject="Fwd: Interview")
    assert "We invite you." in email.said_now
    assert "I apply." not in email.said_now
    assert marked(email, MarkKind.QUOTED) == [
        "On Sun, 2 Jun 2024, Ann <ann@example.com> wrote:\n> I apply."
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "-------- Weitergeleitete Nachricht --------\nBetreff: x\nVon: HR",
        "---------- Mensaje reenviado ----------\nDe: HR",
        "-------- Message transféré --------\nDe : HR",
        "Begin forwarded message:\n\nFrom: HR\nSubject: x",
        "From: HR\nSent: Monday\nTo: Ann\nSubject: x",
        "-----Original Message-----\nFrom: HR\nSent: Monday\nTo: Ann\nSubject: x",
    ],
)
def test_forwards_of_other_programs_and_languages_are_known(heading: str) -> None:
    """A header block is a forward under a subject that says so."""
    assert parsed(f"{heading}\n\nWe invite you.\n", subject="WG: x").said_now.endswith(
        "We invite you."
    )


def test_a_forwarded_mail_in_html_is_what_the_mail_says() -> None:
    """Gmail puts it into the same element as a quote."""
    html = (
        '<div class="gmail_quote"><div class="gmail_attr">'
        "---------- Forwarded message ---------<br>From: HR<br>Subject: x<br></div>"
        "<p>We invite you.</p>"
        '<div class="gmail_quote">On Mon, Ann wrote:<blockquote>old</blockquote></div></div>'
    )
    email = parsed(html, subject="Fwd: x", kind="html")
    assert "We invite you." in email.said_now
    assert "old" not in email.said_now


def test_a_forward_with_much_of_ones_own_is_quoted() -> None:
    """Then one's own words are what the mail says."""
    own = "I have a lot to say about this. " * 10
    email = parsed(f"{own}\n\n{FORWARDED}", subject="Fwd: x")
    assert email.said_now.strip() == own.strip()


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Example\nExample Ltd",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Enviado desde mi móvil",
        "Envoyé de mon iPhone",
        "Get Outlook for Android",
        "This e-mail and any attachments are confidential and for the addressee only.",
        "CONFIDENTIALITY NOTICE: the contents are privileged.\nDo not read it.",
        "Diese E-Mail enthält vertrauliche Informationen.",
        "Ce message est confidentiel.",
        "Este mensaje puede contener información confidencial.",
    ],
)
def test_signatures_and_disclaimers_are_marked(signature: str) -> None:
    """They stand under a mail and say nothing, above a quote too."""
    email = parsed(f"We invite you.\n\n{signature}\n\nOn Mon, Ann <a@x.test> wrote:\n> hi\n")
    assert email.said_now.strip() == "We invite you."
    assert marked(email, MarkKind.SIGNATURE)[0].startswith(
        signature.split("\n", maxsplit=1)[0].strip()
    )


def test_a_rule_with_much_below_it_is_no_signature() -> None:
    """Some people part their paragraphs so."""
    text = "We invite you.\n--\n" + "Please bring your papers.\n" * 30
    assert "papers" in parsed(text).said_now


def test_hidden_goes_before_quoted_before_signature() -> None:
    """Marks never overlap."""
    hidden = '<span style="display:none">hid</span>'
    email = parsed(f'<div class="gmail_quote">old {hidden} more<br>-- <br>Ann</div>', kind="html")
    found = [(mark.kind.value, email.body_text[mark.start : mark.end]) for mark in email.marks]
    assert found == [("quoted", "old"), ("hidden", "hid"), ("quoted", "more\n--\nAnn")]
