"""Our engine alone: lanes, slots, settlement and commits; no outputs, verdicts in memory.

A restart has forgotten the verdicts, so what it repeats after a kill is what the commits leave.
"""

from stream.job import Job, Work
from stream.ours_worker import consume, run

from careerops.adapters.memory.custody import MemoryCustody
from careerops.adapters.memory.verdicts import MemoryVerdicts
from careerops.domain.email import RAW_EMAIL_TYPE
from careerops.stream.message import Decision, Message

_NOTHING = Decision()


class Waiting:
    """A handler that awaits and decides nothing."""

    stage = "bench"
    accepts = RAW_EMAIL_TYPE

    def __init__(self, work: Work) -> None:
        self._work = work

    def scopes(self, message: Message) -> frozenset[str]:
        """None."""
        del message
        return frozenset()

    async def last_resort(self, message: Message, error: BaseException) -> Decision | None:
        """Nothing: what fails for good is a dead letter."""
        del message, error
        return None

    async def handle(self, message: Message) -> Decision:
        """Wait."""
        await self._work.wait(message.value, message.delivery.record.key.encode())
        return _NOTHING


async def main(job: Job) -> None:
    """Consume until SIGTERM."""
    await consume(
        job,
        verdicts=MemoryVerdicts(),
        custody=MemoryCustody(),
        build=lambda _: Waiting(job.work()),
    )


if __name__ == "__main__":
    run(main)
