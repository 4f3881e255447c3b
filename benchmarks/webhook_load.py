"""`python -m benchmarks.webhook_load JSON`: posts signed texts or callbacks as fast as the server answers.

Requests are made and signed before the clock starts; each connection sends its next one when it has the
answer. Prints {"per_s", "answered": {status: count}, "ms": [...]}.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.texts import callback_fields, request_of, signed


@dataclass(frozen=True)
class Job:
    """Where to post to, for how long, and the number of the first text.

    `first_attempt`: the id of our attempt with that number; then callbacks are posted instead of texts.
    """

    url: str
    seconds: float
    first: int
    connections: int = 16
    prepared: int = 6000
    first_attempt: int | None = None

    def request(self, number: int) -> bytes:
        if self.first_attempt is None:
            return request_of(self.url, self.first + number)
        url = f"{self.url}?attempt={self.first_attempt + number}"
        return signed(url, callback_fields(self.first + number))


@dataclass
class Outcome:
    answered: "Counter[int]" = field(default_factory=Counter)
    ms: list[float] = field(default_factory=list)


async def _keep_posting(job: Job, requests: Iterator[bytes], until: float, outcome: Outcome) -> None:
    parts = urlsplit(job.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    while time.perf_counter() < until and (request := next(requests, None)):
        begun = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]
        await reader.readexactly(int(length))
        outcome.ms.append((time.perf_counter() - begun) * 1000)
        outcome.answered[int(head.split(b" ", 2)[1])] += 1
    writer.close()


async def run(job: Job) -> dict[str, object]:
    """Does it."""
    requests = iter([job.request(number) for number in range(job.prepared)])
    outcome, begun = Outcome(), time.perf_counter()
    until = begun + job.seconds
    await asyncio.gather(*(_keep_posting(job, requests, until, outcome) for _ in range(job.connections)))
    per_s = len(outcome.ms) / (time.perf_counter() - begun)
    return {"per_s": per_s, "answered": outcome.answered, "ms": [round(ms, 2) for ms in outcome.ms]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(Job(**json.loads(sys.argv[1]))))))
