"""Every import contract holds, and a planted violation of each one is caught.

The linter reads a copy of the source into which a violation is written, so that a contract that
can never break is found here and not in a year.
"""

import configparser
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from careerops.registry import REGISTRY
from support.tree import ROOT

PREFIX: Final = "importlinter:contract:"
CONFIGURATION: Final = configparser.ConfigParser()
CONFIGURATION.read_string((ROOT / ".importlinter").read_text())
CONTRACTS: Final = sorted(
    section.removeprefix(PREFIX)
    for section in CONFIGURATION.sections()
    if section.startswith(PREFIX)
)

VIOLATIONS: Final[dict[str, list[tuple[str, str]]]] = {
    "layers": [
        ("careerops.stray", ""),  # a module that no layer names
        ("careerops.registry", "careerops.domain"),
    ],
    "domain-is-pure": [
        ("careerops.domain.planted", "os"),
        ("careerops.domain.planted", "time"),
        ("careerops.domain.planted", "asyncio"),
        ("careerops.domain.planted", "aiohttp.web"),
    ],
    "adapter-families": [
        ("careerops.adapters.memory.planted", "careerops.adapters.sqlite"),
        ("careerops.adapters.sqlite.planted", "careerops.adapters.memory"),
    ],
    "one-composition-root": [
        ("careerops.cli.planted", "careerops.adapters.sqlite"),
        ("careerops.config", "careerops.adapters.memory"),
    ],
    "sqlite3": [
        ("careerops.services.planted", "sqlite3"),
        ("careerops.adapters.memory.planted", "sqlite3"),
    ],
    "aiohttp": [
        (f"careerops.{part}.planted", "aiohttp.web")
        for part in ("domain", "ports", "ops", "mail", "stream", "llm", "services", "bootstrap")
    ],
    "publicsuffixlist": [("careerops.services.planted", "publicsuffixlist")],
    "keyring": [("careerops.ops.planted", "keyring")],
    "structlog": [("careerops.stream.planted", "structlog")],
    "prometheus": [("careerops.services.planted", "prometheus_client")],
    "typer": [("careerops.bootstrap.planted", "typer")],
    "rich": [("careerops.services.planted", "rich.table")],
    "openai": [
        ("careerops.llm.planted", "openai"),
        ("careerops.adapters.llm.planted", "openai"),
        ("careerops.adapters.llm.clients.planted", "openai"),
    ],
    "groq": [("careerops.adapters.llm.clients.planted", "groq")],
    "anthropic": [("careerops.adapters.llm.clients.planted", "anthropic")],
    "google-genai": [("careerops.adapters.llm.clients.planted", "google.genai")],
    "httpx": [
        ("careerops.adapters.llm.planted", "httpx"),
        ("careerops.ops.planted", "httpx2"),
    ],
    "aiosmtplib": [("careerops.adapters.notifier.planted", "aiosmtplib")],
    "confluent-kafka": [
        ("careerops.stream.planted", "confluent_kafka"),
        ("careerops.bootstrap.planted", "confluent_kafka.admin"),
    ],
    "mail-formats": [
        ("careerops.adapters.mailbox.planted", "selectolax"),
        ("careerops.services.planted", "icalendar"),
    ],
    "psycopg": [
        ("careerops.services.planted", "psycopg.rows"),
        ("careerops.adapters.sqlite.planted", "psycopg_pool"),
    ],
}
"""Contract -> modules to plant: (module, what it imports)."""


@dataclass(frozen=True)
class Copy:
    """A copy of the source that may be spoilt."""

    folder: Path

    def path_of(self, module: str) -> Path:
        """The file of a module or package, or where a new module goes."""
        path = self.folder / "src" / Path(*module.split("."))
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    @contextmanager
    def plant(self, module: str, imported: str) -> Iterator[None]:
        """Let `module` import `imported`, for as long as the context lasts."""
        path = self.path_of(module)
        before = path.read_text() if path.exists() else None
        path.write_text((before or "") + (f"\nimport {imported}\n" if imported else "\n"))
        try:
            yield
        finally:
            if before is None:
                path.unlink()
            else:
                path.write_text(before)

    def lint(self, *contracts: str) -> subprocess.CompletedProcess[str]:
        """Run the linter here."""
        command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
        for contract in contracts:
            command += ["--contract", contract]
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "src")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """The source and its contracts, once a worker."""
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copytree(
        ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
    )
    shutil.copy(ROOT / ".importlinter", folder)
    return Copy(folder)


