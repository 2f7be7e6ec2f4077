"""What of a mail's text a model does not need to see: links, rules, footers.

Links become `[link:domain]`: what they track is nobody's business, their domain may say something.
Footers leave a word in brackets: that a mail has one says that it was sent to many.
"""

import re
from typing import Final

from careerops.mail.links import domain_of

FOOTER: Final = "[footer left out]"
_LINK: Final = re.compile(
    "(?:https?://|www\\.)[^\\s<>\"'`{}|\\\\^\u00ab\u00bb\u201c\u201d]{1,3000}", re.IGNORECASE
)
_TRAILING: Final = ".,;:!?'*_)]"
_REPEATED: Final = re.compile(r"(\[link:[^\]\s]{1,260}\])(?:\s+\1)+")
_RULE_LINE: Final = re.compile(r"^[^\w\n\[\]]{3,}$\n?", re.MULTILINE)
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_FOOTER_WORDS: Final = re.compile(
    r"unsubscrib|opt.?out|manage (?:your )?(?:e-?mail |notification )?(?:preferences|subscription)"
    r"|(?:e-?mail|notification) (?:preferences|settings)|view (?:this )?(?:e-?mail )?(?:in|online)"
    r"|you (?:are receiving|received|receive|got) (?:this|these)|privacy (?:policy|notice)"
    r"|all rights reserved|©|registered (?:in|office|company)|company (?:number|registration)"
    r"|terms of (?:use|service)|abmelde|abbestell|newsletter-einstellung|datenschutz|impressum"
    r"|handelsregister|amtsgericht|\bHR[AB] ?\d|geschäftsführ|ust-?id|sitz der gesellschaft"
    r"|dés(?:inscri|abonn)|mentions légales|politique de confidentialité|siège social|\bSIRET\b"
    r"|dar(?:se|te)? de baja|cancelar (?:la |tu |su )?suscripción|política de privacidad"
    r"|aviso legal|cancelar (?:a )?(?:inscri|assinatura)|política de privacidade|disiscri"
    r"|uitschrijven|afmelden|सदस्यता समाप्त|अनसब्सक्राइब",
    re.IGNORECASE,
)
_FOOTER_CHARS: Final = 2000
_FOOTER_SHARE: Final = 0.4
"""A footer stands at the end: below most of the text, and is no longer than those are."""
_LONG_LINE: Final = 240
"""A longer line may say more than one thing: it takes two words of a footer to leave it out."""


def tidied(text: str) -> str:
    """`text` with links as `[link:domain]`, without repeated ones and lines that only rule."""
    short = _LINK.sub(_named, text)
    short = _RULE_LINE.sub("", _REPEATED.sub(r"\1", short))
    return _BLANK_LINES.sub("\n\n", short).strip("\n")


def without_footer(text: str) -> str:
    """`text` with `[footer left out]` for what bulk mail and companies have to write below.

    Of each paragraph in the last part of `text`, what begins with a line that is a footer's.
    """
    first = max(len(text) - _FOOTER_CHARS, int(len(text) * _FOOTER_SHARE))
    kept: list[str] = []
    position, dropping = 0, False
    for line in text.split("\n"):
        dropping = bool(line) and (dropping or (0 < first <= position and _is_footer(line)))
        if not dropping:
            kept.append(line)
        elif not kept or kept[-1] != FOOTER:
            kept.append(FOOTER)
        position += len(line) + 1
    return _BLANK_LINES.sub("\n\n", "\n".join(kept)).strip("\n")


def _is_footer(line: str) -> bool:
    words = {match.casefold() for match in _FOOTER_WORDS.findall(line)}
    return len(words) > (len(line) > _LONG_LINE)


def _named(match: re.Match[str]) -> str:
    url = match[0].rstrip(_TRAILING)
    whole = url if "://" in url else f"https://{url}"
    return f"[link:{domain_of(whole) or 'unknown'}]{match[0][len(url) :]}"
