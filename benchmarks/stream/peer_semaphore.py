"""No peer but the ceiling: the same awaits under a bare asyncio semaphore, without a broker."""

import asyncio
import signal
from itertools import count

from stream.job import Job
from stream.values import key_name, value_of


async def main() -> None:
    """Handle messages of its own making until SIGTERM."""
    job = Job.from_command_line()
    work = job.work()
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    slots = asyncio.Semaphore(job.concurrency)

    async def handle(value: bytes, key: bytes) -> None:
        try:
            await work.wait(value, key)
        finally:
            slots.release()

    async with asyncio.TaskGroup() as tasks:
        for number in count():
            await slots.acquire()
            if stopping.is_set():
                break
            tasks.create_task(handle(value_of(number), key_name(number)))


if __name__ == "__main__":
    asyncio.run(main())
