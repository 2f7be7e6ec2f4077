"""The mail parser in this process: for tests, trials and a few mails that are trusted."""

import asyncio

from careerops.domain.errors import Permanent
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParsedMail, ParseRequest


class InProcessParser:
    """`MailParser` in a thread. Nothing protects this process from a mail that kills the parser."""

    async def parse(self, requests: list[ParseRequest]) -> list[ParsedMail | Exception]:
        """Parse a batch in one thread; a cancelled batch ends there by itself."""
        return await asyncio.to_thread(_parse_all, requests)

    async def close(self) -> None:
        """Nothing is held."""


def _parse_all(requests: list[ParseRequest]) -> list[ParsedMail | Exception]:
    return [_parse_one(request) for request in requests]


def _parse_one(request: ParseRequest) -> ParsedMail | Exception:
    try:
        return parse_mail(request)
    except Permanent as error:
        return error
