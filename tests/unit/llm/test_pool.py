"""Credentials of one provider: who is asked, and what refusals mean for the others."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from careerops.adapters.llm.credentials import KeyOptions, credentials_of, limits_by_scope
from careerops.adapters.llm.pool import CredentialPool, Member
from careerops.adapters.memory.clock import FakeClock
from careerops.adapters.memory.documents import MemoryDocuments
from careerops.domain.errors import ConfigurationError, Outage, Permanent
from careerops.llm.accounting import Room, asked_room
from careerops.llm.errors import (
    BillingBlocked,
    CredentialRefused,
    ModelMissing,
    ProviderDown,
    RateLimited,
    SchemaRefused,
)
from careerops.llm.quota.keeper import QuotaKeeper
from careerops.ops.metrics import Metrics
from careerops.ops.secrets import Secret
from careerops.ports.chatmodel import ChatAnswer, ChatRequest, Period, QuotaHint, Unit
from support.waiting import HANG_S, until

REQUEST = ChatRequest(messages=(("user", "x" * 35),), schema={}, schema_name="a")
ANSWER = ChatAnswer("{}", truncated=False, model="m", input_tokens=10, output_tokens=10)


@dataclass
class Client:
    """Answers, or raises what it is told to; notes the keys it was given."""

    answers: Any = ANSWER
    keys: list[str] = field(default_factory=list)
    closed: int = 0

    async def complete(self, request: ChatRequest, key: str) -> ChatAnswer:
        """The answer, or the next of several."""
        del request
        self.keys.append(key)
        answer = self.answers.pop(0) if isinstance(self.answers, list) else self.answers
        if isinstance(answer, BaseException):
            raise answer
        found: ChatAnswer = answer
        return found

    async def check(self, key: str) -> None:
        """The same without an answer."""
        await self.complete(REQUEST, key)

    async def close(self) -> None:
        """Count."""
        self.closed += 1


class Held(Client):
    """Answers once its gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def complete(self, request: ChatRequest, key: str) -> ChatAnswer:
        """The answer, then."""
        answer = await super().complete(request, key)
        await self.gate.wait()
        return answer


class Stand:
    """A pool over scripted clients, one a key, with keys in files."""

    def __init__(
        self,
        folder: Path,
        *clients: Client,
        scopes: str = "",
        room: Room = asked_room,
        **options: Any,
    ) -> None:
        self.clock = FakeClock()
        self.documents = MemoryDocuments()
        self.clients = clients
        keys = []
        for number, _ in enumerate(clients):
            (folder / f"key{number}").write_text(f"key-{number}")
            scope = scopes[number] if scopes else ""
            keys.append(KeyOptions(key=Secret(f"file:key{number}", folder), scope=scope, **options))
        found = list(credentials_of("p", keys))
        limits = limits_by_scope(found, "UTC")
        members = [
            Member(credential, client, limits[credential.scope], "bold")
            for (credential, _), client in zip(found, clients, strict=True)
        ]
        quotas = QuotaKeeper(self.documents, self.clock, Metrics())
        self.pool = CredentialPool("p", members, quotas, self.clock, room=room)

    def asked(self) -> list[int]:
        """How often each client was called."""
        return [len(client.keys) for client in self.clients]


async def outage(stand: Stand) -> Outage:
    """What a call ends with."""
    with pytest.raises(Outage) as caught:
        await stand.pool.complete(REQUEST)
    return caught.value


async def test_the_first_scope_with_quota_is_asked_with_its_own_key(tmp_path: Path) -> None:
    """When it is full, the next; when all are, the earliest is waited for, exactly."""
    stand = Stand(tmp_path, Client(), Client(), rpm=2)
    for _ in range(4):
        assert await stand.pool.complete(REQUEST) == ANSWER
    assert [client.keys for client in stand.clients] == [["key-0"] * 2, ["key-1"] * 2]
    full = await outage(stand)
    assert (full.scope, full.exact) == ("p:1", True)
    assert full.retry_at == stand.clock.now() + timedelta(seconds=60.25)
    await stand.clock.advance(60.25)
    await stand.pool.complete(REQUEST)
    assert stand.asked() == [3, 2]


