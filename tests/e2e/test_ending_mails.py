"""Mails whose dates or names once ended the program: it goes on, and tells the good one behind."""

import base64
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from careerops.domain.notification import Notification
from careerops.domain.render import render_title
from support.cli import Home
from support.mails import career_mail
from support.smtpserver import Delivering, delivering

pytestmark = [pytest.mark.e2e, pytest.mark.integration]

STAMPS = {
    "india": "DTSTART;TZID=Asia/Kolkata:99991231T120000\nDTEND:99991231T235900Z",
    "year-9999": "DTSTART:99991231T233000Z",
    "year-0001": "DTSTART:00010101T003000Z",
    "all-day-9999": "DTSTART;VALUE=DATE:99991231\nDTEND;VALUE=DATE:99991231",
    "all-day-0001": "DTSTART;TZID=Pacific/Kiritimati;VALUE=DATE:00010101",
    "endless": "DTSTART:20261215T103000Z\nDTEND:99991231T235900Z",
    "backwards": "DTSTART:20261215T103000Z\nDTEND:20251215T103000Z",
    "duration": "DTSTART:20261215T103000Z\nDURATION:P99999999999D",
    "negative": "DTSTART:20261215T103000Z\nDURATION:-P999999W",
    "next-century": "DTSTART:21261215T103000Z",
    "none": "DTEND:20261215T103000Z",
}
ZONE = (
    "BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\nDTSTART:99991201T000000\nTZOFFSETTO:-1400\n"
    "RRULE:FREQ=YEARLY;BYMONTH=12;BYDAY=5SU\nEND:STANDARD\nEND:VTIMEZONE"
)
DATES = (
    "Fri, 31 Dec 9999 23:59:59 -1400", "Mon, 1 Jan 0001 00:00:00 +1400",
    "Mon, 30 Nov 2026 10:00:00 +99999999999999999999", "31 Dec 99 23:59:59 PST",
)  # fmt: skip
NAMES = (
    "é =?utf-8?b?/w==?=",
    "=?utf-8?b?DQpDb250ZW50LVR5cGU6dGV4dC9odG1sDQoNCjxhIGhyZWY9Ly9lLnRrPkFjY2VwdDwvYT4=?=",
    "=?utf-8?q?=0D=0ABcc:_victim=40example.net?=",
    "=?x-unknown?q?=ff?= =?utf-8?q?unended",
    "<b>Bold</b><!--",
    'Doe, "Max", <max@',
    "\u202eesrever\u2066",
    " ",
    "*" * 300,
)


def invitation(name: str, stamp: str, zone: str = "") -> str:
    """An invitation with these times."""
    return (
        "From: Acme Recruiting <jobs@acme.example>\nTo: me@x.example\n"
        f"Subject: Interview with Acme: Data Engineer\nMessage-ID: <{name}@acme.example>\n"
        "Date: Mon, 30 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        "We would like to invite you to an interview for the position of Data Engineer.\n--b\n"
        "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\n"
        f"{zone}\nBEGIN:VEVENT\nUID:1\n{stamp}\nSUMMARY:Interview\nEND:VEVENT\nEND:VCALENDAR\n"
        "--b--\n"
    )


def offer(number: int, name: str, date: str) -> str:
    """An offer by a sender of this name, at a domain that names no company."""
    word = base64.b64encode(name.encode()).decode()
    return (
        f"From: =?utf-8?b?{word}?= <hr@xn--80ak6aa92e.com>\nTo: me@x.example\n"
        f"Subject: Your offer of employment\nDate: {date}\nMessage-ID: <{number}@evil.example>\n\n"
        "Dear Robin,\n\nwe are pleased to offer you the position. Congratulations!\n"
    )


def test_each_is_told_or_kept_and_the_good_one_behind_is_told(tmp_path: Path) -> None:
    """By e-mail, on the terminal and in a file, in zones on both sides of UTC."""
    folder = tmp_path / "mails"
    folder.mkdir()
    mails = [invitation(name, stamp) for name, stamp in STAMPS.items()]
    mails.append(invitation("own-zone", "DTSTART;TZID=Own:99991231T230000", ZONE))
    usual = "Mon, 30 Nov 2026 10:00:00 +0000"
    mails += [offer(number, name, usual) for number, name in enumerate(NAMES)]
    mails += [offer(100 + number, "Jo", date) for number, date in enumerate(DATES)]
    for number, mail in enumerate(mails):
        (folder / f"{number:03d}.eml").write_bytes(mail.encode())
    good = career_mail(0)[1]
    (folder / "999.eml").write_bytes(good.as_bytes())
    home = Home(tmp_path)
    with delivering(Delivering()) as server:
        home.configure(
            'log = "sqlite:///careerops.db"\n[[mailbox]]\nkind = "eml"\npath = "mails"\n'
            '[[notifier]]\nkind = "console"\nzone = "America/New_York"\n'
            '[[notifier]]\nkind = "jsonl"\npath = "told.jsonl"\n'
            '[[notifier]]\nkind = "email"\nhost = "127.0.0.1"\nsecurity = "none"\n'
            f'port = {server.port}\nsender = "careerops@sender.example"\nto = "me@x.example"\n'
            'zone = "Pacific/Kiritimati"\n'
        )
        done = home.run("run", "--until-idle")
        again = home.run("run", "--until-idle")
    assert good["Subject"] in {each["event"]["subject"] for each in home.told()}
    assert len(home.told()) == len(server.taken) == len(mails) + 1
    assert home.json("dlq", "list") == []
    titles = sorted(
        render_title(Notification.model_validate_json(line))
        for line in home.told_path.read_text().splitlines()
    )
    assert sorted(message["Subject"] for message in server.taken) == titles
    assert {message.get_content_type() for message in server.taken} == {"text/plain"}
    assert all(message["Bcc"] is None for message in server.taken)
    assert not again.stdout.strip()
    assert "\x1b" not in done.stdout


def test_the_mails_are_what_they_say() -> None:
    """Their names are decoded once to what looks encoded still."""
    read = message_from_string(offer(1, NAMES[1], "x"), policy=default)["From"]
    assert str(read.addresses[0].display_name) == NAMES[1]
