"""What goes wrong at a provider of the general interface: it can't be asked, so its results must tell."""

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from channels.models import Channel
from channels.webhook.url import callback_url
from sessions.models import Message
from tests.factories import Road
from tests.faults.conftest import SAYS_NOTHING, StartDrain
from tests.faults.drain import WHOLE, Drain
from tests.servers import Simulator
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

KILLS = 10 if WHOLE else 4
RETRY_AFTER_S = 4.0


@pytest.fixture
def drain(start_drain: StartDrain, simulator: Simulator, settings: Settings) -> Callable[..., Drain]:
    """Of three channels at one provider."""
    settings.ITSP_API_URLS = {"general": f"{simulator.url}/general"}
    logins = {one["itsp"]: one["fields"] for one in simulator.get("/control/state")["logins"]}
    account = {field["name"]: field["value"] for field in logins["general"]}

    def move(road: Road) -> None:
        road.channel.itsp, road.channel.credentials = "general", account
        road.channel.save()

    def lead(road: Road) -> None:
        number = {"address": road.number.address, "itsp": "general", "sms_url": callback_url(road.token)}
        simulator.post("/control/numbers", {**number, "rate": "unlimited"})

    return lambda **more: start_drain(prepare=move, lead=lead, **more)


@pytest.mark.parametrize("fault", SAYS_NOTHING, ids=lambda fault: fault["kind"])
@pytest.mark.long
def test_answers_that_say_nothing_are_cleared_up_by_results(
    drain: Callable[..., Drain], fault: dict[str, Any]
) -> None:
    one = drain()
    one.spoil(**fault, count=20)
    one.ends_well()


@pytest.mark.parametrize("kind", ["503", "500"])
def test_text_of_which_nobody_can_tell_is_never_sent_again(drain: Callable[..., Drain], kind: str) -> None:
    one = drain()
    one.spoil(kind, count=6)
    one.ends_without_a_double()
    assert Message.objects.filter(status="uncertain").count() == 6


def test_storm_of_too_many_requests_is_waited_out(drain: Callable[..., Drain]) -> None:
    one = drain()
    one.spoil("429", retry_after=RETRY_AFTER_S, count=60)
    one.ends_well()
    one.assert_waited_out(RETRY_AFTER_S)


def test_refused_key_stops_all_until_it_is_mended(drain: Callable[..., Drain]) -> None:
    one = drain()
    fault = one.spoil("reject_credentials")
    wait_until(lambda: not Channel.objects.exclude(status=Channel.Status.FAILING).exists(), timeout_s=30)
    one.mend(fault)
    one.ends_well()


def test_results_come_shuffled_and_doubled(drain: Callable[..., Drain]) -> None:
    one = drain()
    for share, manner in ((0.1, "shuffled"), (0.5, "repeated")):
        one.wait_for(share)
        one.simulator.post("/control/settings", {"callbacks": manner})
    one.ends_well()


def test_killed_senders_double_nothing(drain: Callable[..., Drain]) -> None:
    one, dice = drain(rate=10), random.Random(13)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.3, 1))
        one.kill_a_sender(dice)
    one.ends_without_a_double()


def test_provider_that_is_away_gets_everything_when_it_is_back(drain: Callable[..., Drain]) -> None:
    """A refused connection proves that nothing was sent."""
    one = drain()
    one.wait_for(0.3)
    one.simulator.stop()
    time.sleep(10)
    one.simulator.start()
    one.ends_without_a_double()
