"""All phrases the rules know.

Labels: an event type (a sign of it); MEET (a proposal to meet or talk, which is an interview); WHEN
(a day or time for it); NOISE (mail to many: alerts, marketing, surveys, cold outreach); AWAY (not
about the reader's work: banks, doctors, friends); ALIEN (an application, interview, test or offer
of another kind: a flat, a visa, a course), which no sign of work makes up for; JOB (the mail is
about an application at all); SCAM; IF (the sentence speaks of what may come, so it promises
nothing); ANEW (an invitation for another role, inside a rejection); ONEWAY (a recorded interview,
which is an assessment); PAST (an interview that has been); DONE (a test that has been); INJECT (the
text talks to a machine); CANCEL (an interview is called off).
Weights: 5 decides alone, 4 nearly, 3 decides in a mail about an application, 1 and 2 support.

To change what the rules understand, change a line of the language's module and add a row to
tests/unit/classifier/mails_*.txt.
"""

from collections.abc import Iterator
from functools import cache

from careerops.adapters.classifier.rules_lexicon_answers import (
    ENGLISH_ANSWERS,
    FRENCH_ANSWERS,
    GERMAN_ANSWERS,
    HINDI_ANSWERS,
    SPANISH_ANSWERS,
)
from careerops.adapters.classifier.rules_lexicon_de import GERMAN
from careerops.adapters.classifier.rules_lexicon_en import ENGLISH
from careerops.adapters.classifier.rules_lexicon_es import SPANISH
from careerops.adapters.classifier.rules_lexicon_fr import FRENCH
from careerops.adapters.classifier.rules_lexicon_hi import HINDI
from careerops.adapters.classifier.rules_lexicon_meeting import (
    ENGLISH_MEETING,
    FRENCH_MEETING,
    GERMAN_MEETING,
    HINDI_MEETING,
    SPANISH_MEETING,
)
from careerops.adapters.classifier.rules_lexicon_more import DUTCH, ITALIAN, PORTUGUESE
from careerops.adapters.classifier.rules_lexicon_private import (
    ENGLISH_PRIVATE,
    FRENCH_PRIVATE,
    GERMAN_PRIVATE,
    HINDI_PRIVATE,
    SPANISH_PRIVATE,
)
from careerops.adapters.classifier.rules_lexicon_refusals import (
    ENGLISH_REFUSALS,
    FRENCH_REFUSALS,
    GERMAN_REFUSALS,
    HINDI_REFUSALS,
    SPANISH_REFUSALS,
)
from careerops.adapters.classifier.rules_phrases import Hit, Lexicon
from careerops.adapters.classifier.rules_text import Sentence

LEXICON_VERSION = "rules-2026.11.2"
"""Stands in every classification as its model; changes with the lexicon or the scoring."""

_TABLES: dict[str, tuple[dict[str, str], ...]] = {
    "en": (ENGLISH, ENGLISH_MEETING, ENGLISH_ANSWERS, ENGLISH_REFUSALS, ENGLISH_PRIVATE),
    "de": (GERMAN, GERMAN_MEETING, GERMAN_ANSWERS, GERMAN_REFUSALS, GERMAN_PRIVATE),
    "es": (SPANISH, SPANISH_MEETING, SPANISH_ANSWERS, SPANISH_REFUSALS, SPANISH_PRIVATE),
    "fr": (FRENCH, FRENCH_MEETING, FRENCH_ANSWERS, FRENCH_REFUSALS, FRENCH_PRIVATE),
    "hi": (HINDI, HINDI_MEETING, HINDI_ANSWERS, HINDI_REFUSALS, HINDI_PRIVATE),
    "pt": (PORTUGUESE,),
    "it": (ITALIAN,),
    "nl": (DUTCH,),
}
_ENGLISH_ONLY = frozenset({"AWAY", "ALIEN", "WHEN"})
"""Labels of single common words: an English one inside another language may be no English word."""
_MAX_LANGUAGES = 3


@cache
def lexicon(language: str) -> Lexicon:
    """The phrases of one language, indexed at first use (some 20 ms for the largest)."""
    return Lexicon.of(*_TABLES[language])


@cache
def borrowed() -> Lexicon:
    """The English phrases that count inside mails of other languages too."""
    kept = ({k: v for k, v in table.items() if k not in _ENGLISH_ONLY} for table in _TABLES["en"])
    return Lexicon.of(*kept)


def search(sentences: list[Sentence], languages: tuple[str, ...]) -> Iterator[Hit]:
    """Every phrase of `languages` in `sentences`; of all languages where none is known.

    Hiring mails of every language borrow English words, so those are looked for in all.
    """
    chosen = languages[:_MAX_LANGUAGES] or tuple(_TABLES)
    for language in chosen:
        yield from lexicon(language).search(sentences)
    if "en" not in chosen:
        yield from borrowed().search(sentences)
