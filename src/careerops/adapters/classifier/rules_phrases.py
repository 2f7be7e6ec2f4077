r"""A small language for phrases, compiled once and matched against folded sentences.

A line of a lexicon is ``WEIGHT PHRASE``; a phrase is words with blanks between them:

- ``offer|offers`` alternatives; ``job_offer`` two words as one alternative;
- ``candidat*`` a beginning, ``*gespräch`` an ending; ``the?`` an optional word;
- ``@not``, ``@day`` ... a list of `rules_macros`, also as one alternative among others;
- ``#`` a number, ``#pm`` one with a unit behind it; ``~5`` up to five words of any kind;
- ``^`` and ``$`` the ends of the sentence.

Words are written as a person writes them and folded like the mail (case, accents, apostrophes);
German umlauts match their ``ae`` spelling too. Nothing nests and gaps are bounded, so matching
one sentence (at most 400 characters) takes bounded time. A phrase's pattern is compiled when a
sentence first holds the word it is found by: a process that reads one mail pays for few of them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from careerops.adapters.classifier.rules_macros import MACROS
from careerops.adapters.classifier.rules_text import Sentence, words

_PREFIX_CHARS = 4
MAX_SEARCHES = 2500
"""Phrases of one language tried on one mail: several times what a long real mail needs."""


@dataclass(frozen=True)
class Phrase:
    """One line of a lexicon."""

    label: str
    weight: float
    source: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds it in a folded sentence; compiled at first use.

        Raises:
            ValueError: an element of the phrase is none.
        """
        return re.compile("".join(_element(text) for text in self.source.split()) + "(?= )")


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in the sentence number `index`, as the words `found`."""

    phrase: Phrase
    index: int
    found: str = ""


def _spellings(word: str) -> list[str]:
    if word.isascii():
        return [word]
    other = word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return [word] if other == word else [word, other]


@lru_cache(maxsize=8192)
def _folded(word: str) -> tuple[str, ...]:
    return tuple(words(word.replace("_", " ")))


def _alternatives(element: str) -> list[str]:
    listed = [MACROS.get(word, word).split("|") for word in element.split("|")]
    return [spelling for row in listed for word in row for spelling in _spellings(word)]


def _alternative(word: str) -> str:
    if word.startswith("#"):
        return rf" [0-9]+{re.escape(word[1:])}"
    folded = " ".join(_folded(word))
    if not folded:
        raise ValueError(f"no word can match {word!r}")
    before = "[^ ]*" if word.startswith("*") else ""
    after = "[^ ]*" if word.endswith("*") else ""
    return f" {before}{re.escape(folded)}{after}".replace(r"\ ", " ")


def _element(text: str) -> str:
    if text == "^":
        return r"\A"
    if text == "$":
        return r"(?= \Z)"
    if text.startswith("~"):
        return f"(?: [^ ]+){{0,{int(text[1:])}}}?"
    optional = "?" if text.endswith("?") else ""
    options = "|".join(_alternative(word) for word in _alternatives(text.rstrip("?")))
    return f"(?:{options}){optional}"


def parse_phrase(label: str, line: str) -> Phrase:
    """One line of a lexicon.

    Raises:
        ValueError: the line is not ``WEIGHT PHRASE``.
    """
    weight, _, source = line.strip().partition(" ")
    if not source.strip():
        raise ValueError(f"a lexicon line is 'WEIGHT PHRASE', not {line!r}")
    return Phrase(label, float(weight), source)


def _keys(source: str) -> list[str]:
    """The alternatives of the most telling required element: one of them is in every match."""
    elements = [e for e in source.split() if e[0] not in "~^$" and not e.endswith("?")]
    choices = [_alternatives(element) for element in elements]
    usable = [c for c in choices if not any(word[0] in "*#" for word in c)]
    return max(usable, key=lambda c: min(len(_longest(word)) for word in c), default=[])


@lru_cache(maxsize=8192)
def _longest(word: str) -> str:
    return max(_folded(word), key=len, default="")


@dataclass(slots=True)
class Lexicon:
    """Phrases, found by a word that each of their matches must contain."""

    phrases: list[Phrase] = field(default_factory=list)
    _exact: dict[str, list[Phrase]] = field(default_factory=dict)
    _prefix: dict[str, list[tuple[str, Phrase]]] = field(default_factory=dict)
    _always: list[Phrase] = field(default_factory=list)

    @classmethod
    def of(cls, *tables: Mapping[str, str]) -> "Lexicon":
        """Index tables of label -> lines; empty lines and `#` comments are left out."""
        lexicon = cls()
        for table in tables:
            for label, lines in table.items():
                for line in lines.strip().splitlines():
                    if line.strip() and not line.strip().startswith("#"):
                        lexicon._add(parse_phrase(label, line))
        return lexicon

    def _add(self, found: Phrase) -> None:
        self.phrases.append(found)
        keys = _keys(found.source)
        if not keys:
            self._always.append(found)
        for key in keys:
            stem = _folded(key)[-1] if _folded(key) else ""
            if key.endswith("*") and len(stem) >= _PREFIX_CHARS:
                self._prefix.setdefault(stem[:_PREFIX_CHARS], []).append((stem, found))
            elif key.endswith("*") or not stem:
                self._always.append(found)
            else:
                self._exact.setdefault(_longest(key), []).append(found)

    def _candidates(self, sentence: Sentence) -> Iterable[Phrase]:
        found: dict[int, Phrase] = {id(phrase): phrase for phrase in self._always}
        for word in dict.fromkeys(sentence.words.split()):
            for phrase in self._exact.get(word, ()):
                found[id(phrase)] = phrase
            for stem, phrase in self._prefix.get(word[:_PREFIX_CHARS], ()):
                if word.startswith(stem):
                    found[id(phrase)] = phrase
        return found.values()

    def search(self, sentences: list[Sentence]) -> Iterator[Hit]:
        """Every phrase in every sentence, each once a sentence, until `MAX_SEARCHES` are spent."""
        left = MAX_SEARCHES
        for index, sentence in enumerate(sentences):
            for phrase in self._candidates(sentence):
                left -= 1
                if left < 0:
                    return
                match = phrase.pattern.search(sentence.words)
                if match:
                    yield Hit(phrase, index, match.group())
