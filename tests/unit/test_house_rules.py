"""Rules of the source that no linter we use has, each shown to catch a planted breach."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest

import careerops
from support import house
from support.tree import ROOT, SRC, project_files, python_files, relative

MAX_LINES: Final = 400

TASK_OWNERS: Final[dict[str, str]] = {
    "adapters/kafka/": "custody and drains live and die with their subscription, which ends them",
    "adapters/sqlite/background.py": "the log's own tasks, ended with it; one that dies ends it",
    "llm/experiments/background.py": "shadows and what is written of them, ended by `close`",
    "ops/lifecycle.py": "the one place that owns background tasks and stops the process with them",
    "services/outbox.py": "races a wake-up and a timer, and ends both on leaving",
    "services/send.py": "a send and its timer end with it; one that ignores its end is left alone",
    "stream/": "lanes and their timers live and die with the worker, which awaits every one",
}
"""Where a task may be started without a TaskGroup, and why."""


def breaches(rule: Callable[[str], Iterable[str]], files: Iterable[Path]) -> list[str]:
    """What `rule` finds in `files`, each with its file."""
    return [
        f"{relative(path)}: {breach}"
        for path in files
        for breach in rule(path.read_text(encoding="utf-8", errors="replace"))
    ]


def texts() -> Iterator[Path]:
    """Every file of the project that is text."""
    for path in project_files():
        if b"\0" not in path.read_bytes()[:4096]:
            yield path


def test_every_exemption_carries_its_codes_and_its_reason() -> None:
    """A silenced tool says which rule and why, on the line."""
    assert breaches(house.unreasoned_exemptions, python_files()) == []


def test_every_rule_switched_off_in_the_configuration_carries_its_reason() -> None:
    """Ruff's ignores in pyproject.toml are commented, each line of them."""
    text = (ROOT / "pyproject.toml").read_text()
    ruff = text[text.index("[tool.ruff.lint]") : text.index("[tool.mypy]")]
    entries = [line for line in ruff.splitlines() if re.match(r'\s+"[A-Z]+[0-9]*",', line)]
    assert len(entries) > 10
    assert [line for line in entries if not re.search(r"#\s+\S.{5,}", line)] == []


def test_no_source_file_is_longer_than_the_cap() -> None:
    """A file of more than 400 lines is two files."""
    lengths = {relative(path): len(path.read_text().splitlines()) for path in SRC.rglob("*.py")}
    assert {name: count for name, count in lengths.items() if count > MAX_LINES} == {}


def test_no_file_names_a_package_registry_by_its_host() -> None:
    """Where packages come from is each installation's own setting."""
    assert breaches(lambda text: set(house.registry_hosts(text)), texts()) == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    """The project runs anywhere, so it knows no home directory."""
    assert breaches(lambda text: set(house.machine_paths(text)), texts()) == []


def test_no_broad_exception_is_swallowed() -> None:
    """What is caught broadly is logged, counted, translated or raised."""
    assert breaches(house.swallowed_errors, python_files()) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    """A module is called after what is in it."""
    assert [relative(path) for path in python_files() if house.vague_module(path.stem)] == []


def test_tasks_are_started_by_a_group_or_by_one_of_their_few_owners() -> None:
    """A task without an owner dies unseen."""
    files = [
        path
        for path in SRC.rglob("*.py")
        if not path.relative_to(SRC).as_posix().startswith(tuple(TASK_OWNERS))
    ]
    assert breaches(house.unowned_tasks, files) == []


def test_every_owner_of_tasks_still_starts_some() -> None:
    """An exemption that nothing needs any more is taken back."""
    for owner in TASK_OWNERS:
        files = [SRC / owner] if owner.endswith(".py") else sorted((SRC / owner).rglob("*.py"))
        assert breaches(house.unowned_tasks, files), owner


def test_no_started_task_is_dropped_anywhere() -> None:
    """Even an owner of tasks keeps what it started."""
    assert breaches(house.dropped_tasks, python_files()) == []


def test_the_package_ships_its_marker_of_being_typed() -> None:
    """Type checkers of those who build on us read our annotations (PEP 561)."""
    assert (SRC / "py.typed").is_file()


def test_the_version_is_the_same_wherever_it_is_written() -> None:
    """What is released is what `careerops --version` says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert careerops.__version__ == project["version"]


def test_make_lists_every_target_it_offers() -> None:
    """`make` alone is the documentation of the checkout."""
    text = (ROOT / "Makefile").read_text()
    offered = set(re.findall(r"^\.PHONY: (\S+)$", text, re.MULTILINE))
    listed = set(re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE))
    assert offered == listed
    assert {"setup", "demo", "test", "lint", "types", "bench", "chaos", "release"} <= offered


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (house.unreasoned_exemptions, "x = 1  # no" + "qa\n"),
        (house.unreasoned_exemptions, "x = 1  # no" + "qa: E501\n"),
        (house.unreasoned_exemptions, "x = 1  # type: ig" + "nore\n"),
        (house.unreasoned_exemptions, "x = 1  # type: ig" + "nore[arg-type]\n"),
        (house.unreasoned_exemptions, "x = 1  # pragma: no" + " cover\n"),
        (house.unreasoned_exemptions, "# ruff: no" + "qa\n"),
        (house.unreasoned_exemptions, "# mypy: ignore-er" + "rors\n"),
        (house.unreasoned_exemptions, "x = 1  # no" + "qa: E501  # as above\n"),
        (house.registry_hosts, "from https://py" + "pi.org/simple"),
        (house.registry_hosts, "files.python" + "hosted.org"),
        (house.machine_paths, 'open("/ho' + 'me/ann/mail")'),
        (house.machine_paths, "see /wo" + "rk/main"),
        (house.swallowed_errors, "try:\n    f()\nexcept Exception:\n    pass\n"),
        (house.swallowed_errors, "try:\n    f()\nexcept:\n    ...\n"),
        (house.swallowed_errors, "try:\n    f()\nexcept (OSError, Exception):\n    pass\n"),
        (house.swallowed_errors, "with contextlib.suppress(Exception):\n    f()\n"),
        (house.unowned_tasks, "async def f():\n    t = asyncio.create_task(g())\n"),
        (house.unowned_tasks, "async def f(loop):\n    t = loop.create_task(g())\n"),
        (house.dropped_tasks, "async def f():\n    asyncio.create_task(g())\n"),
    ],
)
def test_a_planted_breach_is_found(rule: Callable[[str], Iterable[str]], bad: str) -> None:
    """No rule above is one that cannot fail."""
    assert list(rule(bad))


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        (house.unreasoned_exemptions, "x = 1  # no" + "qa: E501  # the address is one word\n"),
        (house.unreasoned_exemptions, 'text = "# no' + 'qa"\n'),
        (house.registry_hosts, "careers.example.org"),
        (house.machine_paths, "https://example.org/home/page and ./work/x"),
        (house.swallowed_errors, "try:\n    f()\nexcept OSError:\n    pass\n"),
        (house.swallowed_errors, "try:\n    f()\nexcept Exception:\n    log()\n"),
        (
            house.unowned_tasks,
            "async def f():\n async with asyncio.TaskGroup() as group:\n  group.create_task(g())\n",
        ),
    ],
)
def test_what_is_allowed_is_let_through(rule: Callable[[str], Iterable[str]], good: str) -> None:
    """A rule that cried at everything would be switched off."""
    assert list(rule(good)) == []


@pytest.mark.parametrize("stem", ["utils", "mail_helpers", "manager", "common"])
def test_a_vague_module_name_is_found(stem: str) -> None:
    """Names that mean nothing are known by their parts."""
    assert house.vague_module(stem)
