"""WhatsApp: the vendor's codes, its window, its tokens, and what is told when nobody knows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from careerops.adapters.notifier.whatsapp import WhatsAppNotifier
from careerops.adapters.notifier.whatsapp_errors import failure_of
from careerops.domain.errors import (
    ConfigurationError,
    Outage,
    OutcomeUnknown,
    Permanent,
    Transient,
)
from careerops.ops.http import Response
from support.adapters import RECEIVED, context, event, hostile, notification, secret
from support.httpfake import drops, floods, hangs, redirects, replies, sends, serving
from support.waiting import HANG_S
from support.whatsapp import PERSON, PHONE_ID, TOKEN, WhatsAppFake, refusal


@pytest.fixture
async def fake() -> AsyncIterator[WhatsAppFake]:
    """The vendor."""
    fake = WhatsAppFake()
    async with serving(fake.vendor):
        yield fake


@pytest.fixture
async def build(fake: WhatsAppFake, tmp_path: Path) -> AsyncIterator[Any]:
    """Makes notifiers of one vendor, and closes them."""
    built: list[WhatsAppNotifier] = []

    def make(**options: Any) -> WhatsAppNotifier:
        given = {
            "phone_number_id": PHONE_ID,
            "access_token": secret(tmp_path, TOKEN, "token"),
            "to": f"+{PERSON}",
            "base_url": fake.vendor.url,
            "timeout_s": 0.5,
        }
        chosen = WhatsAppNotifier.Options.model_validate(given | options)
        built.append(WhatsAppNotifier(chosen, context(name="phone")))
        return built[-1]

    yield make
    for notifier in built:
        await notifier.close()


async def test_a_notification_is_one_text_message(fake: WhatsAppFake, build: Any) -> None:
    """To the number of the account, without a preview that would tell the link's host."""
    await build().send(notification())
    (message,) = fake.accepted
    assert message["to"] == PERSON
    assert message["text"]["preview_url"] is False
    assert message["text"]["body"].startswith("Interview: Bluefin Energy, Data Engineer\nWhen: ")
    assert fake.vendor.seen[0].path == f"/v23.0/{PHONE_ID}/messages"


async def test_connections_are_kept(fake: WhatsAppFake, build: Any) -> None:
    """One session for all messages."""
    notifier = build()
    await notifier.send(notification(1))
    session = notifier._http._session
    await notifier.send(notification(2))
    assert notifier._http._session is session
    assert len(fake.accepted) == 2


@pytest.mark.parametrize(
    ("status", "code", "asked", "delay_s"),
    [
        (500, 131000, None, None),
        (503, 131016, None, None),
        (500, 2, None, None),
    ],
)
async def test_what_the_vendor_asks_to_wait_for_is_transient(  # noqa: PLR0917  # pytest passes them by name
    fake: WhatsAppFake, build: Any, status: int, code: int, asked: str | None, delay_s: float | None
) -> None:
    """With the delay of the code, or of Retry-After."""
    headers = {"Retry-After": asked} if asked else None
    fake.vendor.script.append(refusal(status, code, "slow down", headers))
    with pytest.raises(Transient) as caught:
        await build().send(notification())
    assert caught.value.retry_after_s == delay_s
    assert len(fake.vendor.seen) == 1


