"""Constructing parts: every mistake in one line with its key, kinds from registry or package."""

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from careerops.bootstrap import parts
from careerops.bootstrap.channels import channels_by_account, wire_channels
from careerops.bootstrap.classifiers import classifier_of_kind, wire_classifier
from careerops.bootstrap.parts import build_part, build_parts, kinds_of, load_class
from careerops.bootstrap.sources import mailbox_names
from careerops.config import Config, PartConfig, build_config
from careerops.domain.errors import ConfigurationError
from careerops.llm.chain import ClassifierChain
from careerops.llm.classifier import LLMClassifier
from careerops.ops.context import PartContext
from careerops.ops.secrets import Secret
from careerops.registry import REGISTRY
from careerops.services.notify import EVERYONE
from support.rules import make_mail, part_context

MAIL_FAMILY = ("mailbox",)
JSONL = {"kind": "jsonl"}
WHATSAPP = {
    "kind": "whatsapp",
    "phone_number_id": "1",
    "access_token": "env:PLANTED_TOKEN",
    "to": "+491700000000",
}


def config_of(root: Path = Path(), **tables: Any) -> Config:
    """A configuration of `tables`."""
    return build_config(dict(tables), root, {})


def build(part: dict[str, Any], family: str = "mailbox", where: str = "mailbox[0]") -> Any:
    """The one adapter."""
    made = PartConfig.model_validate(part)
    return build_part(config_of(), made, where, (family,), part_context())[1]


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ({"kind": "mbx", "path": "x"}, "mailbox[0].kind: unknown kind 'mbx'; did you mean mbox?"),
        ({"kind": "pop3"}, "mailbox[0].kind: unknown kind 'pop3'; known kinds: eml, "),
        ({"kind": "x" * 500}, f"mailbox[0].kind: unknown kind '{'x' * 40}'; known kinds: "),
        ({"kind": "mbox"}, "mailbox[0].path: missing; add it"),
        ({"kind": "mbox", "pth": "x"}, "mailbox[0].pth: unknown key; did you mean path?"),
        (
            {"kind": "mbox", "path": "x", "pol_s": 1},
            "mailbox[0].pol_s: unknown key; did you mean poll_s?",
        ),
        ({"kind": "mbox", "path": "x", "poll_s": "hunter2"}, "mailbox[0].poll_s: input should be"),
    ],
)
def test_a_mistake_in_a_part_is_one_line_with_its_key(part: dict[str, Any], says: str) -> None:
    """And the remedy; the value is not repeated."""
    with pytest.raises(ConfigurationError) as caught:
        build(part)
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_what_an_adapter_itself_refuses_is_said_of_its_table(tmp_path: Path) -> None:
    """The adapter does not know which table it came from."""
    with pytest.raises(ConfigurationError, match=r"^notifier\[3\]: path: the folder"):
        build({"kind": "jsonl", "path": str(tmp_path / "gone" / "x")}, "notifier", "notifier[3]")


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        ("env:NOT_SET_ANYWHERE", "set the environment variable NOT_SET_ANYWHERE"),
        ("file:nowhere.txt", "create the file"),
        ("hunter2", "write a reference"),
    ],
)
def test_an_unreadable_secret_is_found_at_the_start_and_named_by_its_key(
    secret: str, says: str
) -> None:
    """Not at three in the morning, at the first send."""
    with pytest.raises(ConfigurationError) as caught:
        build(WHATSAPP | {"access_token": secret}, "notifier", "notifier[0]")
    assert str(caught.value).startswith("notifier[0].access_token: ")
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_secrets_in_lists_and_tables_are_found_too() -> None:
    """By the whole way to them."""

    class Nested(BaseModel):
        model_config = ConfigDict(arbitrary_types_allowed=True)
        keys: tuple[Secret, ...] = ()
        by_name: dict[str, Secret] = {}
        number: int = 3

    with pytest.raises(ConfigurationError, match=r"^at\.keys\[1\]: "):
        parts.check_secrets(Nested(keys=(Secret("env:PATH"), Secret("env:NOPE_1"))), "at")
    with pytest.raises(ConfigurationError, match=r"^at\.by_name\.b: "):
        parts.check_secrets(Nested(by_name={"b": Secret("env:NOPE_2")}), "at")


