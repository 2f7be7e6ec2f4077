"""Every vendor's client against a strict fake of its vendor: each row of docs/llm-errors.md."""

import io
import json
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import pytest

from careerops.adapters.memory import FakeClock
from careerops.domain.errors import CareerOpsError, Permanent
from careerops.llm.answer import ANSWER_SCHEMA
from careerops.llm.errors import CredentialRefused, RateLimited, SchemaRefused
from careerops.ops.logging import configure_logging
from careerops.ports.chatmodel import ChatRequest
from support.adapters import RECEIVED
from support.httpfake import serving
from support.llmvendors.case import PLANTED_KEY, PLANTED_TEXT, Case, Profile, StrictVendor, error
from support.llmvendors.document import (
    ACTIONS,
    PROFILES,
    errors_markdown,
    key_of,
    providers_markdown,
)
from support.tree import ROOT

pytestmark = pytest.mark.integration

REQUEST = ChatRequest(
    messages=(("system", "Answer in JSON."), ("user", PLANTED_TEXT)),
    schema=ANSWER_SCHEMA,
    schema_name="career_event",
)
ROWS = [
    pytest.param(profile, case, id=f"{profile.title}: {case.says}")
    for profile in PROFILES
    for case in profile.cases
]
VENDORS = [profile for profile in PROFILES if profile is not PROFILES[1]]


def client_of(profile: Profile, base_url: str, **options: Any) -> Any:
    """The vendor's client, at a fixed time."""
    client = getattr(import_module(profile.module), profile.client)
    return client(
        client.Options(base_url=base_url, **options), clock=FakeClock(RECEIVED), name=profile.kind
    )


@asynccontextmanager
async def talking(profile: Profile, **options: Any) -> AsyncIterator[tuple[StrictVendor, Any]]:
    """A fake and a client of it."""
    fake = StrictVendor(profile)
    async with serving(fake.vendor):
        client = client_of(profile, fake.base_url, **options)
        yield fake, client
        await client.close()


@pytest.fixture(autouse=True)
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged, by us and by the SDKs; nothing planted is in it."""
    stream = io.StringIO()
    undo = configure_logging(level="debug", stream=stream, fmt="json")
    yield stream
    undo()
    assert PLANTED_KEY not in stream.getvalue()
    assert PLANTED_TEXT not in stream.getvalue()


def assert_says_nothing(error: BaseException) -> None:
    """Neither key nor mail text in an error, its causes and contexts, and their attributes."""
    seen: list[BaseException] = [error]
    for each in seen:
        told = "".join(traceback.format_exception(each)) + repr(each) + repr(vars(each))
        assert PLANTED_KEY not in told
        assert PLANTED_TEXT not in told
        assert not hasattr(each, "request")
        seen += [more for more in (each.__cause__, each.__context__) if more and more not in seen]
    assert len(seen) == 1  # no error of an SDK hangs on ours


@pytest.mark.parametrize(("profile", "case"), ROWS)
async def test_a_refusal_is_what_the_document_says(profile: Profile, case: Case) -> None:
    """The error, its reason, what it says of quotas; asked once, and nothing let out."""
    async with talking(profile, **case.options) as (fake, client):
        fake.script.append(case.answer)
        if case.error is None:
            answer = await client.complete(REQUEST, PLANTED_KEY)
            assert (answer.text, answer.truncated) == (case.text, case.truncated)
        else:
            with pytest.raises(CareerOpsError) as caught:
                await client.complete(REQUEST, PLANTED_KEY)
            check_error(caught.value, case)
        assert fake.faults == []
        assert len(fake.vendor.seen) == 1


def check_error(raised: CareerOpsError, case: Case) -> None:
    """It is the one of the case."""
    assert case.error is not None
    assert type(raised) is case.error, raised
    assert_says_nothing(raised)
    assert "\n" not in str(raised)
    assert getattr(raised, "reason", "") == case.reason
    asked = getattr(raised, "retry_after_s", None)
    assert asked == (None if case.retry_after_s is None else pytest.approx(case.retry_after_s))
    if isinstance(raised, RateLimited):
        assert set(case.hints) <= set(raised.hints)


def test_every_case_is_a_row_and_every_kind_of_error_has_one() -> None:
    """Nothing of the taxonomy is without an example, and nothing outside of it is raised."""
    assert {key_of(case) for profile in PROFILES for case in profile.cases} == set(ACTIONS)


@pytest.mark.parametrize(
    ("name", "generate"),
    [("llm-errors.md", errors_markdown), ("llm-providers.md", providers_markdown)],
)
def test_the_documents_are_what_the_code_says(name: str, generate: Callable[[], str]) -> None:
    """Edit the cases or the options, then: make docs."""
    page = ROOT / "docs" / name
    assert page.read_text(encoding="utf-8") == generate(), "stale: make docs"


@pytest.mark.parametrize("profile", VENDORS, ids=lambda profile: profile.kind)
async def test_a_question_is_asked_as_the_vendor_wants_it(profile: Profile) -> None:
    """The strict fake has nothing to say against it; text, tokens and quotas are read."""
    async with talking(profile) as (fake, client):
        answer = await client.complete(REQUEST, PLANTED_KEY)
        assert fake.faults == []
        assert (answer.text, answer.truncated) == ('{"a": 1}', False)
        assert (answer.input_tokens, answer.output_tokens, answer.cached_tokens) == (5, 3, 2)
        assert answer.hints == profile.good_hints
        assert answer.model
        (seen,) = fake.vendor.seen
        assert PLANTED_TEXT in seen.text
        assert json.dumps(dict(ANSWER_SCHEMA)["properties"]["deadline"])[:-1] in seen.text.replace(
            '":"', '": "'
        ).replace('","', '", "')


@pytest.mark.parametrize("profile", VENDORS, ids=lambda profile: profile.kind)
async def test_a_key_that_is_not_valid_is_refused(profile: Profile) -> None:
    """By the vendor's own rules, for questions and for checks; and one that cannot be a key."""
    async with talking(profile) as (fake, client):
        for key in ("sk-another", ""):
            for call in (client.complete(REQUEST, key), client.check(key)):
                with pytest.raises(CredentialRefused) as caught:
                    await call
                assert_says_nothing(caught.value)
        assert fake.faults == ["key"] * 4
        with pytest.raises(CredentialRefused):
            await client.complete(REQUEST, f"{PLANTED_KEY}\r\nX-Injected: yes")
        assert len(fake.vendor.seen) == 4


