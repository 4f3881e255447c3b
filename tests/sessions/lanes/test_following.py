"""What becomes of waiting texts when their number, or their channel, goes away."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from channels import actions as channel_actions
from channels.models import Channel
from routing.models import Extension
from sessions import actions
from sessions.ending import archiving
from sessions.lanes import following, seats
from sessions.models import Attempt, Lane, Message
from sessions.sending import claiming, pump, reconcile, validity
from tests.factories import CONTACT, Road, make_road
from tests.servers import Simulator
from tests.sessions.conftest import signed_post

pytestmark = pytest.mark.django_db(transaction=True)

GONE = "The channel was deleted before the message was sent."


def write(agent: Extension, road: Road, body: str, **others: Any) -> Attempt:
    message = actions.start_session(agent=agent, number=road.number, contact=CONTACT, body=body, **others)
    return message.attempts.get()


def bodies(simulator: Simulator) -> list[str]:
    return [one["body"] for one in simulator.get("/control/messages")["messages"]]


@pytest.fixture
def other(own_road: Road, agents: list[Extension], simulator: Simulator) -> Road:
    """Another channel of the same account."""
    account = simulator.get("/control/state")
    secrets = {"account_sid": account["account_sid"], "auth_token": account["auth_token"]}
    return make_road(agents[0], address="+14155550100", name="Other", rate=225, **secrets)


def move(road: Road, to: Road) -> None:
    road.number.channel = to.channel
    road.number.save()


def test_number_that_moves_to_another_channel_takes_its_queue_along(
    own_road: Road, other: Road, agents: list[Extension], simulator: Simulator
) -> None:
    write(agents[0], own_road, "On its way")
    move(own_road, other)
    pump.run()
    assert bodies(simulator) == []
    assert following.follow_numbers() == 1
    pump.run()
    assert bodies(simulator) == ["On its way"]
    assert Attempt.objects.get().channel == other.channel


def test_text_written_after_the_move_lets_nothing_before_it_go_unasked_about(
    own_road: Road, other: Road, agents: list[Extension], simulator: Simulator, client: Client
) -> None:
    """The channel that sent it is the one that hears of it, and the one that asks."""
    first = write(agents[0], own_road, "Before")
    scheduled = write(agents[0], own_road, "By the way", due_at=timezone.now() + timedelta(hours=1))
    move(own_road, other)
    write(agents[0], own_road, "After")
    following.follow_numbers()
    seats.queue_due(now=timezone.now() + timedelta(hours=1))
    pump.run()
    assert bodies(simulator) == ["Before", "By the way", "After"]
    assert set(Attempt.objects.values_list("channel__name", flat=True)) == {"Other"}
    account = simulator.get("/control/state")
    for attempt in (first, scheduled):
        attempt.refresh_from_db()
        fields = {"MessageSid": str(attempt.itsp_message_id), "MessageStatus": "delivered"}
        fields |= {"AccountSid": account["account_sid"]}
        signed_post(client, f"{other.path}?attempt={attempt.pk}", fields, account["auth_token"])
        attempt.refresh_from_db()
        assert attempt.status == "delivered"


def test_scheduled_text_of_a_moved_number_is_the_new_channels(
    own_road: Road, other: Road, agents: list[Extension], simulator: Simulator
) -> None:
    attempt = write(agents[0], own_road, "Later", due_at=timezone.now() + timedelta(hours=1))
    move(own_road, other)
    archiving.archive_channel(own_road.channel)
    attempt.refresh_from_db()
    assert attempt.status == "scheduled"
    with pytest.raises(archiving.Hindered):
        archiving.archive_channel(other.channel)
    seats.queue_due(now=timezone.now() + timedelta(hours=1))
    following.follow_numbers()
    pump.run()
    assert bodies(simulator) == ["Later"]
    assert Attempt.objects.get().channel == other.channel


def test_time_that_counts_for_validity_moves_along(
    own_road: Road, other: Road, agents: list[Extension]
) -> None:
    """It waited for five hours, of which its channel was paused for two; the other one never was."""
    attempt, now = write(agents[0], own_road, "Patient"), timezone.now()
    Attempt.objects.update(queued_at=now - timedelta(hours=5))
    channel_actions.pause_channel(own_road.channel)
    Channel.objects.filter(pk=own_road.channel.pk).update(held_since=now - timedelta(hours=2))
    channel_actions.resume_channel(Channel.objects.get(pk=own_road.channel.pk))
    move(own_road, other)
    following.follow_numbers()
    assert validity.expire(now=now) == 0
    assert validity.expire(now=now + timedelta(hours=1, seconds=2)) == 1
    attempt.refresh_from_db()
    assert attempt.status == "expired"


def test_text_that_comes_back_after_its_channel_was_deleted_is_cancelled_in_words(
    own_road: Road, agents: list[Extension], simulator: Simulator, settings: Any
) -> None:
    simulator.post("/control/faults", {"kind": "500", "count": 1})
    write(agents[0], own_road, "Perhaps")
    pump.run()
    archiving.archive_channel(own_road.channel)
    archiving.cancel_left_behind()
    assert Attempt.objects.get().status == "unknown"
    settings.RECONCILE_GIVE_UP_S = 0
    Attempt.objects.update(check_at=timezone.now())
    assert reconcile.check_due() == 1
    archiving.cancel_left_behind()
    message = Message.objects.get(kind="outbound")
    assert (message.status, message.reason) == ("cancelled", GONE)
    assert (Lane.objects.get().head, Lane.objects.get().in_flight) == (None, None)
    assert list(claiming.channels_with_work()) == []
