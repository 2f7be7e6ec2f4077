"""What holds for every chaos run."""

import pytest


@pytest.fixture(autouse=True)
def _members_are_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """No coverage of what is killed: it would more than double the time, and is lost anyway.

    What these programs run is covered by the other layers.
    """
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
