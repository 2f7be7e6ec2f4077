"""The keys of a provider: scopes, limits of our own, and what it means when none is usable."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from careerops.adapters.llm import openai as adapter
from careerops.adapters.llm.keys import Credential, KeyOptions, KeyPool
from careerops.adapters.llm.openai import OpenAIChatModel, OpenAIOptions
from careerops.adapters.memory import FakeClock
from careerops.domain.errors import ConfigurationError, Outage, Transient
from support.adapters import context, secret


def pool(folder: Path, *keys: tuple[str, dict]) -> tuple[KeyPool, FakeClock]:
    """A pool of keys, each with its options."""
    clock = FakeClock()
    options = tuple(
        KeyOptions(key=secret(folder, value, f"k{n}"), **given)
        for n, (value, given) in enumerate(keys)
    )
    return KeyPool("vendor", options, clock), clock


async def picked(keys: KeyPool, *tried: Credential) -> str:
    """The key that would be used."""
    found = await keys.pick(set(tried))
    return found[1] if found else ""


async def test_keys_are_used_in_order(tmp_path: Path) -> None:
    """The first as long as it works."""
    keys, _ = pool(tmp_path, ("a", {}), ("b", {}))
    assert [await picked(keys), await picked(keys)] == ["a", "a"]
    assert await picked(keys, keys.credentials[0]) == "b"
    assert await picked(keys, *keys.credentials) == ""


async def test_a_used_up_scope_takes_all_its_keys_with_it(tmp_path: Path) -> None:
    """Rotating inside a scope gains nothing."""
    keys, clock = pool(tmp_path, ("a", {"scope": "x"}), ("b", {"scope": "x"}), ("c", {}))
    keys.block(keys.credentials[0], 5, spent=False)
    assert await picked(keys) == "c"
    await clock.advance(5)
    assert await picked(keys) == "a"


async def test_limits_of_our_own_are_kept(tmp_path: Path) -> None:
    """Requests of a minute and of a day; a scope's keys share them."""
    limits = {"scope": "x", "rpm": 2, "rpd": 3}
    keys, clock = pool(tmp_path, ("a", limits), ("b", limits))
    assert [await picked(keys) for _ in range(3)] == ["a", "a", ""]
    error = keys.why_none()
    assert isinstance(error, Transient)
    assert (error.retry_after_s, error.provider) == (60, "vendor")
    await clock.advance(60)
    assert [await picked(keys) for _ in range(2)] == ["a", ""]
    assert isinstance(keys.why_none(), Outage)
    await clock.advance(86_400)
    assert await picked(keys) == "a"


async def test_the_scope_that_is_free_first_says_how_long(tmp_path: Path) -> None:
    """A minute is a delay, a spent quota an outage with its end."""
    keys, clock = pool(tmp_path, ("a", {}), ("b", {}))
    first, second = keys.credentials
    keys.block(first, 900, spent=True)
    keys.block(second, 30, spent=False)
    short = keys.why_none()
    assert isinstance(short, Transient)
    assert short.retry_after_s == 30
    keys.block(second, 3600, spent=False)
    long = keys.why_none()
    assert isinstance(long, Outage)
    assert long.retry_at is not None
    assert (long.retry_at - clock.now()).total_seconds() == 900


async def test_a_refused_key_leaves_the_others(tmp_path: Path) -> None:
    """Until it is another; when all are refused that is said."""
    keys, clock = pool(tmp_path, ("a", {}), ("b", {}))
    assert not await keys.credentials[0].refuse("a")
    assert await picked(keys) == "b"
    assert not keys.all_refused
    assert not await keys.credentials[1].refuse("b")
    assert keys.all_refused
    error = keys.why_none()
    assert isinstance(error, Outage)
    assert error.retry_at is not None
    assert (error.retry_at - clock.now()).total_seconds() == 60


async def test_a_key_that_is_gone_is_not_used(tmp_path: Path) -> None:
    """A variable that held two and holds one."""
    keys, _ = pool(tmp_path, ("a, b", {}))
    (tmp_path / "k0").write_text("a")
    assert len(keys.credentials) == 2
    assert keys.credentials[1].secret.refresh()
    assert await picked(keys, keys.credentials[0]) == ""


async def test_a_secret_that_cannot_be_read_any_more_is_an_outage(tmp_path: Path) -> None:
    """It says where the key should be, and not what it was."""
    keys, _ = pool(tmp_path, ("sk-PLANTED", {}))
    (tmp_path / "k0").unlink()
    keys.credentials[0].secret._value = None
    with pytest.raises(Outage, match="create the file") as caught:
        await keys.pick(set())
    assert "PLANTED" not in str(caught.value)


def test_no_text_form_shows_a_key(tmp_path: Path) -> None:
    """Neither of the pool's parts nor of the options."""
    keys, _ = pool(tmp_path, ("sk-PLANTED", {}))
    keys.credentials[0].refused = "sk-PLANTED"
    options = OpenAIOptions(api_keys=(secret(tmp_path, "sk-PLANTED"),))
    assert "PLANTED" not in f"{keys.credentials!r} {options!r} {options.model_dump_json()}"


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://api.vendor.example/v1"},
        {"base_url": "https://me:pw@api.vendor.example"},
        {"base_url": "api.vendor.example"},
        {"base_url": "https://api.vendor.example/v1?key=x"},
        {"api_keys": ["sk-PLANTED"]},
        {"api_keys": [{"key": "env:X", "rpn": 3}]},
        {"api_keys": [{"key": "env:X", "rpm": 0}]},
        {"temperature": 3},
        {"structured": "yes"},
        {"timeout_s": 0},
    ],
)
def test_options_that_cannot_work_are_refused_without_being_quoted(options: dict) -> None:
    """At the start, not at the first mail."""
    with pytest.raises(ValidationError) as caught:
        OpenAIOptions.model_validate(options)
    assert "PLANTED" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["https://api.groq.com/openai/v1/", "http://127.0.0.1:8080/v1", "http://[::1]:1/v1",
     "http://localhost/v1", "http://192.168.1.5:11434/v1", "http://nas.local/v1", "http://ollama:1/v1"],
)  # fmt: skip
def test_clear_text_is_for_near_servers_alone(url: str) -> None:
    """This machine, a private network, a name without dots."""
    assert OpenAIOptions(base_url=url).base_url == url.rstrip("/")


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, as an error of the configuration."""
    monkeypatch.setitem(__import__("sys").modules, "openai", None)
    with pytest.raises(ConfigurationError, match=r"careerops\[openai\]"):
        adapter.OpenAIChatModel(OpenAIOptions(base_url="http://127.0.0.1:9/v1"), context())


def test_the_vendor_itself_wants_a_key() -> None:
    """A server on this machine does not."""
    with pytest.raises(ConfigurationError, match="api_keys: missing"):
        OpenAIChatModel(OpenAIOptions(), context())


async def test_where_mail_goes_is_named() -> None:
    """'' for a server on this machine."""
    for url, host in (
        ("http://localhost:8080/v1", ""),
        ("http://127.0.0.2:1/v1", ""),
        ("https://api.vendor.example/v1", "api.vendor.example"),
        ("http://192.168.1.5/v1", "192.168.1.5"),
    ):
        model = OpenAIChatModel(OpenAIOptions(base_url=url), context())
        assert model.egress() == host
        await model.close()
        await model.close()
