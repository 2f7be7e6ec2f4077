"""Hostile mails: a seeded generator of what must neither kill, nor stall, nor mislead a reader.

`hostile_mails()` yields (name, bytes); each mail is made only when it is reached, so that the
mails of 50 MB are not all in memory at once. `hostile_makers()` gives the same by name.
"""

import base64
import random
from collections.abc import Callable, Iterator

Maker = Callable[[], bytes]

MB = 1024 * 1024
HEAD = (
    b"From: Ann <ann@example.com>\r\nTo: me@example.org\r\nSubject: Interview\r\n"
    b"Date: Mon, 3 Jun 2024 10:00:00 +0200\r\nMessage-ID: <hostile@example.com>\r\n"
    b"MIME-Version: 1.0\r\n"
)
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
ICS = b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n\r\n"
ORDINARY = (
    HEAD
    + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
    + PLAIN
    + "We invite you to an interview, Jörg.\r\n".encode()
    + b"--x\r\nContent-Type: application/pdf; name=a.pdf\r\n"
    + b"Content-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(bytes(range(256)))
    + b"--x--\r\n"
)
CHARSETS = [
    *("utf-7", "utf-16", "utf-32", "idna", "punycode", "zlib", "bz2", "base64", "hex", "rot13"),
    *("unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "x" * 5000, "../../etc", "none"),
    *("iso-2022-jp", "hz", "gb18030", "big5", "utf-8\0"),
]


def hostile_mails(seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Every hostile mail with its name, made as it is reached."""
    for name, make in hostile_makers(seed).items():
        yield name, make()


def hostile_makers(seed: int = 0) -> dict[str, Maker]:
    """What makes each hostile mail, by name; more than 200."""
    makers: dict[str, Maker] = {}
    for group in (_structure, _nesting, _headers, _charsets, _huge, _html, _calendars, _text):
        makers.update(group())
    makers.update(_damaged(seed))
    return makers


def body(text: str | bytes, head: bytes = PLAIN) -> bytes:
    """A mail of one part."""
    return HEAD + head + (text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)


def page(html: str) -> bytes:
    """An HTML mail."""
    return body(html, HTML)


def ics(lines: str) -> bytes:
    """A mail that is an .ics."""
    return body(f"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n{lines}\r\nEND:VCALENDAR\r\n", ICS)


def event(lines: str) -> str:
    """A VEVENT."""
    return f"BEGIN:VEVENT\r\nUID:u\r\n{lines}\r\nEND:VEVENT"


def nested(depth: int, kind: str = "mixed", inner: bytes = PLAIN + b"deep\r\n") -> bytes:
    """Multiparts within one another, each with a boundary of its own."""
    opened = b"".join(
        b'Content-Type: multipart/%s; boundary="b%d"\r\n\r\n--b%d\r\n' % (kind.encode(), i, i)
        for i in range(depth)
    )
    closed = b"".join(b"\r\n--b%d--\r\n" % i for i in reversed(range(depth)))
    return HEAD + opened + inner + closed


def _structure() -> dict[str, Maker]:
    multipart = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    return {
        "empty file": lambda: b"",
        "one newline": lambda: b"\n",
        "one NUL": lambda: b"\0",
        "only NULs": lambda: b"\0" * MB,
        "only newlines": lambda: b"\n" * MB,
        "only carriage returns": lambda: b"\r" * MB,
        "only dashes": lambda: b"-" * MB,
        "only colons": lambda: b":" * MB,
        "only blanks": lambda: b" " * MB,
        "all bytes": lambda: bytes(range(256)) * 40,
        "mbox line only": lambda: b"From nobody\n",
        "mbox line before": lambda: b"From a@example.com Mon Jun  3 10:00:00 2024\n" + ORDINARY,
        "headers only": lambda: HEAD,
        "headers without end": HEAD.rstrip,
        "body only": lambda: b"Dear Ann,\n\nwe regret.\n",
        "old Mac line ends": lambda: ORDINARY.replace(b"\r\n", b"\r"),
        "Unix line ends": lambda: ORDINARY.replace(b"\r\n", b"\n"),
        "doubled carriage returns": lambda: ORDINARY.replace(b"\r\n", b"\r\r\n"),
        "mixed line ends": lambda: ORDINARY.replace(b"\r\n", b"\n", 5).replace(b"\r\n", b"\r", 3),
        "no boundary parameter": lambda: multipart.replace(b"; boundary=x", b"") + b"--x\r\n\r\nhi",
        "boundary never seen": lambda: multipart + b"just text\r\n",
        "boundary unterminated": lambda: multipart + b"--x\r\n\r\nhello\r\n--x\r\n\r\nthere",
        "boundary cut": lambda: multipart + b"--x\r\n\r\nhello\r\n--",
        "boundary closed at once": lambda: multipart + b"--x--\r\n",
        "boundary empty": lambda: multipart.replace(b"=x", b'=""') + b"--\r\n\r\nhi\r\n----\r\n",
        "boundary of 10,000 characters": lambda: (
            multipart.replace(b"=x", b"=" + b"x" * 10_000) + b"--" + b"x" * 10_000 + b"\r\n\r\nhi"
        ),
        "boundary with a newline": lambda: (
            multipart.replace(b"=x", b'="a\r\n b"') + b"--a b\r\n\r\nhi"
        ),
        "boundary that is a regular expression": lambda: (
            multipart.replace(b"=x", b'="(a+)+$"') + b"--(a+)+$\r\n\r\nhi\r\n--(a+)+$--"
        ),
        "boundaries that start alike": lambda: (
            multipart + b"--x\r\nContent-Type: multipart/mixed; boundary=xx\r\n\r\n"
            b"--xx\r\n\r\nhi\r\n--xx--\r\n--x--\r\n"
        ),
        "same boundary at two levels": lambda: (
            multipart + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
            b"--x\r\n\r\nhi\r\n--x--\r\n--x--\r\n"
        ),
        "100,000 parts": lambda: multipart + b"--x\r\n\r\nhi\r\n" * 100_000 + b"--x--",
        "100,000 empty parts": lambda: multipart + b"--x\r\n" * 100_000,
        "100,000 false delimiters": lambda: multipart + b"--x\r\n\r\n" + b"--xy\r\n" * 100_000,
        "type of nonsense": lambda: HEAD + b"Content-Type: ;;;===\r\n\r\nhello",
        "type of 100,000 parameters": lambda: (
            HEAD + b"Content-Type: text/plain" + b'; a="b"' * 100_000 + b"\r\n\r\nhello"
        ),
        "type with open quotes": lambda: HEAD + b'Content-Type: text/plain; charset="\r\n\r\nhi',
        "two content types": lambda: HEAD + b"Content-Type: text/html\r\n" + PLAIN + b"<b>hi</b>",
        "encoding of nonsense": lambda: (
            HEAD + b"Content-Transfer-Encoding: zip\r\n" + PLAIN + b"hi"
        ),
        "base64 that is none": lambda: (
            HEAD + b"Content-Transfer-Encoding: base64\r\n" + PLAIN + b"this is not base64!!! ==="
        ),
        "base64 cut": lambda: HEAD + b"Content-Transfer-Encoding: base64\r\n" + PLAIN + b"SGVsb",
        "base64 with junk": lambda: (
            HEAD + b"Content-Transfer-Encoding: base64\r\n" + PLAIN + b"SG\0Vs\xffbG8\n=\n!"
        ),
        "base64 multipart": lambda: (
            multipart.replace(b"Content-Type", b"Content-Transfer-Encoding: base64\r\nContent-Type")
            + b"--x\r\n\r\nhi\r\n--x--"
        ),
        "quoted-printable cut": lambda: (
            HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n" + PLAIN + b"a=C3=\r\n=B"
        ),
        "quoted-printable of equals": lambda: (
            HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n" + PLAIN + b"=" * MB
        ),
        "attached message is empty": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n",
        "attached message in base64": lambda: (
            HEAD
            + b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(ORDINARY)
        ),
        "partial message": lambda: HEAD + b"Content-Type: message/partial; id=1\r\n\r\nSubject: x",
        "digest": lambda: (
            HEAD
            + b"Content-Type: multipart/digest; boundary=x\r\n\r\n"
            + b"".join(b"--x\r\n\r\n" + ORDINARY.replace(b"--x", b"--y") for _ in range(300))
        ),
        "name of path parts": lambda: (
            multipart
            + b"--x\r\nContent-Disposition: attachment; filename=../../etc/passwd\r\n\r\nx"
        ),
        "name of 1 MB": lambda: (
            multipart
            + b"--x\r\nContent-Disposition: attachment; filename="
            + b"a" * MB
            + b"\r\n\r\nx"
        ),
        "name in 10,000 pieces": lambda: (
            multipart
            + b"--x\r\nContent-Disposition: attachment"
            + b"".join(b";\r\n filename*%d=a" % i for i in range(10_000))
            + b"\r\n\r\nx"
        ),
    }


def _nesting() -> dict[str, Maker]:
    def forwarded(depth: int) -> bytes:
        return (HEAD + b"Content-Type: message/rfc822\r\n\r\n") * depth + ORDINARY

    makers: dict[str, Maker] = {}
    for depth in (10, 30, 100, 1000, 20_000):
        for kind in ("mixed", "alternative", "related", "digest", "nonsense"):
            makers[f"multipart/{kind} nested {depth} deep"] = lambda depth=depth, kind=kind: nested(
                depth, kind
            )
        makers[f"message/rfc822 nested {depth} deep"] = lambda depth=depth: forwarded(depth)
    makers["nested 1,000 deep around 50 MB"] = lambda: nested(
        1000, inner=PLAIN + (b"x" * 75 + b"\r\n") * (50 * MB // 77)
    )
    return makers


def _headers() -> dict[str, Maker]:
    def having(line: bytes) -> Maker:
        return lambda: line + b"\r\n" + HEAD + PLAIN + b"hello"

    fields = (b"From", b"To", b"Subject", b"References", b"Date", b"Received", b"Message-ID",
              b"Authentication-Results", b"Content-Type", b"Content-Disposition")  # fmt: skip
    makers: dict[str, Maker] = {}
    for field in fields:
        name = field.decode()
        for filling in (b"a", b"<", b"(", b'"', b",", b"<a@example.com>, ", b"=?utf-8?q?a?= ",
                        b"=?", b";a=", b"\\"):  # fmt: skip
            makers[f"{name} of 1 MB of {filling.decode()!r}"] = (
                lambda field=field, filling=filling: (
                    field
                    + b": "
                    + filling * (MB // len(filling))
                    + b"\r\n"
                    + HEAD
                    + PLAIN
                    + b"hello"
                )
            )
        makers[f"{name} 10,000 times"] = lambda field=field: (
            (field + b": a@example.com\r\n") * 10_000 + HEAD + PLAIN + b"hello"
        )
        makers[f"{name} folded 100,000 times"] = lambda field=field: (
            field + b": a" + b"\r\n a" * 100_000 + b"\r\n" + HEAD + PLAIN + b"hello"
        )
    makers |= {
        "100,000 recipients": lambda: (
            b"To: "
            + b",\r\n ".join(b"Person %d <p%d@example.org>" % (i, i) for i in range(100_000))
            + b"\r\n"
            + HEAD
            + PLAIN
            + b"hello"
        ),
        "100,000 different fields": lambda: (
            b"".join(b"X-%d: a\r\n" % i for i in range(100_000)) + HEAD + PLAIN + b"hello"
        ),
        "no Message-ID": lambda: ORDINARY.replace(b"Message-ID: <hostile@example.com>\r\n", b""),
        "no From": lambda: ORDINARY.replace(b"From: Ann <ann@example.com>\r\n", b""),
        "no Date": lambda: ORDINARY.replace(b"Date: ", b"X-Date: "),
        "header injection by encoded word": having(
            b"Subject: =?utf-8?q?hi=0D=0ABcc:_evil@example.net=0D=0A=0D=0Abody?="
        ),
        "header injection in a name": having(b'From: "a\r\n\tb\0c" <a@example.com>'),
        "encoded word of NULs": having(b"Subject: =?utf-8?b?AAAAAAAA?="),
        "encoded word of a bomb": having(b"Subject: =?zlib?b?eJxLTAQAASUAwg==?="),
        "encoded word of UTF-7": having(b"Subject: =?utf-7?q?+ADw-script+AD4-?="),
        "encoded word of punycode": having(b"Subject: =?punycode?q?" + b"a" * 3000 + b"?="),
        "raw eight-bit subject": having("Subject: Gespräch — नमस्ते".encode()),
        "raw Latin subject": having("Subject: Gespräch".encode("latin-1")),
        "subject turned right to left": having(
            "Subject: \u202egpj.exe\u202c \u2066a\u2069".encode()
        ),
        "sender of zero-width letters": having(
            "From: a\u200bnn <an\u200bn@exa\u200dmple.com>".encode()
        ),
        "sender of two addresses": having(b"From: <a@example.com> <b@example.net>"),
        "sender in the name": having(b'From: "ceo@example.com" <evil@example.net>'),
        "sender without at sign": having(b"From: mailer-daemon"),
        "sender of many at signs": having(b"From: " + b"a@" * 1000 + b"example.com"),
        "group of recipients": having(b"To: undisclosed-recipients:;"),
    }
    for number, date in enumerate((
        "yesterday", "", "99 Foo 99999 99:99:99 +9999", "Mon, 31 Feb 2024 10:00:00 +0000",
        "1 Jan 0001 00:00:00 +1400", "31 Dec 9999 23:59:59 -1200", "1 Jan 1970 00:00:00 +0000",
        "Mon, 3 Jun 2024 10:00:00 +2400", "Mon, 3 Jun 2024 10:00:60 +0000", "1" * 5000,
        "3 Jun 2024 10:00", "2024-06-03T10:00:00Z", "Mon, 3 Jun 2124 10:00:00 +0000",
        "3 Jun 24 10:00:00 EST", "-1 Jan -1 -1:-1:-1 -0000", "(" * 3000,
    )):  # fmt: skip
        makers[f"date {number}"] = lambda date=date: ORDINARY.replace(
            b"Mon, 3 Jun 2024 10:00:00 +0200", date.encode()
        )
    return makers


def _charsets() -> dict[str, Maker]:
    makers: dict[str, Maker] = {}
    for charset in CHARSETS:
        makers[f"charset {charset[:20]!r}"] = lambda charset=charset: body(
            bytes(range(256)) * 40 + b"+AGEAYg-" * 100,
            b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n",
        )
    return makers


def _huge() -> dict[str, Maker]:
    line = b"x" * 75 + b"\r\n"
    encoded = b"Content-Transfer-Encoding: base64\r\n"
    return {
        "text of 50 MB": lambda: body(line * (50 * MB // len(line))),
        "text of 50 MB in one line": lambda: body(b"x" * 50 * MB),
        "HTML of 50 MB": lambda: body(b"<p>hello</p>" * (50 * MB // 12), HTML),
        "base64 text of 50 MB": lambda: (
            HEAD + encoded + PLAIN + (b"QUJD" * 19 + b"\r\n") * (50 * MB // 78)
        ),
        "attachment of 50 MB": lambda: (
            HEAD
            + b"Content-Type: application/pdf; name=a.pdf\r\n"
            + encoded
            + b"\r\n"
            + (b"QUJD" * 19 + b"\r\n") * (50 * MB // 78)
        ),
        "headers of 50 MB": lambda: b"X-A: a\r\n" * (50 * MB // 8) + HEAD + PLAIN + b"hello",
        "one header of 50 MB": lambda: (
            b"X-A: " + b"a" * 50 * MB + b"\r\n" + HEAD + PLAIN + b"hello"
        ),
        "zero bytes of 50 MB": lambda: b"\0" * 50 * MB,
        "newlines of 50 MB": lambda: b"\n" * 50 * MB,
        "parts of 50 MB": lambda: (
            HEAD
            + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
            + b"--x\r\n\r\nhello\r\n" * (50 * MB // 14)
        ),
        "200 text parts of 256 KB": lambda: (
            HEAD
            + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
            + (b"--x\r\n" + PLAIN + b"word " * 50_000 + b"\r\n") * 200
        ),
    }


def _html() -> dict[str, Maker]:
    documents: dict[str, Callable[[], str]] = {
        "100,000 nested divs": lambda: "<div>" * 100_000 + "deep",
        "100,000 nested divs, disguised": lambda: "<div><p></p>" * 100_000 + "deep",
        "100,000 nested tables": lambda: "<table><tr><td>" * 100_000 + "deep",
        "100,000 nested lists": lambda: "<ul><li>" * 100_000 + "deep",
        "100,000 nested blockquotes": lambda: "<blockquote type=cite>" * 100_000 + "deep",
        "100,000 nested fonts": lambda: "<font color=red>" * 100_000 + "deep",
        "formatting re-opened": lambda: (
            "<p>" + "".join(f"<font color=c{i}>" for i in range(3000)) + "<p>x" * 30_000
        ),
        "formatting misnested": lambda: "<b><i><p></b></i>" * 50_000,
        "end tags without start": lambda: "<div>" * 3000 + "</p>" * 200_000,
        "giant table": lambda: "<table>" + "<tr>" + "<td>x</td>" * 100_000 + "</table>",
        "text fostered by a table": lambda: "<table>" + "x<tr>" * 100_000,
        "entity flood": lambda: "&amp;" * 200_000,
        "entities of nonsense": lambda: "&#xD800;&#0;&#1114112;&bogus;&" * 30_000,
        "1,000,000 links": lambda: "".join(
            f'<a href="https://x{i}.example/">a</a>' for i in range(100_000)
        ) + "<a href=https://example.com>" * 900_000,
        "one link of 1 MB": lambda: f'<a href="https://example.com/{"a" * MB}">a</a>',
        "link without end": lambda: '<a href="https://example.com/' + "a" * MB,
        "open tags": lambda: "<a " * 300_000,
        "100,000 attributes": lambda: "<div " + " ".join(f"a{i}=1" for i in range(100_000)) + ">x",
        "100,000 quoted attributes": lambda: (
            "<div " + " ".join(f'a{i}="<>"' for i in range(100_000)) + ">x"
        ),
        "style of 1 MB": lambda: f'<p style="{"color:red;" * 100_000}">x',
        "10,000 different styles": lambda: "".join(
            f'<p style="color:#{i:06x};x:{"y" * 50}">x</p>' for i in range(10_000)
        ),
        "style sheet of 1 MB": lambda: f"<style>{'.a{display:none}' * 60_000}</style>x",
        "style sheet of braces": lambda: f"<style>{'@media{' * 100_000}</style>x",
        "comments without end": lambda: "<!--" * 250_000,
        "CDATA": lambda: "<![CDATA[" * 100_000,
        "lesser-than signs": lambda: "<" * MB,
        "script": lambda: "<script>" + "if (a<b) {}" * 50_000 + "</script>hello",
        "select": lambda: "<select><option>x" * 50_000,
        "svg": lambda: "<svg>" * 20_000 + "x",
        "frameset": lambda: "<frameset>" * 50_000,
        "template": lambda: "<template>" * 20_000,
        "hidden and seen by turns": lambda: (
            "<span style='display:none'>a</span><span>b</span>" * 20_000
        ),
        "NULs in tags": lambda: "<d\0iv st\0yle='dis\0play:none'>x</d\0iv>" * 1000,
        "preformatted": lambda: "<pre>" + "a\n" * 300_000,
        "breaks": lambda: "<br>" * 250_000,
    }  # fmt: skip
    return {f"HTML: {name}": (lambda make=make: page(make())) for name, make in documents.items()}


def _calendars() -> dict[str, Maker]:
    begin = "DTSTART:20240610T100000Z"
    calendars: dict[str, Callable[[], str]] = {
        "recurs every second for ever": lambda: event(f"{begin}\r\nRRULE:FREQ=SECONDLY"),
        "recurs a billion times": lambda: event(f"{begin}\r\nRRULE:FREQ=SECONDLY;COUNT=1000000000"),
        "RRULE of 1 MB": lambda: event(
            f"{begin}\r\nRRULE:FREQ=DAILY;BYMONTHDAY={','.join(['1'] * 400_000)}"
        ),
        "100,000 events": lambda: "\r\n".join([event(begin)] * 100_000),
        "100,000 excluded dates": lambda: event(
            begin + "\r\nEXDATE:20240610T100000Z" * 100_000
        ),
        "100,000 attendees": lambda: event(
            begin + "".join(f"\r\nATTENDEE:mailto:p{i}@example.org" for i in range(100_000))
        ),
        "nested 10,000 deep": lambda: "BEGIN:VEVENT\r\n" * 10_000,
        "alarms nested in alarms": lambda: event(begin + "\r\nBEGIN:VALARM" * 5000),
        "zone that changes every second": lambda: (
            "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
            "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\n"
            "END:VTIMEZONE\r\n" + event("DTSTART;TZID=X:20240610T100000")
        ),
        "zone of 10,000 parts": lambda: (
            "BEGIN:VTIMEZONE\r\nTZID:X\r\n"
            + "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
            * 10_000 + "END:VTIMEZONE\r\n" + event("DTSTART;TZID=X:20240610T100000")
        ),
        "zone that is a path": lambda: event("DTSTART;TZID=../../etc/passwd:20240610T100000"),
        "zone that is a folder": lambda: event("DTSTART;TZID=America:20240610T100000"),
        "zone of offset 99 hours": lambda: (
            "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
            "TZOFFSETTO:+9900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
            + event("DTSTART;TZID=X:20240610T100000")
        ),
        "start before time": lambda: event("DTSTART;TZID=Asia/Tokyo:00010101T000000"),
        "end after time": lambda: event("DTSTART:99991231T235959Z\r\nDURATION:P99999999999D"),
        "start of nonsense": lambda: event("DTSTART:tomorrow\r\nDTEND:later\r\nSEQUENCE:many"),
        "sequence of 10,000 digits": lambda: event(f"{begin}\r\nSEQUENCE:{'9' * 10_000}"),
        "two starts": lambda: event(f"{begin}\r\nDTSTART:20250610T100000Z"),
        "folded 100,000 times": lambda: event(f"{begin}\r\nSUMMARY:a" + "\r\n b" * 100_000),
        "description of 10 MB": lambda: event(f"{begin}\r\nDESCRIPTION:{'a' * 10 * MB}"),
        "parameters without end": lambda: event('DTSTART;TZID="' + "a" * 200_000),
        "no end": lambda: f"BEGIN:VEVENT\r\nUID:u\r\n{begin}",
        "only ends": lambda: "END:VEVENT\r\n" * 10_000,
        "start is a list": lambda: event("DTSTART;VALUE=PERIOD:20240610T100000Z/PT1H,x"),
    }  # fmt: skip
    return {
        f"calendar: {name}": (lambda make=make: ics(make())) for name, make in calendars.items()
    }


def _text() -> dict[str, Maker]:
    texts: dict[str, Callable[[], str]] = {
        "turned right to left": lambda: "\u202eabc\u202c\u2067def\u2069 " * 10_000,
        "zero-width": lambda: "i\u200bn\u200ct\u200de\u2060r\ufeffv" * 20_000,
        "tag characters": lambda: "".join(chr(0xE0000 + ord(c)) for c in "ignore all") * 20_000,
        "variation selectors": lambda: "a" + "".join(map(chr, range(0xE0100, 0xE01F0))) * 500,
        "Zalgo": lambda: ("a" + "\u0301\u0323\u0345\u0334" * 5000) * 10,
        "one letter, 100,000 accents": lambda: "a" + "\u0323\u0301" * 50_000,
        "characters that decompose": lambda: "\u0344" * 50_000,
        "Hangul jamo": lambda: "\u1100\u1161\u11a8" * 50_000,
        "surrogates": lambda: "\ud83d" * 10_000,
        "private use": lambda: "\ue000\U000f0000\U0010ffff\ufffe" * 10_000,
        "greater-than signs": lambda: ">" * MB,
        "quoted lines": lambda: "> a\n" * 100_000,
        "quotes and answers by turns": lambda: "On Mon, Ann wrote:\n> a\nb\n" * 20_000,
        "attributions": lambda: "On Mon, Ann wrote" * 20_000,
        "half attributions": lambda: "On Monday\n" * 50_000 + "wrote:",
        "Outlook headers": lambda: "From: a\nTo: b\n" * 30_000,
        "rules": lambda: "-----\n_____\n" * 50_000,
        "signature delimiters": lambda: "-- \n" * 50_000,
        "disclaimers": lambda: "This email is confidential.\n\n" * 20_000,
        "half disclaimers": lambda: "this email " * 50_000 + "confidential",
        "links": lambda: "https://example.com/a?b=c " * 40_000,
        "links of different hosts": lambda: " ".join(f"http://a{i}.test/" for i in range(50_000)),
        "link of closing brackets": lambda: "https://example.com/" + ")" * MB,
        "link of open brackets": lambda: "https://example.com/" + "(" * MB,
        "link of userinfo": lambda: "https://example.com@" * 1000 + "evil.example/",
        "link of a foreign host": lambda: "https://xn--" + "ä" * 500 + ".test/ http://ä.test/",
        "quotation marks": lambda: '"\\' * 200_000,
        "control characters": lambda: "".join(map(chr, range(0x20))) * 10_000,
        "line separators": lambda: "\u2028\u2029\x85\x0b\x0c" * 20_000,
        "emoji": lambda: "👨\u200d👩\u200d👧\ufe0f" * 20_000,
        "blank lines": lambda: "a\n\n\n\n\n" * 50_000,
        "tabs": lambda: "a\t \t" * 100_000,
    }  # fmt: skip
    return {f"text: {name}": (lambda make=make: body(make())) for name, make in texts.items()}


def _damaged(seed: int) -> dict[str, Maker]:
    """The ordinary mail cut, with bytes changed, doubled or taken out, at places of chance."""

    def damage(number: int) -> bytes:
        rng = random.Random(f"{seed}/{number}")
        raw = bytearray(ORDINARY)
        for _ in range(rng.randint(1, 12)):
            start = rng.randrange(len(raw))
            end = min(len(raw), start + rng.randint(1, 40))
            change = rng.choice(("cut", "flip", "drop", "double"))
            if change == "cut":
                del raw[max(1, start) :]
            elif change == "flip":
                raw[start:end] = rng.randbytes(end - start)
            elif change == "drop":
                del raw[start:end]
            else:
                raw[start:end] = raw[start:end] * 3
            if not raw:
                break
        return bytes(raw)

    return {f"damaged {number}": (lambda number=number: damage(number)) for number in range(60)}
