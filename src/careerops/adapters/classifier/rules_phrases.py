r"""A small language for phrases, compiled once and matched against folded sentences.

A line of a lexicon is ``WEIGHT PHRASE``; a phrase is words with blanks between them:

- ``offer|offers`` alternatives; ``job_offer`` two words as one alternative;
- ``candidat*`` a beginning, ``*gespräch`` an ending; ``the?`` an optional word;
- ``@not`` any English negation; ``#`` a number; ``~5`` up to five words of any kind;
- ``^`` and ``$`` the ends of the sentence.

Words are written as a person writes them and folded like the mail (case, accents, apostrophes);
German umlauts match their ``ae`` spelling too. Nothing nests and gaps are bounded, so matching
one sentence (at most 400 characters) takes bounded time.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from careerops.adapters.classifier.rules_text import Sentence, words

_PREFIX_CHARS = 4
_MACROS = {
    "@not": "not|no_longer|never|cannot|can't|couldn't|won't|wouldn't|unable|don't|doesn't|didn't"
    "|isn't|aren't|wasn't|weren't|haven't|hasn't"
}
MAX_SEARCHES = 2500
"""Phrases tried on one mail: ten times what a long real mail needs."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """One line of a lexicon, compiled."""

    label: str
    weight: float
    source: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found in the sentence number `index`, as the words `found`."""

    phrase: Phrase
    index: int
    found: str = ""


def _spellings(word: str) -> list[str]:
    other = word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return [word] if other == word else [word, other]


def _alternatives(element: str) -> list[str]:
    expanded = _MACROS.get(element, element)
    return [spelling for word in expanded.split("|") for spelling in _spellings(word)]


def _alternative(word: str) -> str:
    if word == "#":
        return r" [0-9]+"
    folded = " ".join(words(word.replace("_", " ")))
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


def compile_phrase(label: str, line: str) -> Phrase:
    """Compile one line of a lexicon.

    Raises:
        ValueError: the line is not ``WEIGHT PHRASE``.
    """
    weight, _, source = line.strip().partition(" ")
    if not source.strip():
        raise ValueError(f"a lexicon line is 'WEIGHT PHRASE', not {line!r}")
    pattern = "".join(_element(element) for element in source.split()) + "(?= )"
    return Phrase(label, float(weight), source, re.compile(pattern))


def _keys(source: str) -> list[str]:
    """The alternatives of the most telling required element: one of them is in every match."""
    elements = [e for e in source.split() if e[0] not in "~^$#" and not e.endswith("?")]
    choices = [_alternatives(element) for element in elements]
    usable = [c for c in choices if not any(word.startswith("*") for word in c)]
    return max(usable, key=lambda c: min(len(_longest(word)) for word in c), default=[])


def _longest(word: str) -> str:
    return max(words(word.replace("_", " ")), key=len)


@dataclass(slots=True)
class Lexicon:
    """Phrases, found by a word that each of their matches must contain."""

    phrases: list[Phrase] = field(default_factory=list)
    _exact: dict[str, list[Phrase]] = field(default_factory=dict)
    _prefix: dict[str, list[tuple[str, Phrase]]] = field(default_factory=dict)
    _always: list[Phrase] = field(default_factory=list)

    @classmethod
    def of(cls, *tables: Mapping[str, str]) -> "Lexicon":
        """Compile tables of label -> lines; empty lines and `#` comments are left out."""
        lexicon = cls()
        for table in tables:
            for label, lines in table.items():
                for line in lines.strip().splitlines():
                    if line.strip() and not line.strip().startswith("#"):
                        lexicon._add(compile_phrase(label, line))
        return lexicon

    def _add(self, phrase: Phrase) -> None:
        self.phrases.append(phrase)
        keys = _keys(phrase.source)
        if not keys:
            self._always.append(phrase)
        for key in keys:
            stem = words(key.replace("_", " "))[-1]
            if key.endswith("*") and len(stem) >= _PREFIX_CHARS:
                self._prefix.setdefault(stem[:_PREFIX_CHARS], []).append((stem, phrase))
            elif key.endswith("*"):
                self._always.append(phrase)
            else:
                self._exact.setdefault(_longest(key), []).append(phrase)

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