@pytest.mark.parametrize(
    ("status", "code", "asked", "delay_s"),
    [
        (400, 4, None, 60),
        (400, 80007, None, 60),
        (429, 130429, None, 10),
        (429, 130429, "33", 33),
        (400, 131056, None, 6),
        (400, 131048, None, 3600),
        (429, None, None, 60),
    ],
)
async def test_a_limit_holds_the_channel_up_until_there_is_room_again(  # noqa: PLR0917  # pytest passes them by name
    fake: WhatsAppFake, build: Any, status: int, code: int | None, asked: str | None, delay_s: float
) -> None:
    """No message is to blame, so it is nobody's attempt; the time is known, so nobody probes."""
    headers = {"Retry-After": asked} if asked else None
    refused = sends("", 429) if code is None else refusal(status, code, "slow", headers)
    fake.vendor.script.append(refused)
    with pytest.raises(Outage) as caught:
        await build().send(notification())
    assert caught.value.exact
    assert caught.value.retry_at == RECEIVED + timedelta(seconds=delay_s)


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (190, 401),
        (0, 401),
        (10, 403),
        (200, 403),
        (299, 403),
        (368, 403),
        (131031, 403),
        (131042, 400),
        (133010, 400),
        (33, 400),
    ],
)
async def test_what_concerns_the_whole_channel_is_an_outage(
    fake: WhatsAppFake, build: Any, code: int, status: int
) -> None:
    """It says what to do, and nothing was told."""
    fake.vendor.script.append(refusal(status, code, f"secret {TOKEN}"))
    with pytest.raises(Outage) as caught:
        await build().send(notification())
    assert caught.value.scope == "channel:phone"
    assert f"(code {code})" in str(caught.value)
    assert TOKEN not in str(caught.value)
    assert len(fake.vendor.seen) == 1


@pytest.mark.parametrize("code", [100, 131008, 131009, 131026, 131030, 132000, 132001, 999_999])
async def test_what_concerns_this_message_alone_is_permanent(
    fake: WhatsAppFake, build: Any, code: int
) -> None:
    """It would be refused again; a code we do not know too."""
    fake.vendor.script.append(refusal(400, code, "no"))
    with pytest.raises(Permanent) as caught:
        await build().send(notification())
    assert caught.value.reason == "refused"


async def test_an_expired_token_is_read_again_and_the_message_sent(
    fake: WhatsAppFake, build: Any, tmp_path: Path
) -> None:
    """Once, without a restart and without a loss."""
    notifier = build()
    await notifier.send(notification(1))
    fake.tokens = {"EAANEWTOKEN0123456789"}
    (tmp_path / "token").write_text("EAANEWTOKEN0123456789")
    await notifier.send(notification(2))
    assert len(fake.accepted) == 2
    assert len(fake.vendor.seen) == 3


async def test_a_token_that_stays_expired_is_an_outage_after_one_try(
    fake: WhatsAppFake, build: Any, tmp_path: Path
) -> None:
    """Whether it is the same one, another refused one, or gone."""
    fake.tokens = set()
    notifier = build()
    with pytest.raises(Outage, match="renew it"):
        await notifier.send(notification())
    assert len(fake.vendor.seen) == 1
    (tmp_path / "token").write_text("EAAOTHER0123456789")
    with pytest.raises(Outage, match="renew it"):
        await notifier.send(notification())
    assert len(fake.vendor.seen) == 3
    (tmp_path / "token").write_text("")
    with pytest.raises((Outage, ConfigurationError)):
        await notifier.send(notification())


async def test_outside_the_window_a_template_is_sent(fake: WhatsAppFake, build: Any) -> None:
    """With the text as its one parameter, without newlines."""
    fake.windows = set()
    await build(template="career_event", template_language="de").send(notification())
    (message,) = fake.accepted
    assert message["template"]["language"] == {"code": "de"}
    assert fake.texts[0].startswith("Interview: Bluefin Energy, Data Engineer · When: ")


async def test_outside_the_window_without_a_template_it_is_refused_with_its_reason(
    fake: WhatsAppFake, build: Any
) -> None:
    """The person finds it among the dead letters, and what to set."""
    fake.windows = set()
    with pytest.raises(Permanent, match="set `template`") as caught:
        await build().send(notification())
    assert caught.value.reason == "outside_window"


@pytest.mark.parametrize(
    "fault",
    [hangs, drops, floods, sends("<html>bad gateway</html>", 502), sends("", 504),
     replies({"messaging_product": "whatsapp"}), replies([]), sends("ok")],
    ids=["hangs", "drops", "floods", "502", "504", "no id", "list", "no JSON"],
)  # fmt: skip
async def test_when_nobody_knows_whether_it_was_told_that_is_said(
    fake: WhatsAppFake, build: Any, fault: Any
) -> None:
    """Resending blindly would tell twice, giving up would not tell."""
    fake.vendor.script.append(fault)
    async with asyncio.timeout(HANG_S):
        with pytest.raises(OutcomeUnknown):
            await build().send(notification())


