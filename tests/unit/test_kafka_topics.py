"""What the topics are created with."""

from concurrent.futures import Future
from datetime import timedelta
from typing import Any

from careerops.adapters.kafka import topics
from careerops.adapters.kafka.options import Options
from careerops.domain.topics import DEAD_LETTERS, RAW_INBOX


class Admin:
    """A cluster's administration that creates whatever it is asked for."""

    def __init__(self) -> None:
        self.created: dict[str, dict[str, str]] = {}

    def create_topics(self, wanted: list[Any], **_: object) -> "dict[str, Future[None]]":
        """Remember the settings."""
        answers: dict[str, Future[None]] = {}
        for topic in wanted:
            self.created[topic.topic] = topic.config
            answers[topic.topic] = Future()
            answers[topic.topic].set_result(None)
        return answers


async def test_dead_letters_are_kept_until_somebody_decides() -> None:
    """The brokers would delete them by the calendar; the other topics keep the retention time."""
    admin: Any = Admin()
    names = [RAW_INBOX, DEAD_LETTERS]
    assert await topics._create(admin, names, Options(), timedelta(days=90)) == []
    kept = {name: settings["retention.ms"] for name, settings in admin.created.items()}
    assert kept == {RAW_INBOX: str(90 * 86_400_000), DEAD_LETTERS: "-1"}
