"""The marks of our own messages: found wherever they say what a mail is, and nowhere else."""

from datetime import UTC, datetime
from email.message import EmailMessage, Message

import pytest

from careerops.adapters.notifier.email import EmailNotifier
from careerops.domain.email import RawEmail
from careerops.mail.ownmark import HEADER, is_genuine, make_mark
from careerops.mail.parse import parse_mail
from careerops.ports.mailparser import ParseRequest
from support.adapters import context, notification

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = b"k" * 32
SAID_AUTOMATIC = (
    ("Auto-Submitted", "auto-replied"),
    ("Auto-Submitted", "Auto-Generated; owner=x"),
    ("Precedence", "auto_reply"),
    ("X-Autoreply", "yes"),
)
MARK = make_mark(f"{1:064x}", KEY)


def told() -> Message:
    """A notification as it is sent."""
    options = EmailNotifier.Options(
        host="mx.example", sender="careerops@sender.example", to=["robin@example.org"]
    )
    return EmailNotifier(options, context()).message(notification(), ("robin@example.org",), KEY)


def read(raw: bytes) -> RawEmail:
    """What the parser makes of it."""
    request = ParseRequest(
        raw=raw, account="me", source="imap", locator="1", fallback_time=NOW, received_at=NOW
    )
    return parse_mail(request).email


def letter(text: str, subject: str = "Your interview", **fields: str) -> EmailMessage:
    """Somebody's mail."""
    mail = EmailMessage()
    mail["From"] = "Ines Maurer <ines@brightloom.example>"
    mail["To"] = "robin@example.org"
    mail["Subject"] = subject
    mail["Message-ID"] = "<1@brightloom.example>"
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def test_a_mark_is_genuine_by_its_key_alone() -> None:
    """Neither another installation's nor a changed one, nor what is none at all."""
    assert is_genuine(MARK, KEY)
    assert not is_genuine(MARK, b"another key")
    name, code = MARK.split("-")[1:]
    for other in (f"careerops-{name[::-1]}-{code}", f"careerops-{name}-{code[::-1]}", "", "x" * 99):
        assert not is_genuine(other, KEY)
    assert make_mark("a", KEY) != make_mark("b", KEY)


def without(mail: Message, *names: str) -> bytes:
    """The mail without these header fields, as a server passes it on."""
    for name in names:
        del mail[name]
    return mail.as_bytes()


@pytest.mark.parametrize(
    "lost",
    [
        (),
        (HEADER,),
        ("Message-ID",),
        (HEADER, "Message-ID"),
        (HEADER, "Message-ID", "From", "Date", "Auto-Submitted"),
    ],
)
def test_each_place_is_enough(lost: tuple[str, ...]) -> None:
    """Whatever of it a server rewrote or dropped."""
    assert read(without(told(), *lost)).own_marks == (MARK,)


def test_header_and_message_id_are_enough_without_the_text() -> None:
    """A gateway may replace the text, or put its own below."""
    for lost in (HEADER, "Message-ID"):
        mail = told()
        mail.set_payload("Interview: Bluefin Energy")
        assert read(without(mail, lost)).own_marks == (MARK,)


def test_a_message_id_in_capitals_is_the_same() -> None:
    """Some servers write it anew in another case."""
    mail = told()
    mail.set_payload("Interview")
    mail.replace_header("Message-ID", mail["Message-ID"].upper())
    assert read(without(mail, HEADER)).own_marks == (MARK,)


@pytest.mark.parametrize(
    ("subject", "head"),
    [
        ("Fwd: Interview: Bluefin", "---------- Forwarded message ---------\nFrom: CareerOps"),
        ("WG: Interview: Bluefin", "-----Ursprüngliche Nachricht-----\nVon: CareerOps"),
        ("Interview: Bluefin", ""),
    ],
)
def test_a_notification_that_is_passed_on_in_the_text_is_ours(subject: str, head: str) -> None:
    """By another person, or from another address of the same one."""
    text = told().get_payload(decode=True).decode()  # type: ignore[union-attr]  # one part
    heading = f"{head}\nDate: Mon, 2 Mar 2026\nSubject: Interview: Bluefin\nTo: robin\n\n"
    mail = letter((heading if head else "") + text, subject)
    assert read(mail.as_bytes()).own_marks == (MARK,)


