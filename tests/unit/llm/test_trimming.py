"""What is left out of a mail's text, and what stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.llm.trimming import FOOTER, tidied, without_footer

LETTER = (
    "Dear Robin,\n\nwe would like to invite you to an interview on 5 March at 14:00.\n"
    "Please answer by Friday.\n\nKind regards\nMaja Lund, Bluefin Energy\n\n"
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Book: https://click.example.com/a?b=c&utm_source=x.", "Book: [link:example.com]."),
        ("(see www.bluefin.example/jobs)", "(see [link:bluefin.example])"),
        ("https://a.example/1 https://a.example/2\nhttps://a.example/3", "[link:a.example]"),
        ("https://a.example/1 https://b.example/2", "[link:a.example] [link:b.example]"),
        ("https:///x", "[link:unknown]"),
        ("One\n----------\nTwo\n=====\n\n\n\nThree", "One\nTwo\n\nThree"),
        ("No links: example, 5/3, a.b", "No links: example, 5/3, a.b"),
    ],
)
def test_links_are_named_by_their_domain_and_rules_vanish(text: str, left: str) -> None:
    """What they track is not shown."""
    assert tidied(text) == left


@pytest.mark.parametrize(
    "footer",
    [
        "You received this mail because you applied.\nUnsubscribe: [link:x.example]",
        "Wenn Sie keine Mails mehr wünschen, können Sie sich hier abmelden.",
        "Bluefin GmbH, Sitz der Gesellschaft: Husum, HRB 4711",
        "Pour vous désabonner, cliquez ici.",
        "Si no desea recibir más correos, puede darse de baja aquí.",
        "सदस्यता समाप्त करें",
        "© 2026 Bluefin Energy. All rights reserved.",
    ],
)
def test_a_footer_is_left_out_and_what_stands_above_stays(footer: str) -> None:
    """In the languages that are read."""
    assert without_footer(LETTER + footer) == (LETTER + FOOTER)


def test_paragraphs_below_a_footer_stay_unless_they_are_one() -> None:
    """A postscript may hold the deadline."""
    text = (
        LETTER + "Unsubscribe here\nBluefin, 1 Quay\n\nPS: bring your passport.\n\nPrivacy policy"
    )
    assert without_footer(text) == f"{LETTER}{FOOTER}\n\nPS: bring your passport.\n\n{FOOTER}"


@pytest.mark.parametrize(
    "text",
    [
        "Unsubscribe",
        "Unsubscribe\n\n" + LETTER,
        "Please read our privacy policy.\n" + LETTER * 2,
        LETTER + "word " * 60 + "privacy policy " + "word " * 60,
    ],
)
def test_a_footers_word_elsewhere_leaves_nothing_out(text: str) -> None:
    """At the beginning, alone, or once in a long line."""
    assert without_footer(text) == text.strip("\n")


@given(st.text(max_size=400))
def test_any_text_may_come(text: str) -> None:
    """Nothing is made longer by more than its marks, and no letter appears."""
    short = without_footer(tidied(text))
    assert len(short) <= len(text) + 40 * (text.count("www") + text.count("://") + 1)
