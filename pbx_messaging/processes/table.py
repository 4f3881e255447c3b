"""The table of the processes. Whoever starts the product goes through it, so that a new one is an entry here.

docker-compose.yml and README.md name each as well; a test compares them with this.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pbx_messaging.processes.process import Process
from pbx_messaging.processes.servers import stream_as_told, web_as_told
from pbx_messaging.processes.workers import beat, sender, sender_and_worker, worker


@dataclass(frozen=True)
class Kind:
    """What such a process is for, and how it is made of its name.

    `listens`: it has a port, which LISTEN says. `is_single`: one is enough; a second one stands by.
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
    "sender": Kind("sends texts, and does what is due by our own clock; one or many", sender),
    "worker": Kind("asks outsiders, who may hang, and does what takes long; one or many", worker),
    "beat": Kind("the clock that wakes the workers; of several one leads", beat, is_single=True),
}


def kind_of(name: str) -> Kind | None:
    """Of "sender", and of "sender-2", a further one on the same machine, where there may be many."""
    kind, _, number = name.partition("-")
    found = PROCESSES.get(kind)
    if found and name != kind and (found.listens or found.is_single or not number.isdecimal()):
        return None
    return found


def background(copies: int | None = None) -> list[Process]:
    """All that have no port: of those that may be many so many `copies`, with numbers.

    Without `copies` they are those of a machine of its own, where one process serves both queues.
    """
    if copies is None:
        return [sender_and_worker(), beat()]
    found = []
    for name, kind in PROCESSES.items():
        if kind.listens:
            continue
        names = [name] if kind.is_single else [f"{name}-{number}" for number in range(1, copies + 1)]
        found += [kind.named(each) for each in names]
    return found
