"""How fast mails are parsed, against the standard library's parser.

    python benchmarks/bench_parse.py [--rounds N] [--mails N]

The baseline is what reading an mbox with `policy.default` and `get_body()` costs for each mail:
`email.message_from_bytes(raw, policy=default).get_body()`, which neither decodes nor renders the
body. Baseline and ours alternate round by round and their medians are compared, so that a busy
machine slows both. Ours is the whole of `parse_mail` plus the event as JSON, and the same through
the subprocess.
"""

import argparse
import asyncio
import base64
import email
import quopri
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy

from careerops.adapters.parser.subprocess import SubprocessParser
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest

TEXT = """
thank you for your application we would like to invite an interview next week with the team
position engineer please choose time that suits best regards recruiting company office
Gespräch Unterlagen Größe über señor entrevista
"""
WORDS = TEXT.split()
BATCH = 64
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def prose(rng: random.Random, paragraphs: int) -> str:
    """Text of `paragraphs` paragraphs."""
    return "\n\n".join(
        "\n".join(" ".join(rng.choices(WORDS, k=12)) for _ in range(5)) for _ in range(paragraphs)
    )


def head(rng: random.Random, number: int) -> bytes:
    """Header fields as a mail has them after four servers, without its Content-Type."""
    hops = b"".join(
        b"Received: from mx%d.example.com (mx%d.example.com [192.0.2.%d])\r\n"
        b"        by in.example.org with ESMTPS id %x\r\n"
        b"        for <me@example.org>; Mon, 3 Jun 2024 10:0%d:00 +0200\r\n"
        % (hop, hop, hop, rng.getrandbits(60), 9 - hop)
        for hop in range(4)
    )
    signature = base64.b64encode(rng.randbytes(256)).replace(b"/", b"\r\n        ")
    return (
        hops
        + b"Authentication-Results: in.example.org; dkim=pass header.i=@example.com;\r\n"
        + b"        spf=pass smtp.mailfrom=jobs@example.com; dmarc=pass header.from=example.com\r\n"
        + b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; b="
        + signature
        + b"\r\nFrom: =?utf-8?q?J=C3=B6rg?= at Example <jobs@example.com>\r\nTo: me@example.org\r\n"
        + b"Subject: =?utf-8?b?"
        + base64.b64encode(f"Gespräch {number}".encode())
        + b"?=\r\nDate: Mon, 3 Jun 2024 10:00:00 +0200\r\n"
        + b"Message-ID: <%d@example.com>\r\nMIME-Version: 1.0\r\n" % number
    )


def page(rng: random.Random, blocks: int) -> str:
    """A newsletter: nested layout tables, inline styles, links."""
    cells = "".join(
        '<tr><td style="padding:0 12px;font-family:Arial;font-size:14px;color:#333333">'
        f'<p style="margin:0">{prose(rng, 1)}</p><a href="https://www.example.com/jobs/{n}?utm=1" '
        f'style="color:#0055aa">More</a></td><td width="20">&nbsp;</td></tr>'
        for n in range(blocks)
    )
    return (
        "<html><head><style>.x{color:red} @media (max-width:600px){.m{display:none}}</style></head>"
        '<body><div style="display:none">Preview</div>'
        '<table width="100%" bgcolor="#ffffff"><tr><td>'
        f'<table width="600">{cells}</table></td></tr></table></body></html>'
    )


def text_part(text: str, subtype: bytes) -> bytes:
    """A quoted-printable text part."""
    body = quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")
    return (
        b"Content-Type: text/%s; charset=utf-8\r\n" % subtype
        + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        + body
    )


def multipart(kind: bytes, boundary: bytes, parts: list[bytes]) -> bytes:
    """A multipart body with its Content-Type."""
    joined = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n' % (kind, boundary)
        + joined
        + b"--%s--\r\n" % boundary
    )


def corpus(count: int) -> dict[str, list[bytes]]:
    """`count` mails of each kind, seeded."""
    rng = random.Random(7)  # noqa: S311  # the same mails in every run
    pdf = (
        b'Content-Type: application/pdf; name="cv.pdf"\r\nContent-Disposition: attachment\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(rng.randbytes(60_000))
    )
    shapes: dict[str, Callable[[], bytes]] = {
        "plain": lambda: text_part(prose(rng, 3), b"plain"),
        "alternative": lambda: multipart(
            b"alternative",
            b"b1",
            [text_part(prose(rng, 4), b"plain"), text_part(page(rng, 8), b"html")],
        ),
        "html, short": lambda: text_part(page(rng, 3), b"html"),
        "html, newsletter": lambda: text_part(page(rng, 40), b"html"),
        "with a PDF": lambda: multipart(b"mixed", b"b2", [text_part(prose(rng, 3), b"plain"), pdf]),
    }
    return {
        name: [head(rng, number) + make() for number in range(count)]
        for name, make in shapes.items()
    }


def requests_of(mails: list[bytes]) -> list[ParseRequest]:
    """Requests for `mails`."""
    return [
        ParseRequest(raw=raw, account="me", source="mbox", locator="x", fallback_time=NOW)
        for raw in mails
    ]


def baseline(mails: list[bytes]) -> None:
    """Parse with the standard library's modern policy and find the body."""
    for raw in mails:
        email.message_from_bytes(raw, policy=policy.default).get_body()


def ours(mails: list[bytes]) -> None:
    """Parse into events and serialise them."""
    for request in requests_of(mails):
        parse_mail(request).email.model_dump_json()


async def across(parser: SubprocessParser, mails: list[bytes]) -> None:
    """Parse in the child process, batch by batch."""
    requests = requests_of(mails)
    for start in range(0, len(requests), BATCH):
        await parser.parse(requests[start : start + BATCH])


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print a row for each kind of mail."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--mails", type=int, default=100)
    options = arguments.parse_args()
    print("                             stdlib      ours   process  stdlib   stdlib")
    print("mails                 KiB   us/mail   us/mail   us/mail   /ours /process")
    with asyncio.Runner() as runner:
        parser = SubprocessParser()
        for name, mails in corpus(options.mails).items():
            runner.run(across(parser, mails[:5]))
            ours(mails[:5])
            rounds = [
                (
                    timed(lambda mails=mails: baseline(mails)),
                    timed(lambda mails=mails: ours(mails)),
                    timed(lambda mails=mails: runner.run(across(parser, mails))),
                )
                for _ in range(options.rounds)
            ]
            stdlib, mine, process = (
                statistics.median(column) / len(mails) * 1e6 for column in zip(*rounds, strict=True)
            )
            size = sum(map(len, mails)) / len(mails) / 1024
            print(
                f"{name:18} {size:6.1f} {stdlib:9.0f} {mine:9.0f} {process:9.0f} "
                f"{stdlib / mine:7.2f} {stdlib / process:8.2f}"
            )
        runner.run(parser.close())


if __name__ == "__main__":
    main()
