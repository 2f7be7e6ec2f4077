"""How mailboxes, channels and models fare, seen from another process; and what looking costs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from careerops.adapters.memory.database import MemoryDatabase
from careerops.bootstrap import looking
from careerops.bootstrap.observing import _mailboxes
from careerops.bootstrap.pipeline import Pipeline, Surroundings
from careerops.bootstrap.standing import CHANNELS, MAILBOXES, MODELS, kind_of
from careerops.bootstrap.watching import watch_for_ever
from careerops.config import Config, build_config
from careerops.domain.errors import ConfigurationError, Outage
from careerops.ops.owner import process_owner
from careerops.ports.ledger import Entry
from careerops.ports.mailbox import MailboxState
from careerops.services.mailbox_alerts import MailboxAlerts
from careerops.services.mailbox_state import MailboxWatch
from careerops.services.sender import ChannelState
from support.sources import WHEN, Wrapped

GONE = "host|boot|ns|999999|1"


def config_of(mailboxes: int = 2) -> Config:
    """So many mailboxes of as many accounts, a file that tells, a model."""
    return build_config(
        {
            "mailbox": [{"kind": "imap", "account": f"a{n}"} for n in range(mailboxes)],
            "notifier": [
                {"kind": "jsonl", "account": "a0"},
                {"kind": "email", "name": "office", "to": {"a1": "x@home.example"}},
            ],
            "classifier": [{"kind": "openai", "name": "big"}, {"kind": "rules"}],
        },
        Path(),
        {},
    )


class Scene:
    """A process with mailboxes, two channels and two models; and who looks at it."""

    def __init__(self, mailboxes: int = 2, owner: str = "") -> None:
        self.database = MemoryDatabase()
        self.clock = self.database.clock
        self.calls: list[str] = []
        self.database.cache = Wrapped(self.database.cache, self.calls)  # type: ignore[assignment]  # it counts
        self.database.reports = Wrapped(self.database.reports, self.calls)  # type: ignore[assignment]  # likewise
        self.begin(mailboxes, owner)

    def begin(self, mailboxes: int = 2, owner: str = "") -> None:
        """Another process over the same store."""
        self.around = Surroundings(
            config_of(mailboxes), self.database, owner or process_owner(), clock=self.clock
        )
        self.watches = [self._watch(number) for number in range(mailboxes)]
        self.channels = [ChannelState("jsonl"), ChannelState("office")]
        sender: Any = SimpleNamespace(channels=self.channels)
        self.worker: Any = SimpleNamespace(stage="classify", scopes={})
        for name in ("big", "rules"):
            self.around.metrics.model_answers.labels(name).set(1)
        readers: Any = [SimpleNamespace(watch=watch) for watch in self.watches]
        self.pipeline = Pipeline(self.around, readers=readers, workers=[self.worker], sender=sender)

    def _watch(self, number: int) -> MailboxWatch:
        watch = MailboxWatch(
            clock=self.clock,
            metrics=self.around.metrics,
            account=f"a{number}",
            name="imap",
            source=f"imap:a{number}:x",
            kind="imap",
        )
        watch.begin()
        return watch

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """While the process runs."""
        task = asyncio.create_task(watch_for_ever(self.pipeline))
        await self.clock.advance(0)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def boxes(self) -> list[tuple[str, str]]:
        """State and reason of each mailbox, as `status` sees it."""
        return [(box["state"], box["reason"]) for box in await looking.mailboxes(self.around)]


async def test_without_a_process_everything_is_down_and_says_why() -> None:
    """Nothing was ever started here."""
    scene = Scene()
    assert await scene.boxes() == [("down", looking.NOT_RUNNING)] * 2
    (box, _) = await looking.mailboxes(scene.around)
    assert list(box) == [
        "name", "account", "state", "since", "last_contact", "last_mail", "reason",
    ]  # fmt: skip
    assert (box["name"], box["account"], box["last_contact"]) == ("imap", "a0", None)
    assert await looking.channels(scene.around) == [
        {
            "name": name,
            "account": account,
            "state": "down",
            "planned": 0,
            "reason": looking.NOT_RUNNING,
        }
        for name, account in (("jsonl", "a0"), ("office", "a1"))
    ]
    assert [model["state"] for model in await looking.models(scene.around)] == ["down", "down"]


async def test_a_state_is_seen_from_outside_as_soon_as_it_changes() -> None:
    """With since when, the last contact and why; the same in the readiness report."""
    scene = Scene()
    async with scene.running():
        assert await scene.boxes() == [("connecting", "")] * 2
        scene.watches[0].contact(following=True)
        scene.watches[0].mail(WHEN - timedelta(days=1))
        scene.watches[1].trouble(ConfigurationError("imap mail.example refuses the password"))
        await scene.clock.advance(0)
        assert await scene.boxes() == [
            ("following", ""),
            ("refused", "imap mail.example refuses the password"),
        ]
        (box, _) = await looking.mailboxes(scene.around)
        assert box["since"] == box["last_contact"] == "2026-01-05T09:00:00Z"
        assert box["last_mail"] == "2026-01-04T09:00:00Z"
        assert [dict(row) for row in _mailboxes(scene.pipeline)] == await looking.mailboxes(
            scene.around
        )


async def test_what_a_process_that_is_gone_left_is_the_last_that_is_known() -> None:
    """Not running, and when there was contact last; a new process goes on from there."""
    scene = Scene(owner=GONE)
    async with scene.running():
        scene.watches[0].contact(following=True)
        scene.watches[0].mail(WHEN)
        await scene.clock.advance(2)
    await scene.clock.advance(3600)
    scene.begin()
    (box, _) = await looking.mailboxes(scene.around)
    assert (box["state"], box["reason"]) == ("down", looking.NOT_RUNNING)
    assert box["last_contact"] == box["last_mail"] == "2026-01-05T09:00:00Z"
    async with scene.running():
        assert scene.watches[0].last_mail == scene.watches[0].last_contact == WHEN
        assert (await scene.boxes())[0] == ("connecting", "")


async def test_a_mailbox_that_the_running_process_does_not_know_is_not_read() -> None:
    """It was added to the configuration since."""
    scene = Scene(1)
    async with scene.running():
        scene.around.config = config_of(2)
        assert [state for state, _ in await scene.boxes()] == ["connecting", "down"]
        assert "restart" in (await scene.boxes())[1][1]


async def test_a_mailbox_that_another_process_reads_is_shown_as_that_one_says() -> None:
    """Who stands by says nothing of it."""
    scene = Scene()
    scene.watches[1].active = False
    async with scene.running():
        assert [state for state, _ in await scene.boxes()] == ["connecting", "down"]
    assert [row["account"] for row in _mailboxes(scene.pipeline)] == ["a0"]


async def test_idle_mailboxes_cost_a_report_in_five_minutes_and_hardly_a_write() -> None:
    """A contact alone is none; what changes is said at once, mail each half minute at most."""
    scene = Scene()
    async with scene.running():
        for watch in scene.watches:
            watch.contact(following=True)
        await scene.clock.advance(10)
        scene.calls.clear()
        for _ in range(60):
            scene.watches[0].contact(following=True)
            await scene.clock.advance(60)
        assert scene.calls.count("leave") <= 3 * 13, "one of each kind in five minutes"
        assert scene.calls.count("put") == 0
        scene.calls.clear()
        for _ in range(300):
            scene.watches[0].mail(scene.clock.now())
            await scene.clock.advance(2)
        assert scene.calls.count("leave") <= 600 / 30 + 3 * 3 + 1
        assert scene.calls.count("put") == 0


async def test_many_mailboxes_are_left_in_pieces_that_reports_and_a_cache_take() -> None:
    """None of them is as large as the longest value of these."""
    scene = Scene(600)
    sizes: list[int] = []
    put = scene.database.cache.inner.put  # type: ignore[attr-defined]  # it is wrapped
    leave = scene.database.reports.inner.leave  # type: ignore[attr-defined]  # it is wrapped

    async def measured(key: str, value: bytes, expires_at: Any) -> None:
        sizes.append(len(value))
        await put(key, value, expires_at)

    async def weighed(kind: str, owner: str, value: bytes, lives_s: float) -> None:
        sizes.append(len(value))
        await leave(kind, owner, value, lives_s)

    scene.database.cache.inner.put = measured  # type: ignore[attr-defined]  # it is wrapped in one that counts
    scene.database.reports.inner.leave = weighed  # type: ignore[attr-defined]  # it is wrapped in one that counts
    for watch in scene.watches:
        watch.trouble(ConfigurationError("x" * 500))
    async with scene.running():
        assert [state for state, _ in await scene.boxes()] == ["refused"] * 600
    assert max(sizes) < 256 * 1024


@pytest.mark.parametrize(
    "value",
    [b"\xff", b"[]", b"{}", b'{"o": 1}', b'[1, {"name": 2}, []]'],
)
async def test_what_another_release_left_is_as_if_it_were_not_there(value: bytes) -> None:
    """Neither who looks nor who runs ends by it."""
    scene = Scene()
    far = WHEN + timedelta(days=1)
    await scene.database.cache.put(kind_of(MAILBOXES, 0), value, far)
    for what in (MAILBOXES, CHANNELS, MODELS):
        await scene.database.reports.leave(kind_of(what), "another", value, 86_400)
    assert await scene.boxes() == [("down", looking.NOT_RUNNING)] * 2
    assert len(await looking.channels(scene.around)) == 2
    assert len(await looking.models(scene.around)) == 2
    async with scene.running():
        assert await scene.boxes() == [("connecting", "")] * 2


async def test_channels_say_what_is_planned_and_models_whether_they_answer() -> None:
    """A channel that is gone from the configuration too, while something waits for it."""
    scene = Scene()
    entries = [
        Entry(str(number), channel, "a0", "", b"{}", WHEN)
        for number, channel in enumerate(("jsonl", "jsonl", "phone"))
    ]
    await scene.database.ledger.plan(entries, WHEN)
    scene.channels[1] = ChannelState("office", "the token is refused", WHEN)
    scene.around.metrics.model_answers.labels("big").set(0)
    scene.worker.scopes = {"llm": SimpleNamespace(due=scene.clock.monotonic() + 60)}
    async with scene.running():
        found = await looking.channels(scene.around)
        assert [(row["name"], row["state"], row["planned"]) for row in found] == [
            ("jsonl", "up", 2),
            ("office", "down", 0),
            ("phone", "down", 1),
        ]
        assert found[1]["reason"] == "the token is refused"
        assert "configured" in found[2]["reason"]
        models = await looking.models(scene.around)
        assert [(model["name"], model["state"]) for model in models] == [
            ("big", "down"),
            ("rules", "up"),
        ]
        assert models[0]["until"] == "2026-01-05T09:01:00Z"


async def test_a_store_that_is_out_ends_nothing_and_is_written_when_it_is_back() -> None:
    """Nobody could look meanwhile."""
    scene = Scene()
    scene.database.cache.fail["get"] = Outage("locked", scope="log")  # type: ignore[attr-defined]  # it is wrapped
    told: list[Any] = []

    async def tell(alert: Any) -> None:
        told.append(alert)

    scene.pipeline.alerts = MailboxAlerts(
        scene.watches, scene.database.documents, scene.clock, tell
    )
    async with scene.running():
        scene.database.cache.fail["put"] = Outage("locked", scope="log")  # type: ignore[attr-defined]  # it is wrapped in one that counts
        scene.watches[0].trouble(ConfigurationError("no"))
        await scene.clock.advance(5)
        assert (await scene.boxes())[0] == (MailboxState.REFUSED.value, "no")
        assert len(told) == 1
