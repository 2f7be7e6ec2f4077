"""Where each kind of notifier tells in tests, and what has been told there."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.handlers import Debugging
from aiosmtpd.smtp import SMTP, Envelope, Session

from careerops.domain.notification import Notification
from careerops.domain.render import render_text
from careerops.registry import REGISTRY
from support.adapters import context, secret
from support.httpfake import serving
from support.whatsapp import PERSON, PHONE_ID, TOKEN, WhatsAppFake

KINDS = sorted(REGISTRY["notifier"])
"""Every kind there is, a third party's in the registry included."""


@dataclass(slots=True)
class Place:
    """Where a kind tells in a test.

    Attributes:
        options: what it is constructed with.
        told: what has been told, in order; None where that cannot be read back.
        personal: whether the channel is somebody's, and refuses another account's notifications.
    """

    options: dict[str, Any] = field(default_factory=dict)
    told: Callable[[], list[str]] | None = None
    personal: bool = False


@asynccontextmanager
async def console(folder: Path, capture: pytest.CaptureFixture[str]) -> AsyncIterator[Place]:
    """Standard output."""
    del folder
    read: list[str] = []

    def told() -> list[str]:
        read.extend(block for block in capture.readouterr().out.split("\n\n") if block)
        return read

    yield Place(told=told)


@asynccontextmanager
async def jsonl(folder: Path, capture: pytest.CaptureFixture[str]) -> AsyncIterator[Place]:
    """A file; what a person would read is made of its lines."""
    del capture
    path = folder / "told.jsonl"

    def told() -> list[str]:
        lines = path.read_text().splitlines() if path.exists() else []
        return [render_text(Notification.model_validate_json(line)) for line in lines]

    yield Place({"path": str(path)}, told)


@asynccontextmanager
async def email(folder: Path, capture: pytest.CaptureFixture[str]) -> AsyncIterator[Place]:
    """A real SMTP server."""
    del folder, capture
    texts: list[str] = []

    class Keeper(Debugging):
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the server's name for it
            message = message_from_bytes(envelope.content or b"", policy=default)
            texts.append(message.get_content())
            return "250 OK"

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(Keeper(), loop=loop), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    options = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "careerops@sender.example",
        "to": ["robin@example.org"],
    }
    yield Place(options, lambda: texts, personal=True)
    listening.close()


@asynccontextmanager
async def whatsapp(folder: Path, capture: pytest.CaptureFixture[str]) -> AsyncIterator[Place]:
    """A strict fake of the Cloud API."""
    del capture
    fake = WhatsAppFake()
    async with serving(fake.vendor):
        options = {
            "base_url": fake.vendor.url,
            "phone_number_id": PHONE_ID,
            "access_token": secret(folder, TOKEN),
            "to": PERSON,
        }
        yield Place(options, lambda: fake.texts, personal=True)


Setup = Callable[[Path, pytest.CaptureFixture[str]], AbstractAsyncContextManager[Place]]
SETUPS: dict[str, Setup] = {
    "console": console,
    "jsonl": jsonl,
    "email": email,
    "whatsapp": whatsapp,
}
"""How a kind is constructed in tests, where its default options will not do."""


@asynccontextmanager
async def opened(
    kind: str, folder: Path, capture: pytest.CaptureFixture[str]
) -> AsyncIterator[Place]:
    """Where `kind` tells while the block runs; one that needs no vendor, where its defaults say."""
    if kind not in SETUPS:
        yield Place()
        return
    async with SETUPS[kind](folder, capture) as made:
        yield made


def build(kind: str, place: Place, *, account: str = "me", name: str = "") -> Any:
    """A notifier of this kind."""
    module, _, class_name = REGISTRY["notifier"][kind].partition(":")
    adapter = getattr(importlib.import_module(module), class_name)
    options = adapter.Options.model_validate(place.options)
    return adapter(options, context(account=account, name=name))
