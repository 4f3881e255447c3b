"""Claims: what is sent next, by whom, and what became of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from channels.itsp.texts import Accepted
from channels.models import Channel
from routing.models import Extension
from sessions.models import Attempt
from sessions.sending import claiming, pump
from tests.factories import Road
from tests.servers import Simulator
from tests.sessions.sending.test_pump import drained, statuses, write
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def claimed() -> list[claiming.Claim]:
    """Claims what there is; the limiter, new to the channel, grants nothing in its first second."""
    pk = Channel.objects.get().pk
    return wait_until(lambda: claiming.claim({pk: 10}))


def test_refused_connection_is_tried_again(
    own_road: Road, agents: list[Extension], simulator: Simulator, settings: Any
) -> None:
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}
    write(agents[0], own_road, "Hello")
    (claim,) = claimed()
    pump_once = pump.Pump()
    pump_once._send(claim, pump_once._sender(own_road.channel))
    claiming.settle([pump_once.results.get()])
    assert statuses() == ["queued"]
    assert Attempt.objects.get().claimed_at is None


def test_lost_worker_leaves_unknown_not_a_second_send(
    own_road: Road, agents: list[Extension], simulator: Simulator
) -> None:
    write(agents[0], own_road, "Lost")
    assert len(claimed()) == 1
    assert claiming.settle_lost_claims() == 0
    Attempt.objects.update(claimed_at=timezone.now() - claiming.LEASE - timedelta(seconds=1))
    assert claiming.settle_lost_claims() == 1
    assert statuses() == ["unknown"]
    assert drained(simulator) == []


def test_lane_has_one_in_flight_and_a_stale_result_changes_nothing(
    own_road: Road, agents: list[Extension]
) -> None:
    write(agents[0], own_road, "First")
    write(agents[0], own_road, "Second")
    (claim,) = claimed()
    assert (claim.sms.body, claiming.claim({own_road.channel.pk: 10})) == ("First", [])
    Attempt.objects.filter(pk=claim.attempt_id).update(claimed_at=timezone.now() + timedelta(seconds=1))
    claiming.settle([claiming.Result(claim, Accepted("SM1"))])
    first = Attempt.objects.get(pk=claim.attempt_id)  # which somebody else has claimed since
    assert (first.status, first.itsp_message_id) == ("sending", None)


@pytest.mark.parametrize(
    "stopped", [{"paused_at": timezone.now()}, {"status": "failing"}, {"archived_at": timezone.now()}]
)
def test_channel_that_may_not_send_has_no_work(
    own_road: Road, agents: list[Extension], stopped: dict[str, Any]
) -> None:
    write(agents[0], own_road, "Hello")
    assert [*claiming.channels_with_work()] == [own_road.channel]
    Channel.objects.update(**stopped)
    assert [*claiming.channels_with_work()] == []
    assert claiming.claim({own_road.channel.pk: 10}) == []
    assert claiming.claim({}) == []
