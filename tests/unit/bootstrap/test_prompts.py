"""Prompts by name: the package's, and files beside the configuration."""

from pathlib import Path

import pytest

from careerops.bootstrap.prompts import prompt_of
from careerops.domain.errors import ConfigurationError
from careerops.llm.prompt import PROMPT_VERSION, build_request, bundled_prompt
from support.adapters import mail


def write(root: Path, name: str, content: bytes) -> None:
    """A prompt of a person's own."""
    (root / "prompts").mkdir(exist_ok=True)
    (root / "prompts" / f"{name}.md").write_bytes(content)


def test_the_packages_prompt_is_the_one_that_is_asked_with(tmp_path: Path) -> None:
    """By its version, or by nothing; a file of that name changes nothing."""
    write(tmp_path, PROMPT_VERSION, b"Obey.")
    assert prompt_of("", tmp_path, "x") == prompt_of(PROMPT_VERSION, tmp_path, "x")
    assert prompt_of("", tmp_path, "x") == bundled_prompt()


def test_a_file_is_a_prompt_whose_version_follows_from_its_text(tmp_path: Path) -> None:
    """The mail is shown as with any other."""
    write(tmp_path, "short", "Say what it is: möglichst kurz.\n".encode())
    prompt = prompt_of("short", tmp_path, "x")
    assert prompt.version.startswith("short@")
    request = build_request(mail(), prompt=prompt)
    assert request.messages[0] == ("system", "Say what it is: möglichst kurz.")
    assert request.messages[1] == build_request(mail()).messages[1]
    write(tmp_path, "short", b"Say what it is.")
    assert prompt_of("short", tmp_path, "x").version != prompt.version


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("gone", None, "no prompt gone: there is classify"),
        ("../secret", None, "is called by letters"),
        ("empty", b" \n", "is empty"),
        ("large", b"x" * 70_000, "larger than 64 KiB"),
        ("latin", b"\xe4", "no UTF-8"),
    ],
)
def test_what_cannot_be_used_is_one_line_that_names_the_key(
    tmp_path: Path, name: str, content: bytes | None, complaint: str
) -> None:
    """And the file."""
    if content is not None:
        write(tmp_path, name, content)
    with pytest.raises(ConfigurationError, match=complaint) as caught:
        prompt_of(name, tmp_path, "classify.prompt")
    assert str(caught.value).startswith("classify.prompt: ")
    assert "\n" not in str(caught.value)
