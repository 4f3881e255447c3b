"""Work that costs less for many at once: whatever waits is done in one go, by one thread."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Generic, NamedTuple, TypeVar

One = TypeVar("One")
Outcome = TypeVar("Outcome")


class _Waiting(NamedTuple, Generic[One, Outcome]):
    one: One
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Outcome]"


class Batcher(Generic[One, Outcome]):
    """Hands `work` all that waits, up to `most`. It waits for nothing more: what comes alone is done alone.

    `work` gives outcomes in the order of what it was given; if it raises, everyone in the batch gets that.
    """

    def __init__(self, work: Callable[[Sequence[One]], Sequence[Outcome]], *, name: str, most: int) -> None:
        self._work, self._name, self._most = work, name, most
        self._queue: SimpleQueue[_Waiting[One, Outcome]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def __call__(self, one: One) -> Outcome:
        if self._thread is None:  # only now: a process that forks would lose it
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._queue.put(_Waiting(one, loop, future))
        return await future

    def _run(self) -> None:
        while True:
            waiting = [self._queue.get()]
            while len(waiting) < self._most:
                try:
                    waiting.append(self._queue.get_nowait())
                except Empty:
                    break
            self._do(waiting)

    def _do(self, waiting: Sequence[_Waiting[One, Outcome]]) -> None:
        outcomes: Sequence[Outcome | Exception]
        try:
            outcomes = self._work([one.one for one in waiting])
        except Exception as error:
            outcomes = [error] * len(waiting)
        waiting[0].loop.call_soon_threadsafe(_tell, waiting, outcomes)


def _tell(waiting: Sequence[_Waiting[One, Outcome]], outcomes: Sequence[Outcome | Exception]) -> None:
    """In the event loop. Whoever does not wait any more, because the caller hung up, is passed over."""
    for one, outcome in zip(waiting, outcomes, strict=True):
        if one.future.done():
            continue
        if isinstance(outcome, Exception):
            one.future.set_exception(outcome)
        else:
            one.future.set_result(outcome)
