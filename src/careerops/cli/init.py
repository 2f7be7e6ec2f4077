"""`init`: writes the configuration by asking."""

import os
from pathlib import Path
from typing import Annotated

import typer

from careerops.cli.session import JsonOption, note, print_json, print_line, session_of
from careerops.domain.errors import ConfigurationError

_PRESETS = {
    "gmail": ("imap.gmail.com", "an app password: https://myaccount.google.com/apppasswords"),
    "icloud": ("imap.mail.me.com", "an app-specific password from account.apple.com"),
    "yahoo": ("imap.mail.yahoo.com", "an app password from your account's security page"),
    "fastmail": ("imap.fastmail.com", "an app password with IMAP access"),
    "gmx": ("imap.gmx.net", "your password, after IMAP is switched on in the web mail"),
    "other": ("", "the password of your mail account"),
}
_CLASSIFIERS = ("rules", "gemini", "groq", "anthropic", "openai")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)


def init(
    ctx: typer.Context,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    json_: JsonOption = False,
) -> None:
    """Ask a few questions and write careerops.toml."""
    session = session_of(ctx, json_)
    path = session.config_path or Path("careerops.toml")
    if path.exists() and not force:
        raise ConfigurationError(f"{path}: exists already; edit it, or replace it with --force")
    text = f"{_HEAD}{_ask_mailbox()}{_ask_classifier()}{_ask_researcher()}{_ask_notifier()}{_TAIL}"
    _write(path, text)
    if session.json:
        print_json({"path": str(path)})
        return
    print_line()
    print_line(f"{path} is written. Next:")
    print_line("  careerops doctor   checks everything and says what leaves this machine")
    print_line("  careerops run      starts watching")


_HEAD = """# CareerOps. Every key can be overridden by the environment: CAREEROPS_HTTP__PORT=0
log = "sqlite:///careerops.db"
"""

_TAIL = """
[http]
port = 8000               # /health /ready /metrics on 127.0.0.1; 0 = off
"""


def _ask_mailbox() -> str:
    kind = _choose("Where is your mail?", ("imap", "mbox", "maildir", "eml"), "imap")
    if kind != "imap":
        path = typer.prompt(f"Path of the {kind}")
        return f"\n[[mailbox]]\nkind = {_quoted(kind)}\npath = {_quoted(path)}\n"
    provider = _choose("Which provider?", tuple(_PRESETS), "gmail")
    host, password = _PRESETS[provider]
    host = host or typer.prompt("IMAP host")
    user = typer.prompt("User name (mostly your address)")
    note(f"CareerOps reads {password}, from the environment variable IMAP_PASSWORD.")
    return (
        f'\n[[mailbox]]\nkind = "imap"\nhost = {_quoted(host)}\nusername = {_quoted(user)}\n'
        'password = "env:IMAP_PASSWORD"   # or file:PATH, or keyring:SERVICE/USER\n'
    )


def _ask_classifier() -> str:
    kind = _choose("Who reads the mails: rules (here), or a language model?", _CLASSIFIERS)
    if kind == "rules":
        return '\n[[classifier]]\nkind = "rules"          # nothing leaves this machine\n'
    variable = f"{kind.upper()}_API_KEY"
    if kind != "openai":
        note(f"Your mails' text goes to that vendor. The key is read from {variable}.")
        return f'\n[[classifier]]\nkind = "{kind}"\napi_keys = ["env:{variable}"]\n'
    url = typer.prompt("Base URL of the API", default="https://api.openai.com/v1")
    model = typer.prompt("Model", default="gpt-4o-mini")
    note(f"Your mails' text goes to that host. The key is read from {variable}.")
    return (
        f'\n[[classifier]]\nkind = "openai"\nbase_url = {_quoted(url)}\nmodel = {_quoted(model)}\n'
        f'api_keys = ["env:{variable}"]\n'
    )


def _ask_researcher() -> str:
    if not typer.confirm("Research companies with Tavily (only the name is sent)?", default=False):
        return ""
    note("The key is read from TAVILY_API_KEY.")
    return '\n[[researcher]]\nkind = "tavily"\napi_key = "env:TAVILY_API_KEY"\n'


def _ask_notifier() -> str:
    kind = _choose("How are you told?", ("console", "jsonl", "email", "whatsapp"), "console")
    if kind == "jsonl":
        path = typer.prompt("File", default="told.jsonl")
        return f'\n[[notifier]]\nkind = "jsonl"\npath = {_quoted(path)}\n'
    if kind == "email":
        host, address = typer.prompt("SMTP host"), typer.prompt("Your address")
        note("The password is read from SMTP_PASSWORD.")
        return (
            f'\n[[notifier]]\nkind = "email"\nhost = {_quoted(host)}\n'
            f'username = {_quoted(address)}\npassword = "env:SMTP_PASSWORD"\n'
            f"sender = {_quoted(address)}\nto = [{_quoted(address)}]\n"
        )
    if kind == "whatsapp":
        number, to = typer.prompt("Phone number id"), typer.prompt("Your number (+49...)")
        note("The access token is read from WHATSAPP_TOKEN.")
        return (
            f'\n[[notifier]]\nkind = "whatsapp"\nphone_number_id = {_quoted(number)}\n'
            f'access_token = "env:WHATSAPP_TOKEN"\nto = {_quoted(to)}\n'
        )
    return '\n[[notifier]]\nkind = "console"\n'


def _choose(question: str, choices: tuple[str, ...], default: str = "") -> str:
    while True:
        answer: str = typer.prompt(
            f"{question} ({', '.join(choices)})", default=default or choices[0]
        )
        if answer.strip().lower() in choices:
            return answer.strip().lower()
        note(f"One of: {', '.join(choices)}")


def _quoted(text: str) -> str:
    """`text` as a TOML basic string."""
    escaped = "".join(
        f"\\{c}" if c in '"\\' else c if c.isprintable() else f"\\u{ord(c):04x}"
        for c in text.strip()
    )
    return f'"{escaped}"'


def _write(path: Path, text: str) -> None:
    from careerops.ops.paths import PRIVATE_MODE

    try:
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; choose another folder") from None