def assert_caught(copy: Copy, contract: str, module: str, imported: str) -> None:
    """The contract breaks by the planted module, and by nothing else."""
    with copy.plant(module, imported):
        result = copy.lint(contract)
    assert result.returncode == 1, result.stdout
    assert "0 kept, 1 broken" in result.stdout, result.stdout
    assert module in result.stdout
    assert imported.partition(".")[0] in result.stdout


def layers() -> list[list[str]]:
    """The layers that exist by now, highest first, siblings together."""
    lines = CONFIGURATION[PREFIX + "layers"]["layers"].split("\n")
    found = [
        [
            name
            for sibling in line.split("|")
            if (ROOT / "src/careerops" / (name := sibling.strip(" ()"))).with_suffix(".py").exists()
            or (ROOT / "src/careerops" / name / "__init__.py").exists()
        ]
        for line in lines
        if line.strip()
    ]
    return [line for line in found if line]


def upward_imports() -> list[tuple[str, str]]:
    """(importer, imported) for each pair that the layers forbid: neighbours and siblings."""
    rows = layers()
    up = [
        (below, above)
        for high, low in itertools.pairwise(rows)
        for below, above in itertools.product(low, high)
    ]
    return up + [pair for row in rows for pair in itertools.permutations(row, 2)]


def test_the_source_keeps_every_contract(copy: Copy) -> None:
    """Nothing in the tree as it stands breaks a contract."""
    result = copy.lint()
    assert result.returncode == 0, result.stdout
    assert f"{len(CONTRACTS)} kept, 0 broken" in result.stdout


def test_every_contract_has_a_planted_violation() -> None:
    """A contract nobody has seen break proves nothing."""
    assert set(VIOLATIONS) == set(CONTRACTS)


@pytest.mark.parametrize(
    ("contract", "module", "imported"),
    [(name, *violation) for name, planted in VIOLATIONS.items() for violation in planted],
)
def test_a_planted_violation_is_caught(
    copy: Copy, contract: str, module: str, imported: str
) -> None:
    """The contract breaks, and the linter names the module."""
    assert_caught(copy, contract, module, imported)


@pytest.mark.parametrize(("importer", "imported"), upward_imports())
def test_no_layer_may_import_upwards_or_sideways(copy: Copy, importer: str, imported: str) -> None:
    """Each neighbouring pair of layers is really ordered, siblings are really apart."""
    assert_caught(copy, "layers", f"careerops.{importer}", f"careerops.{imported}")


def kinds() -> list[str]:
    """The modules of all registered adapters that exist."""
    modules = {value.partition(":")[0] for family in REGISTRY.values() for value in family.values()}
    folder = ROOT / "src"
    return sorted(
        name for name in modules if (folder / Path(*name.split("."))).with_suffix(".py").exists()
    )


def independence_of_kinds() -> str:
    """A contract, in the linter's own terms, that every registered kind is alone."""
    lines = "".join(f"\n    {name}" for name in kinds())
    return (
        "[importlinter]\nroot_package = careerops\n"
        "[importlinter:contract:kinds]\nname = Kinds never import one another\n"
        f"type = independence\nmodules ={lines}\n"
    )


@pytest.fixture
def kinds_copy(copy: Copy) -> Iterator[Copy]:
    """The copy with the generated contract in place of ours."""
    file = copy.folder / ".importlinter"
    ours = file.read_text()
    file.write_text(independence_of_kinds())
    yield copy
    file.write_text(ours)


def test_kinds_of_a_family_never_import_one_another(kinds_copy: Copy) -> None:
    """What two kinds share lies beside them, so that either can go without the other."""
    assert len(kinds()) > 1
    result = kinds_copy.lint()
    assert result.returncode == 0, result.stdout


def test_a_kind_that_imports_another_is_caught(kinds_copy: Copy) -> None:
    """The generated contract can break."""
    importer, imported = kinds()[:2]
    assert_caught(kinds_copy, "kinds", importer, imported)


def test_every_adapter_of_the_registry_lies_in_a_family_the_contracts_cover() -> None:
    """What is registered is an adapter, or a third party's package."""
    modules = {value.partition(":")[0] for kinds in REGISTRY.values() for value in kinds.values()}
    assert modules
    assert {module for module in modules if not module.startswith("careerops.adapters.")} == set()