def test_relative_paths_and_secret_files_start_at_the_configurations_folder(tmp_path: Path) -> None:
    """Wherever the command is started."""
    (tmp_path / "token").write_text("t")
    config = config_of(tmp_path, notifier=[WHATSAPP | {"access_token": "file:token"}])
    built = build_part(config, config.notifier[0], "n", ("notifier",), part_context())[1]
    assert built.channel == "whatsapp"
    config = config_of(tmp_path, notifier=[JSONL | {"path": "told.jsonl"}])
    built = build_part(config, config.notifier[0], "n", ("notifier",), part_context())[1]
    assert built._path == tmp_path / "told.jsonl"


def test_a_part_knows_its_account_and_its_name() -> None:
    """The name is its identity; without one it is the kind."""
    assert build(JSONL, "notifier").channel == "jsonl"
    assert build(JSONL | {"name": "mine"}, "notifier").channel == "mine"
    assert build({"kind": "eml", "path": "/x", "account": "you"}).name == "eml:you:/x"


def test_an_optional_part_is_left_out_with_a_line_in_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One that is not optional ends the start."""
    broken = WHATSAPP | {"access_token": "env:NOT_SET_ANYWHERE"}
    config = config_of(notifier=[broken | {"optional": True}, JSONL])
    built = list(build_parts(config, "notifier", ("notifier",), part_context()))
    assert [part.kind for part, _, _ in built] == ["jsonl"]
    said = capsys.readouterr().err
    assert "provider_init_failed" in said
    assert "notifier[0]" in said
    with pytest.raises(ConfigurationError):
        list(build_parts(config_of(notifier=[broken]), "notifier", ("notifier",), part_context()))


class Foreign:
    """A mailbox of another package."""

    class Options(BaseModel):
        """Nothing to set."""

    def __init__(self, options: BaseModel, context: PartContext) -> None:
        """Need nothing."""


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Install entry points of mailboxes: name -> value."""
    module = ModuleType("foreign_mailboxes")
    module.Foreign = Foreign  # type: ignore[attr-defined]  # a module made in place
    monkeypatch.setitem(sys.modules, "foreign_mailboxes", module)

    def install(**values: str) -> None:
        points = [EntryPoint(name, value, "careerops.mailbox") for name, value in values.items()]
        monkeypatch.setattr(parts, "entry_points", EntryPoints(points).select)

    return install


def test_another_packages_kind_is_configured_like_ours(packages: Callable[..., None]) -> None:
    """It cannot take the place of one of ours."""
    packages(theirs="foreign_mailboxes:Foreign", mbox="foreign_mailboxes:Foreign")
    assert isinstance(build({"kind": "theirs"}), Foreign)
    assert kinds_of("mailbox")["mbox"] == ("mailbox", REGISTRY["mailbox"]["mbox"])
    with pytest.raises(ConfigurationError, match="did you mean theirs"):
        build({"kind": "their"})


@pytest.mark.parametrize("value", ["foreign_gone:Foreign", "foreign_mailboxes:Gone"])
def test_a_package_that_cannot_be_loaded_is_named(
    packages: Callable[..., None], value: str
) -> None:
    """A broken installation is no traceback."""
    packages(theirs=value)
    with pytest.raises(ConfigurationError, match=r"^mailbox\[0\]\.kind: the package .*'theirs'"):
        build({"kind": "theirs"})


@pytest.mark.parametrize("family", sorted(REGISTRY))
def test_every_registered_kind_can_be_loaded(family: str) -> None:
    """Its class, with the Options its table is validated against."""
    for target in REGISTRY[family].values():
        assert issubclass(load_class(target).Options, BaseModel)


def accounts(**tables: Any) -> dict[str, list[str]]:
    """Who is told by which channels."""
    config = config_of(**tables)
    return channels_by_account(config, wire_channels(config, part_context()))


def test_without_a_notifier_everybody_is_told_on_the_console() -> None:
    """The first run of all."""
    assert accounts(mailbox=[{"kind": "mbox", "account": "you"}]) == {
        "me": ["console"],
        EVERYONE: ["console"],
    }


