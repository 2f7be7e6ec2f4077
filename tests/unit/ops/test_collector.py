"""The garbage collector as the services set it."""

import gc
from collections.abc import Iterator

import pytest

from careerops.ops.collector import MIDDLE, OLD, YOUNG, calm_collector


@pytest.fixture
def restored() -> Iterator[None]:
    """The collector as it was, afterwards."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("restored")
def test_what_the_start_has_made_is_not_looked_at_again() -> None:
    """And the youngest objects less often."""
    calm_collector()
    assert gc.get_threshold() == (YOUNG, MIDDLE, OLD)
    assert gc.get_freeze_count() > 0
    assert gc.isenabled()
