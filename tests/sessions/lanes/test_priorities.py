"""Which priority a text has by the door that it comes in by."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from routing.models import ClosedDay, Extension, MessageQueue
from sessions import actions
from sessions.models import Attempt, Priority
from tests.api.conftest import Caller
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.portal import logged_in
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


def last() -> Attempt:
    return Attempt.objects.latest("pk")


def test_new_session_answer_and_retry_of_an_agent(ada: Client, road: Road) -> None:
    fields = {"number": road.number.pk, "contact": CONTACT, "body": "Hello", "client_id": str(uuid.uuid4())}
    ada.post("/inbox/new/", fields)
    message = last().message
    assert last().priority == Priority.START
    path = f"/inbox/{message.session_id}"
    ada.post(f"{path}/reply/", {"body": "And this", "client_id": str(uuid.uuid4())})
    assert (last().message.body, last().priority) == ("And this", Priority.ANSWER)
    Attempt.objects.filter(message=message).update(status="failed")
    again = actions.retry(message, agent=road.number.initiators.order_by("pk")[0])
    assert again.priority == Priority.ANSWER


def test_scheduled_text_is_no_answer_although_an_agent_wrote_it(road: Road, agents: list[Extension]) -> None:
    due_at = timezone.now() + timedelta(hours=1)
    actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Hi", due_at=due_at)
    assert last().priority == Priority.API


def test_automatic_reply(queue: MessageQueue, post_inbound: Post) -> None:
    queue.closed_reply = "We are closed."
    queue.save()
    ClosedDay.objects.create(queue=queue, date=timezone.now().astimezone(queue.zone).date())
    post_inbound(1, "Hello?")
    assert last().priority == Priority.AUTOMATIC


def test_all_that_a_token_posts(agents: list[Extension], road: Road) -> None:
    caller = Caller(agents[0].user)
    started = caller.post("sessions", {"number": OUR_NUMBER, "contact": CONTACT, "body": "Hello"}).json()
    assert last().priority == Priority.API
    caller.post(f"sessions/{started['session']['id']}/messages", {"body": "And this"})
    assert (last().message.body, last().priority) == ("And this", Priority.API)
    last().message.attempts.update(status="failed")
    caller.post(f"messages/{last().message_id}/retry")
    assert (Attempt.objects.count(), last().priority) == (3, Priority.API)
