"""Bandwidth spoils its answers in mid-drain. Its list has no words, so callbacks with our tag must tell."""

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from channels.webhook.url import callback_url
from sessions.models import Message
from tests.channels.itsp.bandwidth.account import PASSWORD, USER, made_account
from tests.factories import Road
from tests.faults.conftest import NUMBERS, SAYS_NOTHING, StartDrain
from tests.faults.drain import TEXTS, WHOLE, Drain
from tests.servers import Simulator

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

KILLS = 10 if WHOLE else 4
RETRY_AFTER_S = 4.0


@pytest.fixture
def drain(start_drain: StartDrain, simulator: Simulator, settings: Settings) -> Callable[..., Drain]:
    """Of three channels at Bandwidth, each with an application of its own."""
    settings.ITSP_API_URLS = {"bandwidth": f"{simulator.url}/bandwidth"}
    account = made_account(simulator.post)

    def move(road: Road) -> None:
        place = NUMBERS.index(road.number.address)
        own = {**account, "application_id": f"b0a7b0a7-51a0-4000-8000-70ce70ce70c{place}"}
        road.channel.itsp, road.channel.credentials = "bandwidth", own
        road.channel.save()
        number = {"address": road.number.address, "itsp": "bandwidth"}
        simulator.post("/control/numbers", {**number, "belongs_to": own["application_id"]})

    def lead(road: Road) -> None:
        url, login = callback_url(road.token), [USER, PASSWORD]
        simulator.post(
            "/control/bandwidth/applications",
            {
                "application_id": road.channel.credentials["application_id"],
                "inbound_url": url,
                "inbound": login,
                "outbound_url": url,
                "outbound": login,
            },
        )

    return lambda **more: start_drain(prepare=move, lead=lead, **more)


@pytest.mark.parametrize("fault", SAYS_NOTHING, ids=lambda fault: fault["kind"])
@pytest.mark.long
def test_answers_that_say_nothing_are_cleared_up_by_callbacks(
    drain: Callable[..., Drain], fault: dict[str, Any]
) -> None:
    one = drain()
    one.spoil(**fault, count=20)
    one.ends_well()


def test_text_of_which_nobody_can_tell_is_never_sent_again(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.spoil("503", count=6)
    one.ends_without_a_double()
    assert Message.objects.filter(status="uncertain").count() == 6


def test_list_clears_up_what_no_callback_tells(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.wait_for(0.2)
    one.simulator.post("/control/settings", {"callbacks": "never"})
    one.spoil("drop_after_accept", count=6)
    one.ends_without_a_double()
    assert len(one.accepted()) == TEXTS


def test_storm_of_too_many_requests_is_waited_out(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.spoil("429", retry_after=RETRY_AFTER_S, count=60)
    one.ends_well()
    one.assert_waited_out(RETRY_AFTER_S)


def test_callbacks_come_shuffled_doubled_and_late(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.simulator.post("/control/bandwidth", {"doubles": True, "batch_s": 0.5})
    one.wait_for(0.3)
    one.simulator.post("/control/settings", {"callbacks": "shuffled"})
    one.ends_well()


def test_killed_senders_double_nothing(drain: Callable[..., Drain]) -> None:
    one = drain(rate=10)
    dice = random.Random(7)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.3, 1))
        one.kill_a_sender(dice)
    one.ends_without_a_double()
