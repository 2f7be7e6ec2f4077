"""E-mail and WhatsApp against servers that answer wrongly, for ever: see `test_notifier_law`."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from careerops.adapters.memory.database import MemoryDatabase
from careerops.adapters.notifier.email import EmailNotifier, EmailOptions
from careerops.adapters.notifier.whatsapp import WhatsAppNotifier, WhatsAppOptions
from careerops.domain.notification import NotificationKind
from careerops.domain.render import render_title
from careerops.ports.clock import Clock
from support.adapters import context, event, notification, secret
from support.hour import BAD, MARK, Hour, all_bad, one_bad
from support.httpfake import Answer, drops, floods, redirects, replies, sends, serving
from support.scripted_smtp import ENDINGS, GREETINGS, ScriptedSmtp, listening
from support.telling import Channel, World
from support.whatsapp import PERSON, PHONE_ID, TOKEN, WhatsAppFake, refusal

TWICE = 2
TRIES = 40
"""At most, of one that is refused each time: while no other passes it tries the channel."""
PROBES = 400
"""At most, of a channel that is out for an hour; a vendor may ask for one each ten seconds."""


def role_of(identity: str) -> str:
    """What the notification of this id says that no other does, in these tests."""
    number = int(identity, 16)
    return MARK if number == 1 else f"Role{number:04d}"


def smtp_of(server: ScriptedSmtp) -> EmailNotifier:
    """The real notifier, over a real connection."""
    options = EmailOptions.model_validate(
        {
            "host": "127.0.0.1",
            "port": server.port,
            "security": "none",
            "sender": "careerops@sender.example",
            "to": "robin@example.org",
        }
    )
    return EmailNotifier(options, context(account="me", name="phone"))


@pytest.mark.parametrize("fault", ENDINGS)
async def test_a_mail_server_that_goes_wrong_for_one_message(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken twice at most, the others as ever."""
    async with listening(ScriptedSmtp(fault, MARK)) as server:
        mail = Channel(channel="mail")
        world = World(smtp_of(server), others=[mail], per_hour=1000)
        hour = Hour(world, lambda: server.silent, monkeypatch)

        def has(identity: str) -> bool:
            return any(role_of(identity) in text for text in server.taken)

        await one_bad(world, hour, has, mail)
        assert sum(MARK in text for text in server.taken) <= TWICE
        assert sum("Role0" in text for text in server.taken) == 20
        assert server.connections <= 20 + TRIES


