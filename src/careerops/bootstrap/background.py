"""Background work that ends before what it uses is closed."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from careerops.ops.lifecycle import Lifecycle


@asynccontextmanager
async def background(
    lifecycle: Lifecycle, work: dict[str, Coroutine[Any, Any, None]]
) -> AsyncIterator[None]:
    """Run `work`, by name, while the block runs; one that fails stops the process.

    The lifecycle alone would end it only after the block around has closed log and stores.
    """
    tasks = [lifecycle.spawn(name, coroutine) for name, coroutine in work.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
