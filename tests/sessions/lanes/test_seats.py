"""The places of texts in their lanes: in order, one at the head, one in flight."""

from datetime import timedelta

import pytest
from django.utils import timezone

from routing.models import Extension
from sessions import actions
from sessions.lanes import seats
from sessions.models import Attempt, MessagingSession
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