@pytest.mark.parametrize("fault", [*GREETINGS, *ENDINGS, "closes after DATA", "451 to MAIL"])
async def test_a_mail_server_that_goes_wrong_for_all(
    fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each taken twice at most in an hour, and told as ever once it is mended."""
    async with listening(ScriptedSmtp(fault)) as server:
        mail = Channel(channel="mail")
        world = World(smtp_of(server), others=[mail], per_hour=1000)
        hour = Hour(world, lambda: server.silent, monkeypatch)

        def mend() -> None:
            assert server.connections <= PROBES
            server.fault = ""

        def has(identity: str) -> bool:
            del identity
            return not server.fault and bool(server.taken)

        await all_bad(world, hour, has, mail, mend)
        marks = sum(MARK in text for text in server.taken)
        assert marks <= TWICE


class Gateway:
    """What stands before the vendor: it goes wrong as `fault` does, for requests with `only`."""

    def __init__(self, fault: Answer, only: str) -> None:
        self.fake = WhatsAppFake()
        self._fault: Answer | None = fault
        self.only = only
        self.silent = 0
        self.asked: list[str] = []
        self.fake.vendor.otherwise = self._answer

    def mend(self) -> None:
        """From now on it answers as the vendor does."""
        self._fault = None

    async def hangs(self, request: web.Request) -> web.StreamResponse:
        """Never answer."""
        del request
        self.silent += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.silent -= 1
        raise AssertionError("unreachable")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        text = self.fake.vendor.seen[-1].text
        self.asked.append(text)
        if self._fault is None or self.only not in text:
            return await self.fake.handle(request)
        return await self._fault(request)

    def notifier(self, folder: Path, clock: Clock) -> WhatsAppNotifier:
        """The real notifier, over a real connection, in the world's time."""
        options = WhatsAppOptions.model_validate(
            {
                "base_url": self.fake.vendor.url,
                "phone_number_id": PHONE_ID,
                "access_token": secret(folder, TOKEN),
                "to": PERSON,
            }
        )
        around = replace(context(account="me", name="phone"), clock=clock)
        return WhatsAppNotifier(options, around)


async def half(request: web.Request) -> web.StreamResponse:
    """Hang up in the middle of the answer."""
    response = web.StreamResponse(headers={"Content-Length": "500"})
    await response.prepare(request)
    await response.write(b'{"messages": [{"id"')
    assert request.transport is not None
    request.transport.close()
    return response


def _hangs(gateway: list[Gateway]) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await gateway[0].hangs(request)

    return answer


_NOT_ASKED = "http://127.0.0.1:9/elsewhere"
IN_DOUBT: dict[str, Callable[[list[Gateway]], Answer]] = {
    "502 with a page": lambda _: sends("<html>Bad Gateway</html>", 502),
    "504 empty": lambda _: sends("", 504),
    "500 without JSON": lambda _: sends("oops", 500),
    "no answer": _hangs,
    "closes": lambda _: drops,
    "half an answer": lambda _: half,
    "200 without id": lambda _: replies({"messages": []}),
    "200 with null": lambda _: replies(None),
    "200 with a list": lambda _: replies([1, 2]),
    "200 with a page": lambda _: sends("<html>login</html>"),
    "200 with an id that is none": lambda _: replies({"messages": [{"id": None}]}),
    "more than anybody reads": lambda _: floods,
}
"""The vendor may have told the person."""
_A_DAY = "429 asks for a day"
REFUSED: dict[str, Callable[[list[Gateway]], Answer]] = {
    "500 with JSON": lambda _: refusal(500, 131000, "Something went wrong"),
    "429": lambda _: refusal(429, 130429, "Rate limit hit"),
    _A_DAY: lambda _: refusal(429, 130429, "Rate", {"Retry-After": "86400"}),
    "401": lambda _: refusal(401, 190, "Session has expired"),
    "redirects": lambda _: redirects(_NOT_ASKED),
}
"""Nothing was told."""


@pytest.mark.parametrize("fault", [n for n in IN_DOUBT | REFUSED if n != _A_DAY])
async def test_a_gateway_that_goes_wrong_for_one_message(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked twice at most where it may have told; the others as ever."""
    made: list[Gateway] = []
    gateway = Gateway((IN_DOUBT | REFUSED)[fault](made), MARK)
    made.append(gateway)
    async with serving(gateway.fake.vendor):
        database = MemoryDatabase()
        phone, mail = gateway.notifier(tmp_path, database.clock), Channel(channel="mail")
        world = World(phone, others=[mail], per_hour=1000, database=database)
        hour = Hour(world, lambda: gateway.silent, monkeypatch)

        def has(identity: str) -> bool:
            return any(role_of(identity) in text for text in gateway.fake.texts)

        await one_bad(world, hour, has, mail)
        asked = sum(MARK in text for text in gateway.asked)
        assert 1 <= asked <= (TWICE if fault in IN_DOUBT else TRIES)
        assert len(gateway.fake.texts) == 20
        await phone.close()


_OF_ALL = [n for n in IN_DOUBT | REFUSED if n not in {"redirects", _A_DAY}]


@pytest.mark.parametrize("fault", _OF_ALL)
async def test_a_gateway_that_goes_wrong_for_all(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each asked for twice at most where it may have told, and told as ever once it is mended."""
    made: list[Gateway] = []
    gateway = Gateway((IN_DOUBT | REFUSED)[fault](made), "")
    made.append(gateway)
    async with serving(gateway.fake.vendor):
        database = MemoryDatabase()
        phone, mail = gateway.notifier(tmp_path, database.clock), Channel(channel="mail")
        world = World(phone, others=[mail], per_hour=1000, database=database)
        hour = Hour(world, lambda: gateway.silent, monkeypatch)

        def mend() -> None:
            assert len(gateway.asked) <= PROBES
            gateway.mend()

        await all_bad(world, hour, lambda _: bool(gateway.fake.texts), mail, mend)
        if fault in IN_DOUBT:
            assert sum(MARK in text for text in gateway.asked) <= TWICE
        await phone.close()


def test_roles_are_told_apart() -> None:
    """The tests above count by them."""
    assert MARK in render_title(BAD)
    assert "Role0007" in render_title(notification(7, event=event(role=role_of(f"{7:064x}"))))


async def test_a_gateway_that_asks_everybody_to_wait_a_day_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time is kept, so it is hardly asked; but the person learns of it within the hour."""
    gateway = Gateway(REFUSED[_A_DAY]([]), "")
    async with serving(gateway.fake.vendor):
        database = MemoryDatabase()
        phone, mail = gateway.notifier(tmp_path, database.clock), Channel(channel="mail")
        world = World(phone, others=[mail], per_hour=1000, database=database)
        hour = Hour(world, lambda: gateway.silent, monkeypatch)
        await world.plan_these(BAD, *(notification(number) for number in range(2, 7)))
        async with world.running():
            await hour.advance(3600)
        alerts = [each for each in mail.notifications if each.kind is NotificationKind.ALERT]
        assert len(alerts) == 1
        assert len(gateway.asked) <= TRIES
        await phone.close()