def test_files_take_every_account_and_phones_only_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A file without an account is for the default one and for whoever has no channel."""
    monkeypatch.setenv("PLANTED_TOKEN", "x")
    told = accounts(
        notifier=[JSONL, JSONL | {"name": "b", "account": "you"}, WHATSAPP, {"kind": "console"}]
    )
    assert told == {
        EVERYONE: ["jsonl", "console"],
        "you": ["b"],
        "me": ["jsonl", "whatsapp", "console"],
    }


def test_two_channels_of_one_name_are_refused() -> None:
    """The ledger could not tell them apart."""
    with pytest.raises(ConfigurationError, match="two are called 'jsonl'; give one a `name`"):
        accounts(notifier=[JSONL, JSONL | {"path": "b.jsonl"}])


def test_an_account_that_nobody_tells_is_refused() -> None:
    """It would wait for ever in silence."""
    mailboxes = [{"kind": "mbox"}, {"kind": "mbox", "account": "you"}]
    notifiers = [JSONL | {"account": "me"}]
    with pytest.raises(ConfigurationError, match=r"mailbox\[1\]\.account: nobody tells 'you'"):
        accounts(mailbox=mailboxes, notifier=notifiers)
    assert accounts(mailbox=mailboxes[:1], notifier=notifiers) == {"me": ["jsonl"]}


EMAIL = {
    "kind": "email",
    "host": "127.0.0.1",
    "security": "none",
    "sender": "office@uni.example",
    "to": {"ann": "ann@home.example", "bob": ["bob@home.example"]},
}
STUDENTS = [{"kind": "mbox", "account": "ann"}, {"kind": "mbox", "account": "bob"}]


@pytest.mark.parametrize("beside", [[], [{"kind": "console"}], [JSONL | {"account": "me"}]])
def test_a_channel_with_a_table_of_recipients_tells_each_account_in_it(
    beside: list[dict[str, Any]],
) -> None:
    """Whatever its own account is, and whatever the operator's terminal takes besides."""
    for account in ({}, {"account": "ann"}, {"account": "office"}):
        told = accounts(mailbox=STUDENTS, notifier=[EMAIL | account, *beside])
        assert (told["ann"], told["bob"]) == (["email"], ["email"])
        assert "office" not in told


def test_an_account_in_a_table_of_recipients_that_no_mailbox_has_is_refused() -> None:
    """A misspelt one would never be told; where no mailbox is configured nothing is known."""
    misspelt = EMAIL | {"to": {"ann": "a@home.example", "bobb": "b@home.example"}}
    line = r"notifier\[1\]\.to: no mailbox has the account 'bobb'; did you mean 'bob'\?"
    with pytest.raises(ConfigurationError, match=line):
        accounts(mailbox=STUDENTS, notifier=[JSONL, misspelt])
    assert accounts(notifier=[misspelt]) == {"ann": ["email"], "bobb": ["email"]}


def test_an_account_that_a_table_of_recipients_leaves_out_is_told_by_nobody() -> None:
    """As without the table: an error, not silence."""
    part = EMAIL | {"to": {"ann": "a@home.example"}}
    with pytest.raises(ConfigurationError, match=r"mailbox\[1\]\.account: nobody tells 'bob'"):
        accounts(mailbox=STUDENTS, notifier=[part])


def test_mailboxes_are_called_by_name_or_kind_and_told_apart() -> None:
    """What people, alerts and reports call them."""
    parts = [
        {"kind": "imap", "name": "work"},
        {"kind": "mbox"},
        {"kind": "mbox"},
        {"kind": "mbox", "account": "bob"},
    ]
    assert mailbox_names(config_of(mailbox=parts)) == ["work", "mbox[1]", "mbox[2]", "mbox"]


OPENAI = {"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m"}


async def test_a_language_model_is_a_classifier_like_any_other() -> None:
    """In the order of the configuration, the rules as the second opinion and the fallback."""
    chain = wire_classifier(config_of(classifier=[OPENAI, {"kind": "rules"}]), part_context())
    assert isinstance(chain._chain, ClassifierChain)
    await chain.close()
    config = config_of(classifier=[OPENAI], classify={"fallback": "none"})
    chain = wire_classifier(config, part_context())
    assert await chain.degrade(make_mail("Hello", "Nothing."), "outage") is None
    await chain.close()
    chain = wire_classifier(config_of(), part_context())
    assert (await chain.classify(make_mail("Hello", "Nothing."))).provider == "rules"


async def test_one_classifier_alone_takes_the_options_of_its_table() -> None:
    """For `evaluate`; of a kind that is not configured the defaults."""
    configured = config_of(classifier=[{"kind": "rules"}, OPENAI | {"name": "mine"}])
    model = classifier_of_kind(configured, "openai", part_context())
    assert isinstance(model, LLMClassifier)
    assert model.name == "mine"
    await model.close()
    assert classifier_of_kind(config_of(), "rules", part_context()).name == "rules"
    with pytest.raises(ConfigurationError, match=r"^--classifier\.kind: unknown kind 'rulez'"):
        classifier_of_kind(config_of(), "rulez", part_context())
    with pytest.raises(ConfigurationError, match=r"^--classifier: api_keys: missing"):
        classifier_of_kind(config_of(), "openai", part_context())
