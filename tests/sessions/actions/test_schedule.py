"""Texts with a time of their own."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.ending import archiving, unanswered
from sessions.lanes import seats
from sessions.models import Attempt, Message, MessagingSession
from tests.factories import CONTACT, Road
from tests.portal import logged_in, text_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


@pytest.fixture
def own(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    post_inbound(1000, "Are you open tomorrow?")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


def local(at: datetime) -> str:
    """As a browser's field sends it."""
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def post(client: Client, session: MessagingSession, **values: str) -> Any:
    data = {"body": "Good morning", "client_id": "7f6c8d7e-3c56-4f0e-a0bb-000000000001", **values}
    return client.post(reverse("inbox-reply", args=[session.pk]), data)


def test_scheduled_first_text_opens_the_session(road: Road, agents: list[Extension]) -> None:
    due_at = timezone.now() + HOUR
    start: dict[str, Any] = {
        "agent": agents[0],
        "number": road.number,
        "contact": CONTACT,
        "body": "Reminder",
    }
    message = actions.start_session(**start, due_at=due_at)
    assert (message.status, message.session.contact) == ("scheduled", CONTACT)


def test_contact_waits_until_a_scheduled_answer_is_queued(
    own: MessagingSession, agents: list[Extension], queue: MessageQueue
) -> None:
    own.refresh_from_db()
    since, later = own.unanswered_since, timezone.now() + HOUR
    MessageQueue.objects.filter(pk=queue.pk).update(alert_after_minutes=1)
    actions.reply(own, agent=agents[0], body="Tomorrow, yes", due_at=later)
    assert seats.queue_due(now=later - timedelta(seconds=1)) == 0
    own.refresh_from_db()
    assert (own.unanswered_since, own.unread) == (since, 0)
    assert unanswered.alert(now=later) == 1
    with pytest.raises(actions.NotArchivable):
        actions.archive(own, agent=agents[0])
    assert seats.queue_due(now=later) == 1
    own.refresh_from_db()
    assert (own.unanswered_since, own.alerted_at) == (None, None)


@pytest.mark.parametrize("end", ["cancel", "STOP"])
def test_scheduled_text_that_never_goes_out_is_no_answer(
    own: MessagingSession, agents: list[Extension], post_inbound: Post, end: str
) -> None:
    own.refresh_from_db()
    since = own.unanswered_since
    message = actions.reply(own, agent=agents[0], body="Maybe", due_at=timezone.now() + HOUR)
    if end == "cancel":
        actions.cancel(message, agent=agents[0])
    else:
        post_inbound(1, "STOP")
    assert seats.queue_due(now=timezone.now() + DAY) == 0
    own.refresh_from_db()
    assert own.unanswered_since == (since if end == "cancel" else None)


@pytest.mark.parametrize("is_answered_between", [False, True])
def test_scheduled_text_answers_only_what_came_before_it(
    own: MessagingSession, agents: list[Extension], post_inbound: Post, *, is_answered_between: bool
) -> None:
    for body in ("One", "Two"):
        actions.reply(own, agent=agents[0], body=body, due_at=timezone.now() + HOUR)
    if is_answered_between:
        actions.reply(own, agent=agents[0], body="At once")
    post_inbound(1, "And on Sunday?")
    post_inbound(2, "Hello?")
    MessagingSession.objects.update(alerted_at=None if is_answered_between else timezone.now())
    assert seats.queue_due(now=timezone.now() + DAY) == 2
    own.refresh_from_db()
    question = own.messages.get(body="And on Sunday?")
    assert (own.unanswered_since, own.alerted_at) == (question.created_at, None)


@pytest.mark.parametrize("after", [-HOUR, timedelta(0), 30 * DAY + HOUR])
def test_time_that_passed_or_is_too_far_is_refused(
    own: MessagingSession, agents: list[Extension], after: timedelta
) -> None:
    with pytest.raises(actions.BadTime):
        actions.reply(own, agent=agents[0], body="Never", due_at=timezone.now() + after)
    assert Message.objects.filter(kind="outbound").count() == 0


def test_scheduled_text_is_cancelled_for_good(own: MessagingSession, agents: list[Extension]) -> None:
    message = actions.reply(own, agent=agents[0], body="Maybe", due_at=timezone.now() + HOUR)
    assert actions.cancel(message, agent=agents[0]) is True
    assert seats.queue_due(now=timezone.now() + DAY) == 0
    with pytest.raises(actions.NotRetryable):
        actions.retry(message, agent=agents[0])
    assert Attempt.objects.get().status == "cancelled"


def test_opt_out_and_a_deleted_channel_cancel_scheduled_texts(
    own: MessagingSession, post_inbound: Post, road: Road, agents: list[Extension]
) -> None:
    later = timezone.now() + HOUR
    first = actions.reply(own, agent=agents[0], body="First", due_at=later)
    post_inbound(1, "STOP")
    post_inbound(2, "START")
    second = actions.reply(own, agent=agents[0], body="Second", due_at=later)
    archiving.archive_channel(road.channel, cancel_waiting=True)
    for message in (first, second):
        message.refresh_from_db()
    assert (first.status, first.reason) == ("cancelled", "The contact opted out before it was sent.")
    assert second.reason == "The channel was deleted before the message was sent."


def test_composer_schedules_in_the_users_zone(
    own: MessagingSession, ada: Client, agents: list[Extension]
) -> None:
    user = agents[0].user
    user.time_zone = "Asia/Tokyo"
    user.save()
    due_at = (timezone.now() + DAY).replace(second=0, microsecond=0)
    typed = due_at.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%Y-%m-%dT%H:%M")
    post(ada, own, later="on", due_at=typed)
    assert Attempt.objects.get().due_at == due_at
    page = text_of(ada.get(reverse("inbox-session", args=[own.pk])).content.decode())
    assert "Goes out on" in page
    assert "Scheduled" in page


def test_time_counts_only_when_send_later_is_ticked(own: MessagingSession, ada: Client) -> None:
    post(ada, own, due_at=local(timezone.now() - DAY))
    assert (Attempt.objects.get().status, Attempt.objects.get().due_at) == ("queued", None)


@pytest.mark.parametrize(
    ("after", "error"),
    [
        (-HOUR, "This time has passed. Choose one in the future."),
        (31 * DAY, "Choose a time within the next 30 days."),
        (None, "Choose a date and a time."),
    ],
)
def test_wrong_time_is_an_error_on_its_field_and_keeps_the_text(
    own: MessagingSession, ada: Client, after: timedelta | None, error: str
) -> None:
    typed = local(timezone.now() + after) if after is not None else ""
    answer = post(ada, own, later="on", due_at=typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"due_at": [error]}
    html = answer.content.decode()
    assert ("Good morning</textarea>" in html, f'value="{typed}"' in html) == (True, True)
    assert Attempt.objects.count() == 0


def test_new_message_can_be_scheduled(road: Road, ada: Client) -> None:
    due_at = timezone.now() + DAY
    data = {"number": road.number.pk, "contact": CONTACT, "body": "Reminder", "later": "on"}
    data |= {"due_at": local(due_at), "client_id": "7f6c8d7e-3c56-4f0e-a0bb-000000000003"}
    answer = ada.post(reverse("inbox-new"), data)
    message = Message.objects.get(kind="outbound")
    assert (answer.status_code, answer["Location"]) == (302, f"/inbox/{message.session_id}/")
    assert message.status == "scheduled"
