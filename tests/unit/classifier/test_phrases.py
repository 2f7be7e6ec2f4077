"""The language of phrases, sentences and languages."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerops.adapters.classifier.rules_language import LANGUAGES, language_of, languages_of
from careerops.adapters.classifier.rules_lexicon import borrowed, lexicon, search
from careerops.adapters.classifier.rules_macros import MACROS
from careerops.adapters.classifier.rules_phrases import Lexicon, parse_phrase
from careerops.adapters.classifier.rules_text import sentences, words
from careerops.domain.career import MAX_EVIDENCE_CHARS


def found(line: str, text: str) -> bool:
    """Whether the phrase is in the text, by the lexicon's index as well as by its own pattern."""
    said = sentences("", (text,))
    hits = list(Lexicon.of({"X": line}).search(said))
    direct = [s for s in said if parse_phrase("X", line).pattern.search(s.words)]
    assert bool(hits) == bool(direct)
    return bool(hits)


@pytest.mark.parametrize(
    ("line", "text", "match"),
    [
        ("5 offer|offers ~2 you", "We offer to you", True),
        ("5 offer|offers ~2 you", "We offer it all to you", False),
        ("5 job_offer", "Your JOB-OFFER!", True),
        ("5 candidat*", "two Candidates", True),
        ("5 *gespräch", "das Vorstellungsgespräch", True),
        ("5 *gespräch", "das Vorstellungsgespraech", True),
        ("5 the? role", "the role", True),
        ("5 won't proceed", "we won’t proceed", True),  # noqa: RUF001  # the apostrophe mails set
        ("5 @not proceed", "we cannot proceed", True),
        ("5 # jobs", "12 jobs", True),
        ("5 # jobs", "some jobs", False),
        ("5 ^ offer", "offer here", True),
        ("5 ^ offer", "an offer", False),
        ("5 offer $", "an offer", True),
        ("5 offer $", "offer here", False),
        ("5 saw you", "I saw. You left", False),
        ("5 पद ~2 ऑफर", "पद का ऑफ़र", True),
        ("5 fin*", "finish", True),
    ],
)
def test_a_phrase_matches_what_it_says(line: str, text: str, match: bool) -> None:
    """Alternatives, gaps, beginnings and endings, optional words, negations, numbers, anchors."""
    assert found(line, text) is match


@pytest.mark.parametrize("line", ["5", "five offer", "5 ~x offer", "5 %"])
def test_a_line_that_is_no_phrase_is_refused(line: str) -> None:
    """Weight and words are required."""
    with pytest.raises(ValueError, match=r".+"):
        assert parse_phrase("X", line).pattern


def own_words(source: str) -> str:
    """A sentence made of a phrase's first alternatives."""
    elements = [e for e in source.split() if e[0] not in "~^$"]
    firsts = [e.rstrip("?").split("|")[0] for e in elements]
    expanded = [MACROS.get(first, first).split("|")[0] for first in firsts]
    return " ".join(w.replace("*", "").replace("_", " ").replace("#", "7") for w in expanded)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_the_lexicon_can_be_found_by_its_own_words(language: str) -> None:
    """A sentence made of each phrase's first alternatives is matched: no line is dead."""
    for phrase in lexicon(language).phrases:
        said = sentences("", (own_words(phrase.source),))
        assert phrase.source in {hit.phrase.source for hit in search(said, (language,))}


def test_a_word_of_another_language_says_nothing() -> None:
    """Spanish "son" is no English son; English "interview" counts in every language."""
    said = sentences("", ("Estas son las condiciones.", "Das Interview ist am Montag."))
    assert not [hit for hit in search(said, ("es",)) if hit.phrase.label == "AWAY"]
    assert [hit for hit in search(said, ("es",)) if "interview" in hit.found]
    assert not [phrase for phrase in borrowed().phrases if phrase.label in {"AWAY", "ALIEN"}]


def test_a_wrapped_line_goes_on_and_a_short_one_ends() -> None:
    """Mailers wrap at about 72 columns; headings and greetings are short."""
    text = (
        "Hi Sam,\nUnfortunately we have decided that we will not be moving\nforward. Thanks.\n"
        "- one point\n- another"
    )
    assert [s.text for s in sentences("", (text,))] == [
        "Hi Sam,",
        "Unfortunately we have decided that we will not be moving\nforward.",
        "Thanks.",
        "- one point",
        "- another",
    ]


def test_abbreviations_do_not_end_a_sentence() -> None:
    """A company with Inc. behind its name stays in one sentence."""
    assert len(sentences("", ("Acme Inc. is here. Hi.",))) == 2


@given(st.text(max_size=2000), st.text(max_size=3000))
def test_sentences_are_short_verbatim_and_visible(subject: str, body: str) -> None:
    """Each is a slice of what was given, at most 400 characters, without control characters."""
    for sentence in sentences(subject, (body,)):
        assert len(sentence.text) <= MAX_EVIDENCE_CHARS
        assert sentence.text in (subject if sentence.in_subject else body)
        assert not any(ord(char) < 32 and char not in "\n\t" for char in sentence.text)


HANG_S = 5.0
"""An expression that explodes takes longer than anybody waits."""
VOCABULARY = sorted(
    {w for code in LANGUAGES for p in lexicon(code).phrases for w in words(p.source)}
)


@given(
    st.lists(st.sampled_from(VOCABULARY), min_size=50, max_size=600),
    st.sampled_from([" ", ". ", "\n", "  - "]),
    st.sampled_from([(), ("en",), ("de", "fr", "es")]),
)
def test_text_made_of_the_phrases_own_words_is_searched_quickly(
    chosen: list[str], between: str, languages: tuple[str, ...]
) -> None:
    """The worst text is made of our words; no combination makes a regular expression explode."""
    said = sentences("", (between.join(chosen),))
    begin = time.process_time()
    list(search(said, languages))
    assert time.process_time() - begin < HANG_S


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Thank you for your application and the time", "en"),
        ("Vielen Dank für Ihre Bewerbung, wir melden uns bei Ihnen", "de"),
        ("Gracias por tu candidatura, nos gustaría hablar", "es"),
        ("Merci pour votre candidature, nous vous recontacterons", "fr"),
        ("आपका आवेदन प्राप्त हुआ", "hi"),
        ("Aapka application mil gaya hai, kripya", "hi"),
        ("Obrigado pela sua candidatura, você será contactado em breve", "pt"),
        ("Grazie per la tua candidatura, abbiamo una posizione", "it"),
        ("Bedankt voor je sollicitatie, wij hebben het ontvangen", "nl"),
        ("12345", ""),
        ("", ""),
    ],
)
def test_the_language_is_told_by_its_small_words(text: str, code: str) -> None:
    """Five main languages, three more, or none."""
    assert language_of(words(text)) == code


def test_a_mail_in_two_languages_has_both() -> None:
    """The one with more words first."""
    text = "Thank you for your application. Vielen Dank für Ihre Bewerbung, wir melden uns."
    assert set(languages_of(words(text))) == {"en", "de"}
    assert languages_of(words("12345")) == ()
