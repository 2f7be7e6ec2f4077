"""What is said of a partition where the log went back behind a commit."""

import pytest

from careerops.adapters.kafka.overview import GroupState, topic_info
from careerops.adapters.kafka.tracker import Standing

GROUP, SPOT = "careerops.classify", ("raw_inbox_stream", 0)


@pytest.mark.parametrize(
    ("committed", "watermark", "bounds", "position", "lag"),
    [
        (100, None, (0, 160), 100, 60),
        (100, None, (0, 60), 0, 60),  # of a log that is no more: whoever comes begins at its start
        (100, None, (7, 60), 7, 53),
        (100, None, (0, 100), 100, 0),
        (100, 0, (0, 60), 0, 60),
        (100, 40, (0, 160), 40, 120),
        (100, 120, (0, 160), 120, 40),
        (3, None, (50, 60), 50, 10),
    ],
)
def test_position_and_lag(
    committed: int, watermark: int | None, bounds: tuple[int, int], position: int, lag: int
) -> None:
    """A member's own watermark is the truth; a commit beyond the end is of another log."""
    states = [GroupState(GROUP, {SPOT: committed})]
    standing = Standing(watermark, 0, 0, None)
    (group,) = topic_info(SPOT, bounds, states, {GROUP: standing}).groups
    assert (group.position, group.lag) == (position, lag)
