"""Bandwidth spoils its answers in mid-drain. Its list has no words, so callbacks with our tag must tell."""

import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from channels.models import Channel
from channels.webhook.url import callback_url
from sessions.models import Message
from tests.channels.itsp.bandwidth.account import PASSWORD, USER, made_account
from tests.factories import Road, make_agent, make_queue, make_road
from tests.faults.conftest import LATENCY_MS, NUMBERS, SHORT_WAITS
from tests.faults.drain import TEXTS, WHOLE, Drain
from tests.product import Stack
from tests.servers import Simulator
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

StartDrain = Callable[..., Drain]
KILLS = 10 if WHOLE else 4
RETRY_AFTER_S = 4.0


@pytest.fixture
def start_drain(simulator: Simulator, settings: Settings, start_stack: Callable[..., Stack]) -> StartDrain:
    """`drain = start_drain()`: texts on three channels at Bandwidth begin to go, all processes being up."""
    settings.ITSP_API_URLS = {"bandwidth": f"{simulator.url}/bandwidth"}

    def start(*, rate: int = 30) -> Drain:
        credentials = made_account(simulator.post)
        simulator.post("/control/settings", {"api_latency_ms": LATENCY_MS})
        agent = make_agent("1001")
        queue = make_queue(agent)
        roads = [make_road(queue, agent, address=address, name=address, rate=rate) for address in NUMBERS]
        for place, road in enumerate(roads):
            own = {**credentials, "application_id": f"b0a7b0a7-51a0-4000-8000-70ce70ce70c{place}"}
            Channel.objects.filter(pk=road.channel.pk).update(itsp="bandwidth", paused_at=timezone.now())
            road.channel.refresh_from_db()
            road.channel.credentials = own
            road.channel.save()
            number = {"address": road.number.address, "itsp": "bandwidth"}
            simulator.post("/control/numbers", {**number, "belongs_to": own["application_id"]})
        drain = Drain(simulator, roads)
        drain.write(agent)
        stack = start_stack(workers=2, **SHORT_WAITS)
        for road in roads:
            lead(simulator, road)
        drain.begin(stack)
        return drain

    return start


def lead(simulator: Simulator, road: Road) -> None:
    """Has the application's callbacks come to the product that was just started."""
    url = callback_url(road.token)
    login = {"inbound": [USER, PASSWORD], "outbound": [USER, PASSWORD]}
    application = {"application_id": road.channel.credentials["application_id"], **login}
    simulator.post(
        "/control/bandwidth/applications", {**application, "inbound_url": url, "outbound_url": url}
    )


def uncertain() -> list[str]:
    return list(Message.objects.filter(status="uncertain").values_list("body", flat=True))


def ends_without_a_double(drain: Drain) -> None:
    """Each text is delivered, or nobody can tell. Of the first, the ITSP has each once; the rest it lacks."""
    known = ("delivered", "uncertain")
    wait_until(lambda: not Message.objects.exclude(status__in=known).exists(), timeout_s=150)
    there = Counter(message["body"] for message in drain.accepted())
    assert set(there.values()) == {1}
    delivered = Message.objects.filter(status="delivered").values_list("body", flat=True)
    assert set(there) == set(delivered)
    assert len(there) + len(uncertain()) == Message.objects.count()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "drop_after_accept"}, marks=pytest.mark.short),
        {"kind": "error_after_accept"},
        {"kind": "garbage_201"},
        {"kind": "hang", "accept": True},
    ],
    ids=lambda fault: fault["kind"],
)
def test_answers_that_say_nothing_are_cleared_up_by_callbacks(
    start_drain: StartDrain, fault: dict[str, Any]
) -> None:
    drain = start_drain()
    drain.spoil(**fault, count=20)
    drain.ends_well()


def test_text_of_which_nobody_can_tell_is_never_sent_again(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.spoil("503", count=6)
    ends_without_a_double(drain)
    assert len(uncertain()) == 6


def test_list_clears_up_what_no_callback_tells(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.wait_for(0.2)
    drain.simulator.post("/control/settings", {"callbacks": "never"})
    drain.spoil("drop_after_accept", count=6)
    ends_without_a_double(drain)
    assert len(drain.accepted()) == TEXTS


def test_storm_of_too_many_requests_is_waited_out(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.spoil("429", retry_after=RETRY_AFTER_S, count=60)
    drain.ends_well()
    drain.assert_waited_out(RETRY_AFTER_S)


def test_callbacks_come_shuffled_doubled_and_late(start_drain: StartDrain) -> None:
    drain = start_drain()
    drain.simulator.post("/control/bandwidth", {"doubles": True, "batch_s": 0.5})
    drain.wait_for(0.3)
    drain.simulator.post("/control/settings", {"callbacks": "shuffled"})
    drain.ends_well()


def test_killed_senders_double_nothing(start_drain: StartDrain) -> None:
    drain = start_drain(rate=10)
    dice = random.Random(7)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.3, 1))
        drain.kill_a_sender(dice)
    ends_without_a_double(drain)