@pytest.mark.parametrize("length", [1, 200])
def test_a_notification_that_is_attached_is_ours(length: int) -> None:
    """Forwarded as an attachment, with a note, however long it is."""
    mail = letter("see below", "Fwd: Interview")
    attached = EmailMessage()
    attached["Subject"] = "Interview: Bluefin"
    attached[HEADER] = MARK
    attached.set_content("We invite you to an interview. " * length)
    mail.add_attachment(attached)
    assert read(mail.as_bytes()).own_marks == (MARK,)


def test_an_attached_notification_under_a_letter_makes_the_letter_no_notification() -> None:
    """Who writes about a notification says something of his own."""
    mail = letter("We would like to invite you to an interview on Tuesday. " * 10)
    attached = EmailMessage()
    attached[HEADER] = MARK
    attached.set_content("Interview: Bluefin")
    mail.add_attachment(attached)
    assert read(mail.as_bytes()).own_marks == ()


@pytest.mark.parametrize(
    "report",
    [
        f"Content-Type: message/rfc822\n\nSubject: Interview\n{HEADER}: {MARK}\n\nInterview\n",
        f"Content-Type: text/rfc822-headers\n\nSubject: x\nMessage-ID: <{MARK}@s.example>\n",
    ],
)
def test_a_notification_that_could_not_be_delivered_is_ours(report: str) -> None:
    """Told, its report would be reported on again."""
    text = "I am sorry to have to inform you that your message could not be delivered. " * 5
    raw = (
        "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{text}\n--b\n{report}\n--b--\n"
    )
    assert read(raw.encode()).own_marks == (MARK,)


@pytest.mark.parametrize("field", ["In-Reply-To", "References"])
def test_an_automatic_answer_to_a_notification_is_an_echo_of_it(field: str) -> None:
    """An absence notice quotes the subject; answering it by a notification would go on."""
    mail = letter("I am away until Monday.", "Re: Interview: Bluefin")
    mail[field] = f"<{MARK}@sender.example>"
    assert read(mail.as_bytes()).own_marks == ()
    for name, value in SAID_AUTOMATIC:
        mail[name] = value
        assert read(mail.as_bytes()).own_marks == (MARK,)
        del mail[name]


def test_a_report_in_plain_text_is_known_by_the_copy_in_it() -> None:
    """As some servers still write it."""
    copy = without(told())
    text = f"Hi. This is the program at mx.example. I wasn't able to deliver.\n\n{'x ' * 99}"
    head = "From: MAILER-DAEMON@mx.example\nSubject: failure notice\nContent-Type: text/plain\n\n"
    below = "--- Below this line is a copy of the message.\n\n"
    assert read(f"{head}{text}\n{below}".encode() + copy).own_marks == (MARK,)


def test_a_persons_answer_is_the_persons() -> None:
    """Although our mark is in what it answers and what it quotes, with or without the signs."""
    quoted = told().get_payload(decode=True).decode()  # type: ignore[union-attr]  # one part
    said = "Dear Robin,\n\nwe invite you to a second interview on Tuesday.\n\nInes\n\n"
    lines = "\n".join(f"> {line}" for line in quoted.splitlines())
    answers = (
        f"{said}On Mon, 2 Mar 2026, CareerOps wrote:\n{lines}\n",
        f"{said}{quoted}",  # quoted without any sign
    )
    for text in answers:
        mail = letter(text, "Re: Interview: Bluefin", In_Reply_To=f"<{MARK}@sender.example>")
        assert read(mail.as_bytes()).own_marks == ()


def test_at_most_five_marks_are_kept() -> None:
    """Whoever writes more of them writes none of ours."""
    many = " ".join(make_mark(str(number), KEY) for number in range(500))
    assert len(read(letter(many).as_bytes()).own_marks) == 5


def test_other_mails_have_none() -> None:
    """Also those that name the program."""
    text = "careerops-run is fine; careerops-0-0, careerops-xyz-123."
    assert read(letter(text).as_bytes()).own_marks == ()
