"""Faults in mid-drain: `make test` runs those that are marked `short`, `make faults` all of them."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from channels.models import Channel
from tests.factories import Road, make_agent, make_queue, make_road
from tests.faults.drain import WHOLE, Drain
from tests.product import Stack
from tests.servers import Simulator

LATENCY_MS = 200
NUMBERS = ("+14155550101", "+14155550102", "+14155550103")
SHORT_WAITS = {
    "ITSP_TIMEOUT_S": "3",
    "CLAIM_MARGIN_S": "2",
    "RECONCILE_AFTER_S": "3",
    "RECONCILE_EVERY_S": "2",
    "RECONCILE_GIVE_UP_S": "10",
    "LOOK_UP_AFTER_H": "0.002",
    "DATABASE_LOCK_TIMEOUT_S": "2",
}

SAYS_NOTHING = [  # answers to texts that were taken
    pytest.param({"kind": "drop_after_accept"}, marks=pytest.mark.short),
    {"kind": "error_after_accept"},
    {"kind": "garbage_201"},
    {"kind": "hang", "accept": True},
]

StartDrain = Callable[..., Drain]
Prepare = Callable[[Road], object]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones to `make faults`."""
    ours = [item for item in items if "tests/faults/" in item.nodeid]
    left = [item for item in ours if not (WHOLE or item.get_closest_marker("short"))]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def _as_it_is(_road: Road) -> None:
    pass


@pytest.fixture
def start_drain(simulator: Simulator, start_stack: Callable[..., Stack]) -> StartDrain:
    """`drain = start_drain(rate=30)`: texts on three channels begin to go, all processes being up.

    `prepare` is given each channel's road before, to make it another ITSP's; `lead` once the product runs,
    to have that ITSP's calls come to it.
    """

    def start(
        *, rate: int = 30, prepare: Prepare = _as_it_is, lead: Prepare = _as_it_is, **env: str
    ) -> Drain:
        simulator.post("/control/settings", {"api_latency_ms": LATENCY_MS})
        for address in NUMBERS:
            simulator.post("/control/numbers", {"address": address, "rate": "unlimited"})
        account = simulator.get("/control/state")
        credentials = {name: account[name] for name in ("account_sid", "auth_token")}
        agent = make_agent("1001")
        queue = make_queue(agent)
        roads = [
            make_road(queue, agent, address=address, name=address, rate=rate, **credentials)
            for address in NUMBERS
        ]
        for road in roads:
            prepare(road)
        Channel.objects.update(paused_at=timezone.now())
        drain = Drain(simulator, roads)
        drain.write(agent)
        stack = start_stack(workers=2, **{**SHORT_WAITS, **env})
        for road in roads:
            lead(road)
        drain.begin(stack)
        return drain

    return start
