"""Texts that leave through three channels while something breaks, and what the ITSP says of them."""

import itertools
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection, transaction

from channels.actions import reconnect_channel
from channels.models import Channel
from routing.models import Extension
from sessions import actions
from sessions.models import Lane, Message
from tests.factories import Road
from tests.product import Stack
from tests.servers import Simulator
from tests.waiting import wait_until

WHOLE = os.environ.get("FAULTS") == "whole"  # otherwise the short form, for `make test`
TEXTS, CONTACTS = (500, 50) if WHOLE else (150, 15)
REACTION_S = 1.5  # until all that was in flight is answered, and all workers know what it said
JITTER_S = 0.1  # between the moment of a slot and its request's at the ITSP, on a machine with much to do


@dataclass(frozen=True)
class Request:
    """A request to send a text as it came in at the ITSP, times in seconds since 1970."""

    at: float
    answered_at: float
    status: int
    sender: str | None


@dataclass
class Drain:
    """`written`: for each (our number, contact) the texts in the order in which they were accepted."""

    simulator: Simulator
    roads: Sequence[Road]
    written: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    stack: Stack = field(init=False)

    @property
    def senders(self) -> list[str]:
        return [name for name in self.stack.children if name.startswith(("sender", "background"))]

    @property
    def workers(self) -> list[str]:
        """All that serve a queue."""
        return [name for name in self.stack.children if name.startswith(("sender", "worker", "background"))]

    def write(self, agent: Extension) -> None:
        """Accepts texts as an agent's client would, in one transaction because there are so many."""
        with transaction.atomic():
            for number in range(TEXTS):
                self._write(agent, number, "Text")

    def write_more(self, count: int) -> None:
        """Further texts to the same contacts, each accepted by itself."""
        agent = Extension.objects.get()
        for number in range(count):
            self._write(agent, number, "Another text")

    def _write(self, agent: Extension, number: int, what: str) -> None:
        """To each contact in turn, each contact on one channel."""
        contact = number % CONTACTS
        road = self.roads[contact % len(self.roads)]
        address, body = f"+1415556{contact:04}", f"{what} {number} to {contact}"
        actions.start_session(agent=agent, number=road.number, contact=address, body=body)
        self.written[road.number.address, address].append(body)

    def begin(self, stack: Stack) -> None:
        """Lets the texts go once all workers are up."""
        self.stack = stack
        for name in self.workers:
            wait_until(lambda name=name: " ready." in stack.logs(400)[name], timeout_s=60)  # type: ignore[misc]
        Channel.objects.update(paused_at=None)

    def wait_for(self, share: float) -> None:
        """Until the ITSP has this share of the texts."""
        wait_until(lambda: self.simulator.get("/control/state")["messages"] >= share * TEXTS, timeout_s=60)

    def spoil(self, kind: str, *, share: float = 0.2, **options: Any) -> int:
        """Once the ITSP has this share of the texts, it does this wrong. Returns the fault's id."""
        self.wait_for(share)
        return int(self.simulator.post("/control/faults", {"kind": kind, **options})["id"])

    def mend(self, fault_id: int) -> None:
        """The ITSP is as before, and an administrator has said so of each channel."""
        self.simulator.delete(f"/control/faults/{fault_id}")
        for channel in Channel.objects.all():
            reconnect_channel(channel)

    def kill_a_sender(self, dice: random.Random) -> None:
        """It is there again at once."""
        name = dice.choice(self.senders)
        self.stack.kill(name)
        self.stack.start(name)

    def accepted(self) -> list[dict[str, Any]]:
        """What the ITSP has, in the order in which it took them."""
        messages: list[dict[str, Any]] = self.simulator.get("/control/messages?limit=0")["messages"]
        return sorted(messages, key=lambda message: float(message["created_at"]))

    def requests(self, sender: str | None = None) -> list[Request]:
        """All requests to send, from one number or from all."""
        found = self.simulator.get("/control/requests?kind=api&limit=0")["requests"]
        return [
            Request(one["at"], one["at"] + one["ms"] / 1000, one["status"], _sender_of(one["params"]))
            for one in found
            if one["method"] == "POST" and sender in (None, _sender_of(one["params"]))
        ]

    def assert_waited_out(self, wait_s: float) -> None:
        """After a 429 nothing was asked for so long, on no channel, and each had one."""
        for road in self.roads:
            requests = self.requests(road.number.address)
            refused = [request.answered_at for request in requests if request.status == 429]
            assert refused
            for at in refused:
                assert [one for one in requests if at + REACTION_S < one.at < at + wait_s] == []

    def ends_well(self, timeout_s: float = 150.0) -> None:
        """Every text is at the ITSP once and in order, by its own record; then our database agrees."""
        wait_until(lambda: self._is_settled(), timeout_s=timeout_s)
        there: dict[tuple[str, str], list[str]] = defaultdict(list)
        for message in self.accepted():
            there[message["from"], message["to"]].append(message["body"])
        assert there == self.written
        assert Lane.objects.exclude(head=None, in_flight=None).count() == 0

    def ends_without_a_double(self, timeout_s: float = 150.0) -> None:
        """Each text went, or nobody can tell: the ITSP has the former once, the latter never."""
        went = ("accepted", "sent", "delivered")
        wait_until(
            lambda: not Message.objects.exclude(status__in=(*went, "uncertain")).exists(), timeout_s=timeout_s
        )
        there = Counter(message["body"] for message in self.accepted())
        assert set(there.values()) == {1}
        assert set(there) == set(Message.objects.filter(status__in=went).values_list("body", flat=True))
        uncertain = Message.objects.filter(status="uncertain").count()
        assert len(there) + uncertain == Message.objects.count()

    def _is_settled(self) -> bool:
        try:
            return not Message.objects.filter(kind="outbound").exclude(status="delivered").exists()
        except Error:  # it was killed below this connection
            connection.close()
            return False


def _sender_of(params: dict[str, str]) -> str | None:
    """Whatever the ITSP calls it."""
    return params.get("From") or params.get("from")


def most_within(seconds: float, times: Sequence[float]) -> int:
    """The most of the times (sorted) that lie in any window of this length."""
    first = most = 0
    for place, at in enumerate(times):
        while at - times[first] >= seconds:
            first += 1
        most = max(most, place - first + 1)
    return most


def gaps(times: Sequence[float]) -> Iterator[float]:
    """Between one and the next."""
    return (later - earlier for earlier, later in itertools.pairwise(times))
