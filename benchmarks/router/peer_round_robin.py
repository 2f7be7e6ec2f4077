"""Plain round-robin: the next key for each call, and after a 429 the next one again.

What people write first: clients of the vendor's SDK in turn; whoever is refused waits as long as
it was told before it tries the next key.
"""

import asyncio
import itertools
import json
import sys
import time

import openai


async def main() -> None:
    """Send all that is to be sent."""
    job = json.loads(sys.argv[1])
    clients = [
        openai.AsyncOpenAI(api_key=key, base_url=job["base_url"], max_retries=0)
        for key in job["keys"]
    ]
    turns = itertools.cycle(clients)
    await asyncio.sleep(job["start_at"] - time.time())
    slots = asyncio.Semaphore(job["concurrency"])

    async def one(number: int) -> None:
        async with slots:
            while True:
                try:
                    await next(turns).chat.completions.create(
                        model="bench", messages=[{"role": "user", "content": f"mail {number}"}]
                    )
                except openai.RateLimitError as error:
                    await asyncio.sleep(float(error.response.headers.get("retry-after", "1")))
                else:
                    return

    await asyncio.gather(*(one(number) for number in range(job["mails"])))


if __name__ == "__main__":
    asyncio.run(main())
