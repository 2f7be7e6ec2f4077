"""What is installed is pinned, hashed, and the same everywhere."""

import re
import tomllib
from importlib import metadata
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support.tree import ROOT

FOLDER: Final = ROOT / "requirements"
PIN: Final = re.compile(
    r"^(?P<name>[a-z0-9._-]+)(?:\[(?P<extras>[^]]+)\])?==(?P<version>[^ ;\\]+)", re.MULTILINE
)


def pins(name: str) -> dict[str, str]:
    """Package -> version in a compiled file."""
    text = (FOLDER / name).read_text()
    return {canonicalize_name(match["name"]): match["version"] for match in PIN.finditer(text)}


def declared(name: str) -> list[Requirement]:
    """The requirements of an input file."""
    lines = (line.partition("#")[0].strip() for line in (FOLDER / name).read_text().splitlines())
    return [Requirement(line) for line in lines if line]


def project() -> dict[str, object]:
    """The project's table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def unmet(wanted: list[Requirement], pinned: dict[str, str]) -> list[str]:
    """The requirements that no pin satisfies."""
    return [
        str(requirement)
        for requirement in wanted
        if (version := pinned.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(version, prereleases=True)
    ]


def test_the_runtime_pins_satisfy_the_projects_dependencies() -> None:
    """A dependency changed without `make lock` is found."""
    wanted = [Requirement(line) for line in project()["dependencies"]]
    assert wanted
    assert unmet(wanted, pins("runtime.txt")) == []


def test_the_development_pins_satisfy_every_extra_and_every_tool() -> None:
    """Tests run with all extras, so all of them are pinned."""
    extras = project()["optional-dependencies"].values()
    wanted = [Requirement(line) for lines in extras for line in lines]
    assert unmet(wanted + declared("dev.in") + declared("build.in"), pins("dev.txt")) == []


@pytest.mark.parametrize("smaller", ["runtime.txt", "build.txt"])
def test_tests_run_on_the_very_versions_that_are_shipped(smaller: str) -> None:
    """The development pins contain the others unchanged."""
    assert pins(smaller).items() <= pins("dev.txt").items()


def extras_wanted(distributions: list[str]) -> dict[str, set[str]]:
    """Package -> the extras of it that these installed distributions ask for."""
    wanted: dict[str, set[str]] = {}
    for name in distributions:
        for line in metadata.requires(name) or ():
            requirement = Requirement(line)
            if requirement.extras and not (
                requirement.marker and "extra" in str(requirement.marker)
            ):
                wanted.setdefault(canonicalize_name(requirement.name), set()).update(
                    requirement.extras
                )
    return wanted


def test_a_package_wanted_with_an_extra_is_pinned_with_it() -> None:
    """Pip takes `name[extra]` for a requirement of its own.

    Where only `name` is pinned it looks at the newest release first and refuses it for want of a
    hash, so an installation that worked yesterday fails on the day of that package's next release.
    """
    installed = {canonicalize_name(each.name) for each in metadata.distributions()}
    wanted = extras_wanted(sorted(installed & set(pins("dev.txt"))))
    assert "coverage" in wanted
    text = (FOLDER / "dev.txt").read_text()
    pinned = {
        canonicalize_name(match["name"]): {
            extra.strip() for extra in (match["extras"] or "").split(",")
        }
        for match in PIN.finditer(text)
    }
    assert {name for name, extras in wanted.items() if not extras <= pinned[name]} == set()


def test_the_base_installation_carries_no_providers_sdk() -> None:
    """SDKs and number crunchers are extras: the base stays small."""
    heavy = {"openai", "google-genai", "groq", "anthropic", "numpy", "scikit-learn", "litellm"}
    assert heavy & set(pins("runtime.txt")) == set()


@pytest.mark.parametrize("name", ["runtime.txt", "build.txt", "dev.txt"])
def test_every_pin_carries_hashes_and_no_file_says_where_from(name: str) -> None:
    """An index is each installation's own setting; what arrives is checked by its hash."""
    text = (FOLDER / name).read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(pins(name)) > 0
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text)


def test_a_pin_too_old_is_found() -> None:
    """The comparison above can fail."""
    assert unmet([Requirement("a>=2"), Requirement("b")], {"a": "1.9"}) == ["a>=2", "b"]
