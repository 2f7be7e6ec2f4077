"""`careerops init`: whatever is answered, the file that is written works."""

import stat
from pathlib import Path

import pytest

from careerops.bootstrap.channels import wire_channels
from careerops.bootstrap.classifiers import wire_classifier
from careerops.bootstrap.parts import build_parts
from careerops.bootstrap.sources import wire_mailboxes
from careerops.config import Config, load_config
from support.cli import Home
from support.mails import mixed, write_mbox
from support.rules import part_context

pytestmark = pytest.mark.e2e

MAILBOXES = {
    "gmail": ("imap", "gmail", "jo@example.org"),
    "other": ("imap", "other", "imap.example.test", "jo"),
    "mbox": ("mbox", "inbox.mbox"),
    "maildir": ("maildir", "Mail"),
    "eml": ("eml", 'folder "with\\quotes"'),
}
CLASSIFIERS = {
    "rules": ("rules",),
    "openai": ("openai", "http://127.0.0.1:9/v1", "a-model"),
    "openai, defaults": ("openai", "", ""),
    "gemini": ("gemini",),
    "groq": ("groq",),
    "anthropic": ("anthropic",),
}
RESEARCHERS = {"none": ("n",), "tavily": ("y",)}
NOTIFIERS = {
    "console": ("console",),
    "jsonl": ("jsonl", "told.jsonl"),
    "email": ("email", "smtp.example.test", "jo@example.org"),
    "whatsapp": ("whatsapp", "123", "+49 170 0000000"),
}
SECRETS = (
    "ANTHROPIC_API_KEY",
    "GEMINI_API_KEY",
    "GROQ_API_KEY",
    "IMAP_PASSWORD",
    "OPENAI_API_KEY",
    "SMTP_PASSWORD",
    "TAVILY_API_KEY",
    "WHATSAPP_TOKEN",
)


def answered(
    home: Home,
    mailbox: str = "mbox",
    classifier: str = "rules",
    researcher: str = "none",
    notifier: str = "jsonl",
) -> str:
    """Run `init` with these answers; what it said."""
    lines = (
        *MAILBOXES[mailbox],
        *CLASSIFIERS[classifier],
        *RESEARCHERS[researcher],
        *NOTIFIERS[notifier],
    )
    done = home.run("init", text="".join(f"{line}\n" for line in lines))
    return done.stdout + done.stderr


async def built(home: Home, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The configuration that was written, with every part of it constructed."""
    for name in SECRETS:
        monkeypatch.setenv(name, "planted")
    config = load_config(home.folder / "careerops.toml", {})
    context = part_context()
    wire_mailboxes(config, context)
    await wire_classifier(config, context).close()
    for _, _, researcher in build_parts(config, "researcher", ("researcher",), context):
        await researcher.close()
    for channel in wire_channels(config, context):
        await channel.notifier.close()
    return config


@pytest.mark.parametrize("mailbox", MAILBOXES)
async def test_every_mailbox_that_can_be_answered_can_be_constructed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mailbox: str
) -> None:
    """Paths and names as they were typed."""
    home = Home(tmp_path)
    answered(home, mailbox=mailbox)
    (part,) = (await built(home, monkeypatch)).mailbox
    assert part.kind == MAILBOXES[mailbox][0]
    if mailbox == "eml":
        assert part.options["path"] == MAILBOXES["eml"][1]


@pytest.mark.parametrize("classifier", CLASSIFIERS)
async def test_every_classifier_that_can_be_answered_can_be_constructed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, classifier: str
) -> None:
    """What leaves the machine is said before it does."""
    home = Home(tmp_path)
    said = answered(home, classifier=classifier)
    (part,) = (await built(home, monkeypatch)).classifier
    assert part.kind == CLASSIFIERS[classifier][0]
    assert ("text goes to that" in said) == (part.kind != "rules")


@pytest.mark.parametrize("notifier", NOTIFIERS)
@pytest.mark.parametrize("researcher", RESEARCHERS)
async def test_every_notifier_that_can_be_answered_can_be_constructed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notifier: str, researcher: str
) -> None:
    """Secrets are references to variables, never asked for."""
    home = Home(tmp_path)
    said = answered(home, researcher=researcher, notifier=notifier)
    config = await built(home, monkeypatch)
    assert [part.kind for part in config.notifier] == [notifier]
    assert [part.kind for part in config.researcher] == ["tavily"] * (researcher == "tavily")
    assert "careerops doctor" in said


def test_what_was_written_runs(tmp_path: Path) -> None:
    """From nothing to being told, in two commands."""
    home = Home(tmp_path)
    write_mbox(tmp_path / "inbox.mbox", mixed(2, 1))
    answered(home)
    assert home.run("doctor", "--json", check=False).stdout.count('"ok": true') >= 5
    home.environment["CAREEROPS_HTTP__PORT"] = "0"
    home.idle()
    assert len(home.told()) == 2


def test_the_file_is_the_persons_alone(tmp_path: Path) -> None:
    """Mode 0600, also when it replaces one that everybody could read."""
    home = Home(tmp_path)
    path = home.configure("")
    path.chmod(0o644)
    refused = home.run("init", check=False)
    assert refused.returncode == 2
    assert path.read_text() == ""
    lines = (*MAILBOXES["mbox"], "rules", "n", "console")
    home.run("init", "--force", text="".join(f"{line}\n" for line in lines))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert 'kind = "mbox"' in path.read_text()


def test_an_answer_that_is_none_of_the_choices_is_asked_for_again(tmp_path: Path) -> None:
    """The choices are named."""
    home = Home(tmp_path)
    lines = ("pigeon", "MBOX", "inbox.mbox", "gpt", "rules", "n", "console")
    done = home.run("init", text="".join(f"{line}\n" for line in lines))
    assert "One of: imap, mbox, maildir, eml" in done.stderr
    assert "One of: rules, gemini, groq, anthropic, openai" in done.stderr
    assert 'kind = "mbox"' in (tmp_path / "careerops.toml").read_text()


def test_it_is_written_where_config_names_it(tmp_path: Path) -> None:
    """A folder that does not exist is said so in one line."""
    home = Home(tmp_path)
    lines = "".join(f"{line}\n" for line in (*MAILBOXES["mbox"], "rules", "n", "console"))
    home.run("--config", "other.toml", "init", text=lines)
    assert (tmp_path / "other.toml").exists()
    done = home.run("--config", "gone/other.toml", "init", text=lines, check=False)
    assert done.returncode == 2
    assert "choose another folder" in done.stderr.splitlines()[-1]