async def test_a_call_that_waited_for_a_connection_counts_from_when_it_was_sent(
    tmp_path: Path,
) -> None:
    """The provider counts it then; a moment that does not matter changes nothing."""
    for sent_after_s, freed_after_s in ((3.0, 63.25), (0.04, 60.25)):
        stand = Stand(tmp_path, Client(replace(ANSWER, sent_after_s=sent_after_s)), rpm=1)
        await stand.pool.complete(REQUEST)
        retry_at = (await outage(stand)).retry_at
        assert retry_at is not None
        assert retry_at == stand.clock.now() + timedelta(seconds=freed_after_s)


async def test_keys_of_one_scope_share_what_it_has(tmp_path: Path) -> None:
    """Rotating them gains nothing."""
    stand = Stand(tmp_path, Client(), Client(), Client(), scopes="aab", rpm=2)
    for _ in range(4):
        await stand.pool.complete(REQUEST)
    await outage(stand)
    assert stand.asked() == [2, 0, 2]


@pytest.mark.parametrize(("thinks", "fit"), [(0, 2), (300, 1)])
async def test_what_a_model_thinks_is_reserved_with_its_answer(
    tmp_path: Path, thinks: int, fit: int
) -> None:
    """That a second call does not fit is known before the first one has answered."""
    client = Held()
    stand = Stand(
        tmp_path, client, room=lambda request: request.max_output_tokens + thinks, tpm=1000
    )
    calls = [asyncio.create_task(stand.pool.complete(REQUEST)) for _ in range(2)]
    await until(lambda: len(client.keys) + sum(call.done() for call in calls) == 2, "both")
    client.gate.set()
    done = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(each, ChatAnswer) for each in done) == len(client.keys) == fit
    assert sum(isinstance(each, Outage) for each in done) == 2 - fit


async def test_a_refusal_for_want_of_quota_blocks_its_scope_and_asks_another(
    tmp_path: Path,
) -> None:
    """A minute's as long as it says, a day's until its reset; no key of the scope is tried."""
    day = RateLimited("x", hints=(QuotaHint(Unit.REQUESTS, Period.DAY, 50, 0),))
    stand = Stand(tmp_path, Client(day), Client(), Client(), scopes="aab")
    assert await stand.pool.complete(REQUEST) == ANSWER
    assert await stand.pool.complete(REQUEST) == ANSWER
    assert stand.asked() == [1, 0, 2]
    alone = Stand(tmp_path, Client([RateLimited("x", retry_after_s=45.8), ANSWER]))
    refused = await outage(alone)
    assert refused.retry_at == alone.clock.now() + timedelta(seconds=45.8)
    await alone.clock.advance(45.8)
    assert await alone.pool.complete(REQUEST) == ANSWER


async def test_a_scope_without_money_rests_and_others_go_on(tmp_path: Path) -> None:
    """Nothing is asked of it for a quarter of an hour, by no process."""
    stand = Stand(tmp_path, Client([BillingBlocked("x"), ANSWER]), Client())
    for _ in range(3):
        await stand.pool.complete(REQUEST)
    assert stand.asked() == [1, 3]
    await stand.clock.advance(900)
    await stand.pool.complete(REQUEST)
    assert stand.asked() == [2, 3]


async def test_a_refused_key_rests_until_its_secret_changes(tmp_path: Path) -> None:
    """Others answer meanwhile; the call that met it is not lost."""
    stand = Stand(tmp_path, Client([CredentialRefused("x"), ANSWER, ANSWER]), Client())
    for _ in range(3):
        await stand.pool.complete(REQUEST)
    assert stand.asked() == [1, 3]
    (tmp_path / "key0").write_text("key-renewed")
    member = stand.pool._members[0]
    assert member.credential.secret is not None
    member.credential.secret.refresh()
    await stand.pool.complete(REQUEST)
    assert stand.clients[0].keys == ["key-0", "key-renewed"]


async def test_a_key_that_was_renewed_meanwhile_is_tried_at_once(tmp_path: Path) -> None:
    """The refusal was the old one's."""
    stand = Stand(tmp_path, Client([ANSWER, CredentialRefused("x"), ANSWER]))
    await stand.pool.complete(REQUEST)
    (tmp_path / "key0").write_text("key-renewed")
    assert await stand.pool.complete(REQUEST) == ANSWER
    assert stand.clients[0].keys == ["key-0", "key-0", "key-renewed"]


async def test_when_every_key_is_refused_it_is_an_outage_that_says_so(tmp_path: Path) -> None:
    """And the check is a configuration error."""
    stand = Stand(tmp_path, Client(CredentialRefused("x")), Client(CredentialRefused("x")))
    assert "refuses every key" in str(await outage(stand))
    with pytest.raises(ConfigurationError, match="refuses every key"):
        await stand.pool.check_keys()


