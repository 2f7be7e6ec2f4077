"""All phrases the rules know, compiled once.

Labels: an event type (a sign of it); NOISE (mail to many: alerts, marketing, surveys, cold
outreach); AWAY (not about work: banks, doctors, visas); JOB (the mail is about an application at
all); SCAM; IF (the sentence speaks of what may come, so it promises nothing); ANEW (an invitation
for another role, inside a rejection); ONEWAY (a recorded interview, which is an assessment);
PAST (an interview that has been); DONE (a test that has been);
INJECT (the text talks to a machine); CANCEL (an interview is called off).
Weights: 5 decides alone, 4 nearly, 3 decides in a mail about an application, 1 and 2 support.

To change what the rules understand, change a line of the language's module and add a row to
tests/unit/classifier/mails_*.txt.
"""

from functools import cache

from careerops.adapters.classifier.rules_lexicon_de import GERMAN
from careerops.adapters.classifier.rules_lexicon_en import ENGLISH
from careerops.adapters.classifier.rules_lexicon_es import SPANISH
from careerops.adapters.classifier.rules_lexicon_fr import FRENCH
from careerops.adapters.classifier.rules_lexicon_hi import HINDI
from careerops.adapters.classifier.rules_lexicon_more import DUTCH, ITALIAN, PORTUGUESE
from careerops.adapters.classifier.rules_phrases import Lexicon

LEXICON_VERSION = "rules-2026.11"
"""Stands in every classification as its model; changes with the lexicon or the scoring."""


@cache
def lexicon() -> Lexicon:
    """The compiled lexicon of every language (some tenths of a second at first use)."""
    return Lexicon.of(ENGLISH, GERMAN, SPANISH, FRENCH, HINDI, PORTUGUESE, ITALIAN, DUTCH)
