"""One spelling for matching: lower case, no Latin accents, Hindi without optional signs."""

import unicodedata

_LATIN = range(0xC0, 0x250)
_NUKTA, _CHANDRABINDU, _ANUSVARA = "\u093c", "\u0901", "\u0902"
_JOINERS = "\u200c", "\u200d"
_DEVANAGARI_ZERO = 0x966


def _fold_table() -> dict[int, str]:
    table = {}
    for code in _LATIN:
        base = unicodedata.normalize("NFKD", chr(code)).lower()
        table[code] = "".join(char for char in base if not unicodedata.combining(char))
    table |= {_DEVANAGARI_ZERO + digit: str(digit) for digit in range(10)}
    table |= str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "ł": "l"})
    table |= str.maketrans({_NUKTA: "", _CHANDRABINDU: _ANUSVARA, **dict.fromkeys(_JOINERS, "")})
    return table


_FOLD = _fold_table()


def fold(text: str) -> str:
    """`text` in lower case without Latin accents; Hindi digits and variant spellings agree."""
    return text.translate(_FOLD).lower()