async def test_without_a_connection_nothing_was_told(build: Any) -> None:
    """It may be tried again safely."""
    with pytest.raises(Transient):
        await build(base_url="http://127.0.0.1:9").send(notification())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (sends("", 503), Transient),
        (sends("", 429), Outage),
        (sends("", 401), Outage),
        (sends("", 418), Permanent),
        (refusal(500, 555, "?"), Transient),
    ],
)
async def test_an_answer_without_a_code_is_judged_by_its_status(
    fake: WhatsAppFake, build: Any, fault: Any, error: type[Exception]
) -> None:
    """Proxies answer without the vendor's body."""
    fake.vendor.script.append(fault)
    with pytest.raises(error):
        await build().send(notification())


async def test_a_redirect_is_not_followed(fake: WhatsAppFake, build: Any) -> None:
    """Token and text go to the vendor alone."""
    other = WhatsAppFake()
    async with serving(other.vendor):
        fake.vendor.script.append(redirects(other.vendor.url + "/x"))
        with pytest.raises(Permanent):
            await build().send(notification())
    assert other.vendor.seen == []


async def test_recipients_are_those_of_the_notifications_account(
    fake: WhatsAppFake, build: Any
) -> None:
    """One number each; nobody gets another's mail."""
    shared = build(to={"ann": "+491700000001", "bob": "+491700000002"})
    for account in ("bob", "ann"):
        await shared.send(notification(account=account))
    assert [message["to"] for message in fake.accepted] == ["491700000002", "491700000001"]
    with pytest.raises(Permanent) as caught:
        await shared.send(notification(account="eve"))
    assert caught.value.reason == "no_recipient"
    with pytest.raises(Permanent):
        await build().send(notification(account="ann"))
    assert len(fake.accepted) == 2


async def test_hostile_and_long_texts_are_accepted_by_the_vendor(
    fake: WhatsAppFake, build: Any
) -> None:
    """By text and by template."""
    await build(max_chars=4096).send(hostile())
    fake.windows = set()
    long = notification(event=event(summary="x " * 190, evidence="y " * 190))
    await build(template="career_event").send(long)
    await build(template="career_event").send(hostile())
    assert len(fake.accepted) == 3


async def test_check_accepts_token_and_number_and_tells_nobody(
    fake: WhatsAppFake, build: Any
) -> None:
    """For `careerops doctor`."""
    assert await build().check() == "phone: 127.0.0.1 accepts token and number"
    assert fake.accepted == []
    fake.tokens = set()
    with pytest.raises(ConfigurationError, match=r"code 190\): check access_token"):
        await build().check()
    with pytest.raises(Transient):
        await build(base_url="http://127.0.0.1:9").check()


@pytest.mark.parametrize("options", [
    {"to": "12"}, {"to": "me@example.org"}, {"to": {}, "x": 1}, {"phone_number_id": "../x"},
    {"base_url": "http://graph.facebook.com"}, {"base_url": "https://u:p@h.example"},
    {"base_url": "ftp://h.example"}, {"api_version": "latest"}, {"access_token": TOKEN},
    {"max_chars": 5000},
])  # fmt: skip
def test_options_that_cannot_work_are_refused_without_being_quoted(
    tmp_path: Path, options: dict
) -> None:
    """At the start, not at the first send."""
    given = {"phone_number_id": "1", "access_token": secret(tmp_path, TOKEN), "to": PERSON}
    with pytest.raises(ValidationError) as caught:
        WhatsAppNotifier.Options.model_validate(given | options)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("code", [True, "190", None, 1.5, {}])
def test_a_code_that_is_no_number_is_none(code: object) -> None:
    """A strange body cannot choose what happens."""
    response = Response(400, {}, {"error": {"code": code}})
    assert isinstance(failure_of(response, "phone", None, RECEIVED), Permanent)
