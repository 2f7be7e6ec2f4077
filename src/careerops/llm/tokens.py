"""How many tokens a text is, roughly: for quotas and budgets before the provider has counted.

English text has about four characters a token (OpenAI, "What are tokens and how to count them"),
other Latin text fewer; scripts that tokenisers know less well need up to a token a character, or
more than one for some. The estimate is rather too high: what was counted too much is given back
when the answer says what it really was.
"""

import re
from typing import Final

_ASCII_PER_TOKEN: Final = 3.5
_LATIN_PER_TOKEN: Final = 2.0
_OTHER_PER_TOKEN: Final = 0.9
_OTHER: Final = re.compile(r"[^\x00-\u04ff]")
_NOT_ASCII: Final = re.compile(r"[\u0080-\u04ff]")


def estimate_tokens(text: str) -> int:
    """Tokens of `text`, rounded up; 0 for none."""
    if text.isascii():
        return _up(len(text) / _ASCII_PER_TOKEN)
    other = len(_OTHER.findall(text))
    latin = len(_NOT_ASCII.findall(text))
    ascii_chars = len(text) - other - latin
    return _up(ascii_chars / _ASCII_PER_TOKEN + latin / _LATIN_PER_TOKEN + other / _OTHER_PER_TOKEN)


def _up(number: float) -> int:
    return -int(-number // 1)