@pytest.mark.parametrize("profile", VENDORS, ids=lambda profile: profile.kind)
async def test_a_check_asks_nothing_and_uses_the_key(profile: Profile) -> None:
    """A GET, which costs nothing."""
    async with talking(profile) as (fake, client):
        await client.check(PLANTED_KEY)
        assert fake.faults == []
        assert [seen.method for seen in fake.vendor.seen] == ["GET"]


async def test_a_gemini_version_without_schemas_says_so() -> None:
    """v1 as it was until July 2026: not the mail's fault, and the option is named."""
    gemini = next(profile for profile in PROFILES if profile.kind == "gemini")
    async with talking(gemini, api_version="v1") as (fake, client):
        with pytest.raises(SchemaRefused, match="api_version"):
            await client.complete(REQUEST, PLANTED_KEY)
        assert fake.vendor.seen[0].path.startswith("/v1/")
    plain = ChatRequest((("user", "x"),), schema=ANSWER_SCHEMA, schema_name="a")
    async with talking(gemini, api_version="v1", structured="none") as (fake, client):
        assert (await client.complete(plain, PLANTED_KEY)).text == '{"a": 1}'
        assert fake.faults == []


@pytest.mark.parametrize("profile", VENDORS, ids=lambda profile: profile.kind)
async def test_no_mail_can_pass_itself_off_as_a_broken_schema(profile: Profile) -> None:
    """A vendor that quotes a mail full of its own phrases: the provider is not disabled for it."""
    mail = "json_schema response_format invalid schema spend limit model not found unknown name"
    request = ChatRequest((("user", mail),), schema=ANSWER_SCHEMA, schema_name="a")
    async with talking(profile) as (fake, client):
        bad = next(case for case in profile.cases if case.reason == "bad_request")
        fake.script.append(bad.answer)
        with pytest.raises(Permanent) as caught:
            await client.complete(request, PLANTED_KEY)
        assert caught.value.reason == "bad_request"
        quoting = error(400, message=f"cannot parse: {mail}", type="invalid_request_error")
        fake.script.append(quoting)
        with pytest.raises(Permanent) as caught:
            await client.complete(request, PLANTED_KEY)
        assert caught.value.reason == "bad_request"
