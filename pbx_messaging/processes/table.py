"""The table of the processes. Whoever starts the product goes through it, so that a new one is an entry here.

docker-compose.yml and README.md name each as well; a test compares them with this.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pbx_messaging.processes.process import Process
from pbx_messaging.processes.servers import stream_as_told, web_as_told
from pbx_messaging.processes.workers import beat, worker


@dataclass(frozen=True)
class Kind:
    """What such a process is for, and how it is made of its name.

    `listens`: it has a port, which LISTEN says. `is_single`: there must never be a second one.
    """

    purpose: str
    named: Callable[[str], Process]
    listens: bool = False
    is_single: bool = False


PROCESSES = {
    "web": Kind("pages and API; webhooks while stream is away", web_as_told, listens=True),
    "stream": Kind(
        "/events/, unbuffered, and /w/: event streams, webhooks",
        stream_as_told,
        listens=True,
    ),
    "worker": Kind("sends texts, and does what else is due; one or many", worker),
    "beat": Kind("the clock that wakes the workers; exactly one", beat, is_single=True),
}


def background(copies: int | None = None) -> list[Process]:
    """All that have no port: one of each, or of those that may be many so many `copies`, with numbers."""
    found = []
    for name, kind in PROCESSES.items():
        if kind.listens:
            continue
        is_numbered = copies is not None and not kind.is_single
        names = [f"{name}-{number}" for number in range(1, (copies or 0) + 1)] if is_numbered else [name]
        found += [kind.named(each) for each in names]
    return found
