"""How a mail itself writes the name that its sender's domain squeezes together."""

import re
from collections import Counter
from collections.abc import Iterator

from careerops.mail.company_names import squash, tidy_name
from careerops.mail.company_patterns import NAME, ROLE_WORDS

_MIN_LABEL = 4
_MAX_EXTRA_WORDS = 2
_LINE_WORDS = 5
_CANDIDATES = re.compile(NAME)


def written_like(domain: str, text: str) -> str:
    """The name in `text` that is spelled like `domain`, '' if none.

    `Kestrel & Vale` for kestrelvale.example. A longer form (`Mossgate Energy` for
    mossgate.example) is taken where it stands alone on a line, as under a signature, or twice.

    Args:
        domain: a registered domain.
        text: the subject, what is said, and the signature.
    """
    label = squash(domain.split(".", maxsplit=1)[0])
    if len(label) < _MIN_LABEL or label not in squash(text):
        return ""
    exact, longer = Counter[str](), Counter[str]()
    for name in _spelled(label, text):
        (exact if squash(name) == label else longer)[name] += 1
    alone = {tidy_name(line) for line in text.split("\n") if len(line.split()) <= _LINE_WORDS}
    certain = [name for name, count in longer.most_common() if count > 1 or name in alone]
    return next(iter([*certain, *(name for name, _ in exact.most_common(1))]), "")


def _spelled(label: str, text: str) -> Iterator[str]:
    for match in _CANDIDATES.finditer(text):
        words = match["name"].split()
        for start in range(len(words)):
            yield from _from_word(label, words[start:])


def _from_word(label: str, words: list[str]) -> Iterator[str]:
    """Every name that begins with `words` and with `label`, at most two words longer."""
    for end in range(1, len(words) + 1):
        flat = squash("".join(words[:end]))
        if not label.startswith(flat) and not flat.startswith(label):
            return
        if flat.startswith(label):
            first = end
            break
    else:
        return
    for last in range(first, min(first + _MAX_EXTRA_WORDS, len(words)) + 1):
        name = tidy_name(" ".join(words[:last]))
        whole = squash(words[first - 1]) in label or squash("".join(words[:first])) == label
        if name and whole and not ROLE_WORDS.search(name):
            yield name
