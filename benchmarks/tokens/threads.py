"""Long conversations as mail programs write them, the same in every run.

A thread is one new message over five to twenty older ones, all of them quoted in the way of one
mail program, each with its signature, a legal notice, and a link that tracks. Six ways, and five
languages. People, companies and addresses are invented.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from tokens.phrases import LANGUAGES, Language

SHORTEST, LONGEST = 5, 20
_COMPANIES: Final = ("Brightloom", "Kestrel Vale", "Nordhavn", "Tallow & Reed", "Quillmere")
_PEOPLE: Final = ("Maja Lund", "Jonas Reuter", "Inés Varela", "Claire Morvan", "Asha Nair")
_TRACKING_CHARS: Final = 180


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation, newest first in its thread."""

    name: str
    address: str
    day: int
    text: str
    signature: str
    footer: str

    @property
    def whole(self) -> str:
        """All that it said, with what stands below."""
        return f"{self.text}\n\n-- \n{self.signature}\n\n{self.footer}"


@dataclass(frozen=True, slots=True)
class Thread:
    """A raw mail, and how it was made."""

    raw: bytes
    language: str
    style: str


def threads(count: int) -> Iterator[Thread]:
    """`count` of them; every style and language comes about equally often."""
    rng = random.Random(11)  # noqa: S311  # the same threads in every run
    pairs = [(language, style) for language in LANGUAGES.values() for style in STYLES]
    for number in range(count):
        language, style = pairs[number % len(pairs)]
        turns = list(_turns(rng, language))
        subtype, body = STYLES[style](turns, language)
        yield Thread(_mail(number, turns, language, subtype, body), language.code, style)


def _turns(rng: random.Random, language: Language) -> Iterator[Turn]:
    company = rng.choice(_COMPANIES)
    domain = company.lower().replace(" & ", "-").replace(" ", "-") + ".example"
    recruiter = rng.choice(_PEOPLE)
    newest = rng.choice(language.news).format(company=company)
    for place in range(rng.randint(SHORTEST, LONGEST) + 1):
        mine = place % 2 == 1
        text = newest if place == 0 else "\n\n".join(rng.sample(language.talk, 3))
        name = "Robin Kessler" if mine else recruiter
        where = "example.org" if mine else domain
        link = f"https://click.{domain}/ls?upn={rng.getrandbits(4 * _TRACKING_CHARS):x}"
        yield Turn(
            name=name,
            address=f"{name.split()[0].lower()}@{where}".replace("é", "e"),
            day=28 - place,
            text=f"{language.greeting},\n\n{text}\n\n{language.closing}\n{name}",
            signature=f"{name}\n{company}\n+49 30 5550 {100 + place}\n{link}",
            footer=language.notice.format(company=company),
        )


def _mail(number: int, turns: list[Turn], language: Language, subtype: str, body: str) -> bytes:
    newest = turns[0]
    return (
        f"From: {newest.name} <{newest.address}>\r\nTo: Robin Kessler <robin@example.org>\r\n"
        f"Subject: {language.reply}: {language.subject}\r\n"
        f"Date: Fri, {newest.day} Feb 2025 10:00:00 +0100\r\n"
        f"Message-ID: <thread-{number}@{newest.address.partition('@')[2]}>\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\n"
    ).encode() + body.replace("\n", "\r\n").encode()


# ---- how mail programs quote ----


def _nested(turns: list[Turn], language: Language) -> str:
    """Each message under a line of who wrote when, and one `>` deeper."""
    newest, *older = turns
    if not older:
        return newest.whole
    inner = _nested(older, language)
    quoted = "\n".join(f"> {line}".rstrip() for line in inner.split("\n"))
    return f"{newest.whole}\n\n{_attribution(older[0], language)}\n{quoted}"


def _attribution(turn: Turn, language: Language) -> str:
    return language.attribution.format(day=turn.day, name=turn.name, address=turn.address)


def _gmail_plain(turns: list[Turn], language: Language) -> tuple[str, str]:
    return "plain", _nested(turns, language)


def _outlook_plain(turns: list[Turn], language: Language) -> tuple[str, str]:
    """Flat: a line that says so, a block of headers, then the message as it was."""
    parts = [turns[0].whole]
    for turn in turns[1:]:
        parts += [f"-----{language.original}-----", _block(turn, language), "", turn.whole]
    return "plain", "\n".join(parts)


def _header_block(turns: list[Turn], language: Language) -> tuple[str, str]:
    """Outlook's newer way: a rule and the block."""
    parts = [turns[0].whole]
    for turn in turns[1:]:
        parts += ["", "_" * 32, _block(turn, language), "", turn.whole]
    return "plain", "\n".join(parts)


def _block(turn: Turn, language: Language) -> str:
    sender, sent, to, subject = language.fields
    return (
        f"{sender}: {turn.name} <{turn.address}>\n{sent}: {turn.day}.02.2025 10:00\n"
        f"{to}: Robin Kessler\n{subject}: {language.subject}"
    )


def _gmail_html(turns: list[Turn], language: Language) -> tuple[str, str]:
    body = ""
    for turn, newer in zip(reversed(turns), [*reversed(turns[:-1]), None], strict=True):
        body = f'<div dir="ltr">{_html(turn.whole)}</div>{body}'
        if newer is not None:
            body = (
                f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
                f"{escape(_attribution(turn, language))}<br></div><blockquote "
                f'class="gmail_quote" style="margin:0 0 0 .8ex">{body}</blockquote></div>'
            )
    return "html", f"<html><body>{body}</body></html>"


def _outlook_html(turns: list[Turn], language: Language) -> tuple[str, str]:
    body = f'<div class="WordSection1">{_html(turns[0].whole)}</div>'
    for turn in turns[1:]:
        body += (
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f"<p class=MsoNormal>{_html(_block(turn, language))}</p></div>"
            f"<p class=MsoNormal>{_html(turn.whole)}</p>"
        )
    return "html", f"<html><body>{body}</body></html>"


def _apple_html(turns: list[Turn], language: Language) -> tuple[str, str]:
    body = _html(turns[-1].whole)
    for turn, newer in zip(reversed(turns[1:]), reversed(turns[:-1]), strict=True):
        body = (
            f'{_html(newer.whole)}<div><br><blockquote type="cite"><div>'
            f"{escape(_attribution(turn, language))}</div><br><div>{body}</div></blockquote></div>"
        )
    return "html", f"<html><body>{body}</body></html>"


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")


STYLES: Final[dict[str, Callable[[list[Turn], Language], tuple[str, str]]]] = {
    "Gmail, text": _gmail_plain,
    "Gmail, HTML": _gmail_html,
    "Outlook, text": _outlook_plain,
    "Outlook, header block": _header_block,
    "Outlook, HTML": _outlook_html,
    "Apple Mail, HTML": _apple_html,
}