async def test_a_refused_schema_ends_the_asking(tmp_path: Path) -> None:
    """It would be refused for every mail."""
    stand = Stand(tmp_path, Client(SchemaRefused("p does not take the schema")), Client())
    for _ in range(3):
        assert "schema" in str(await outage(stand))
    assert stand.asked() == [1, 0]


@pytest.mark.parametrize("error", [ProviderDown("x"), Permanent("x", reason="refused")])
async def test_failures_of_the_provider_or_the_mail_are_passed_on(
    tmp_path: Path, error: Exception
) -> None:
    """No other key would change them, and they have used quota."""
    stand = Stand(tmp_path, Client(error), Client(), rpm=2)
    for _ in range(2):
        with pytest.raises(type(error)):
            await stand.pool.complete(REQUEST)
    assert await stand.pool.complete(REQUEST) == ANSWER
    assert stand.asked() == [2, 1]


async def test_a_wrong_address_or_model_is_an_outage_and_a_wrong_configuration(
    tmp_path: Path,
) -> None:
    """It may be mended on the other side, so the mail waits."""
    stand = Stand(tmp_path, Client(ModelMissing("no such model")))
    for _ in range(3):
        error = await outage(stand)
        assert "no such model" in str(error)
        assert error.retry_at == stand.clock.now() + timedelta(seconds=60)
    assert stand.asked() == [1]
    await stand.clock.advance(60)
    await outage(stand)
    assert stand.asked() == [2]
    with pytest.raises(ConfigurationError, match="no such model"):
        await stand.pool.check_keys()


async def test_tokens_are_corrected_by_the_answer(tmp_path: Path) -> None:
    """What was counted too much is there for the next call."""
    stand = Stand(tmp_path, Client(), tpm=400)
    await stand.pool.complete(REQUEST)
    assert await stand.pool.complete(REQUEST) == ANSWER


async def test_closing_closes_every_client(tmp_path: Path) -> None:
    """Once."""
    stand = Stand(tmp_path, Client(), Client())
    await stand.pool.close()
    assert [client.closed for client in stand.clients] == [1, 1]


@pytest.mark.parametrize("error", [ModelMissing("x"), SchemaRefused("x"), ProviderDown("x")])
async def test_a_call_that_ends_badly_keeps_no_other_from_a_cautious_scope(
    tmp_path: Path, error: Exception
) -> None:
    """Its place is free again, whatever became of it; a cancelled one's, too."""
    stand = Stand(tmp_path, Client([error, asyncio.CancelledError(), ANSWER]))
    (member,) = stand.pool._members
    stand.pool._members = (replace(member, pace="cautious"),)
    with pytest.raises((Outage, ProviderDown)):
        await stand.pool.complete(REQUEST)
    stand.pool._disabled = ""
    await stand.clock.advance(60)
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(stand.pool.complete(REQUEST), HANG_S)
    assert await asyncio.wait_for(stand.pool.complete(REQUEST), HANG_S) == ANSWER


class Slow(Client):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.free = asyncio.Event()

    async def complete(self, request: ChatRequest, key: str) -> ChatAnswer:
        """Later."""
        self.keys.append(key)
        await self.free.wait()
        return ANSWER


async def test_many_at_once_spread_over_the_scopes(tmp_path: Path) -> None:
    """Two keys of one scope count together; one call after the other stays with the first."""
    clients = [Slow() for _ in range(4)]
    stand = Stand(tmp_path, *clients, scopes="aabc")
    async with asyncio.TaskGroup() as group:
        for _ in range(9):
            group.create_task(stand.pool.complete(REQUEST))
        await until(lambda: sum(stand.asked()) == 9, "all calls")
        assert stand.asked() == [3, 0, 3, 3]
        for client in clients:
            client.free.set()
    for _ in range(3):
        await stand.pool.complete(REQUEST)
    assert stand.asked() == [6, 0, 3, 3]


async def test_a_check_counts_the_keys_that_are_refused(tmp_path: Path) -> None:
    """One that works is enough; none is a wrong configuration."""
    stand = Stand(tmp_path, Client(CredentialRefused("no")), Client(), Client())
    assert await stand.pool.check_keys() == (1, 3)
    with pytest.raises(ConfigurationError, match="refuses every key"):
        await Stand(tmp_path, Client(CredentialRefused("no"))).pool.check_keys()
