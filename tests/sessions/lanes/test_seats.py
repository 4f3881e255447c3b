"""The places of texts in their lanes: in order, one at the head, one in flight."""

from datetime import timedelta

import pytest
from django.utils import timezone

from routing.models import Extension
from sessions import actions
from sessions.lanes import seats
from sessions.models import Attempt, Lane, MessagingSession
from sessions.sending import claiming
from tests.factories import Road
from tests.sessions.conftest import Post
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def own(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    post_inbound(1000, "Are you open tomorrow?")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


def test_scheduled_text_waits_for_its_time_outside_of_the_queue(
    own: MessagingSession, road: Road, agents: list[Extension]
) -> None:
    due_at = timezone.now() + HOUR
    message = actions.reply(own, agent=agents[0], body="Good morning", due_at=due_at)
    attempt = Attempt.objects.get()
    assert (message.status, attempt.status, attempt.due_at) == ("scheduled", "scheduled", due_at)
    assert attempt.lane.head is None
    assert seats.queue_due(now=due_at - timedelta(seconds=1)) == 0
    assert seats.queue_due(now=due_at) == 1
    message.refresh_from_db()
    assert message.status == "queued"
    claims = wait_until(lambda: claiming.claim({road.channel.pk: 10}))
    assert [claim.sms.body for claim in claims] == ["Good morning"]


def write(session: MessagingSession, agent: Extension, *bodies: str) -> list[Attempt]:
    return [actions.reply(session, agent=agent, body=body).attempts.get() for body in bodies]


def test_oldest_waiting_text_is_at_the_head(own: MessagingSession, agents: list[Extension]) -> None:
    first, second = write(own, agents[0], "First", "Second")
    assert Lane.objects.get().head == first
    Attempt.objects.filter(pk=first.pk).update(status="cancelled")
    seats.reseat(seats.lock([first.lane_id]))
    assert Lane.objects.get().head == second


@pytest.mark.parametrize(
    ("status", "is_held"),
    [("sending", True), ("unknown", True), ("queued", False), ("accepted", False), ("failed", False)],
)
def test_lane_lets_go_of_what_is_no_longer_in_flight(
    own: MessagingSession, agents: list[Extension], status: str, *, is_held: bool
) -> None:
    first, _second = write(own, agents[0], "First", "Second")
    Lane.objects.update(in_flight=first)
    Attempt.objects.filter(pk=first.pk).update(status=status)
    seats.reseat(seats.lock([first.lane_id]))
    assert Lane.objects.get().in_flight_id == (first.pk if is_held else None)


def test_held_lane_is_released_when_its_time_has_come(own: MessagingSession, agents: list[Extension]) -> None:
    (attempt,) = write(own, agents[0], "First")
    until = timezone.now() + HOUR
    seats.hold([attempt.lane_id], until=until)
    assert seats.release(now=until - timedelta(seconds=1)) == 0
    assert seats.release(now=until) == 1
    assert Lane.objects.get().held_until is None


def test_time_in_which_the_channel_was_held_is_no_waiting(
    own: MessagingSession, agents: list[Extension], road: Road
) -> None:
    (attempt,) = write(own, agents[0], "First")
    road.channel.held_s += 600
    assert seats.waited_s(attempt, road.channel, now=attempt.queued_at + HOUR) == 3_000
