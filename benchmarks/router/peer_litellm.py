"""litellm's Router, as its documentation recommends for several keys with limits.

A deployment a key with its `rpm`, where limits are configured; `usage-based-routing-v2` then keeps
under them. It retries by itself, and waits as long as a 429 asked for. A call that still fails is
made again, as an application has to.
"""

import asyncio
import json
import sys
import time

import litellm
from litellm import Router
from litellm.types.router import RouterRateLimitError


async def main() -> None:
    """Send all that is to be sent."""
    job = json.loads(sys.argv[1])
    litellm.suppress_debug_info = True
    limits = {"rpm": job["limit"]} if job["limit"] else {}
    router = Router(
        model_list=[
            {
                "model_name": "bench",
                "litellm_params": {
                    "model": "openai/bench",
                    "api_key": key,
                    "api_base": job["base_url"],
                    **limits,
                },
            }
            for key in job["keys"]
        ],
        routing_strategy="usage-based-routing-v2" if job["limit"] else "simple-shuffle",
        num_retries=3,
        retry_after=1,
    )
    await asyncio.sleep(job["start_at"] - time.time())
    slots = asyncio.Semaphore(job["concurrency"])

    async def one(number: int) -> None:
        message = {"role": "user", "content": f"mail {number}"}
        async with slots:
            while True:
                try:
                    await router.acompletion(model="bench", messages=[message])
                except (litellm.exceptions.RateLimitError, RouterRateLimitError):
                    await asyncio.sleep(1)
                else:
                    return

    await asyncio.gather(*(one(number) for number in range(job["mails"])))


if __name__ == "__main__":
    asyncio.run(main())
