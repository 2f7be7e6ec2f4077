"""The documents are true: their links lead somewhere, and nothing that exists is left out."""

import re
from pathlib import Path
from typing import Final

import pytest

from careerops.registry import REGISTRY
from support.documents import anchors, broken_links, links, table_rows
from support.tree import ROOT, project_files, relative

DOCUMENTS: Final = project_files(".md")
REVIEW: Final = ROOT / "docs" / "review.md"
OPEN: Final = re.compile(r"^open\b", re.IGNORECASE)


def undocumented(kinds: set[str], text: str) -> set[str]:
    """The kinds that `text` does not name as code."""
    return {kind for kind in kinds if f"`{kind}`" not in text}


def unproven(rows: list[list[str]]) -> list[str]:
    """Rows of the review whose last two cells name neither module and test, nor why they are open.

    A row is: what the review says, what we do, module, test.
    """
    found = []
    for row in rows:
        module, test = row[-2:]
        proven = any("src/" in link or "../" in link for link in links(module)) and any(
            "tests/" in link or "benchmarks/" in link or ".ci/" in link for link in links(test)
        )
        reason = OPEN.match(module) or OPEN.match(test)
        if not (proven or (reason and len(row[-3]) > 20)):
            found.append(row[0])
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    """A link to a file or heading that is gone is found here."""
    assert list(broken_links(document)) == []


def test_every_adapter_kind_is_named_in_the_documents() -> None:
    """A kind that can be configured is a kind one can read about."""
    text = "\n".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
    kinds = {kind for family in REGISTRY.values() for kind in family}
    assert undocumented(kinds, text) == set()


def test_every_finding_of_the_review_has_its_row() -> None:
    """Fourteen findings, eight fixes, seven scores, twelve recommendations."""
    first_cells = [row[0] for row in table_rows(REVIEW.read_text())]
    for prefix, count in (("#", 14), ("P", 8), ("C", 7), ("S", 4), ("M", 4), ("L", 4)):
        wanted = [f"{prefix}{number}" for number in range(1, count + 1)]
        found = [cell.split()[0] for cell in first_cells if re.match(rf"{prefix}\d", cell)]
        assert found == wanted


def test_every_row_of_the_review_leads_to_module_and_test_or_says_that_it_is_open() -> None:
    """What we claim to do can be looked up, and what is not done says so."""
    assert unproven(table_rows(REVIEW.read_text())) == []


def test_a_row_without_a_test_is_found() -> None:
    """The check of the review's rows can fail."""
    module, test = "[a](../src/a.py)", "[t](../tests/t.py)"
    assert unproven([["#1", "done as asked for", module, "soon"]]) == ["#1"]
    assert unproven([["#1", "done as asked for", module, test]]) == []
    assert unproven([["#2", "later", "open", ""]]) == ["#2"]
    assert unproven([["#2", "comes with the Kafka adapter", "open", ""]]) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    """Files, headings and code are told apart."""
    document = tmp_path / "a.md"
    document.write_text("# One two\n[x](gone.md) [y](#one-two) [z](#three) `[c](code.md)`\n")
    assert list(broken_links(document)) == ["gone.md: no such file", "#three: no such heading"]
    assert anchors("## What: it's *for*\n") == {"what-its-for"}


def test_a_kind_without_a_document_is_found() -> None:
    """The check of the kinds can fail."""
    assert undocumented({"imap", "mbox"}, "`imap` and mbox") == {"mbox"}
