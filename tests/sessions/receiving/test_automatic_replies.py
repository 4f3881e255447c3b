"""The automatic reply of a queue that is closed."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from channels.itsp.texts import Accepted
from channels.models import Channel
from routing.models import ClosedDay, Extension, MessageQueue, OpeningHours
from sessions import actions
from sessions.models import CountedChange, Lane, Message, MessagingSession, WebhookRequest
from sessions.opt_outs import ledger
from sessions.receiving import replaying
from sessions.sending import claiming
from stats import recounting
from tests.factories import CONTACT, Road, make_queue, make_road
from tests.portal import logged_in
from tests.sessions.conftest import Post
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db
REPLY = "We are closed. We answer tomorrow from nine."


@pytest.fixture
def closed(queue: MessageQueue) -> MessageQueue:
    """Closed today, in a zone of its own."""
    queue.time_zone, queue.closed_reply = "Asia/Tokyo", REPLY
    queue.save()
    ClosedDay.objects.create(queue=queue, date=timezone.now().astimezone(queue.zone).date())
    return queue


def replies() -> list[str]:
    return list(Message.objects.filter(kind="outbound").order_by("pk").values_list("body", flat=True))


def test_closed_queue_replies_once_per_session_through_the_lane(
    closed: MessageQueue, post_inbound: Post, road: Road
) -> None:
    post_inbound(1, "Are you open?")
    post_inbound(2, "Hello?")
    (message,) = Message.objects.filter(kind="outbound")
    assert (message.body, message.author, message.status) == (REPLY, None, "queued")
    assert Lane.objects.get().head == message.attempts.get()
    session = MessagingSession.objects.get()
    assert session.auto_replied_at == message.created_at
    assert session.last_message is not None
    assert session.last_message.body == "Hello?"
    assert (session.unanswered_since, session.unread) == (session.opened_at, 2)
    claims = wait_until(lambda: claiming.claim({road.channel.pk: 10}))
    assert [claim.sms.body for claim in claims] == [REPLY]


def test_open_queue_and_one_without_a_reply_are_silent(
    queue: MessageQueue, closed: MessageQueue, post_inbound: Post
) -> None:
    ClosedDay.objects.all().delete()
    post_inbound(1, "Are you open?")
    MessageQueue.objects.update(closed_reply="")
    ClosedDay.objects.create(queue=queue, date=timezone.now().astimezone(queue.zone).date())
    post_inbound(2, "Hello?", From="+14155550124")
    assert replies() == []


def test_outside_of_the_hours_it_is_closed(queue: MessageQueue, post_inbound: Post) -> None:
    queue.closed_reply = REPLY
    queue.save()
    tomorrow = (timezone.now() + timedelta(days=1)).weekday()
    OpeningHours.objects.create(queue=queue, weekday=tomorrow, opens_at=time(9), closes_at=time(17))
    post_inbound(1, "Are you open?")
    assert replies() == [REPLY]


@pytest.mark.parametrize(
    ("sender", "body"),
    [
        ("12345", "Your code is 1234"),
        ("ACME", "Great news"),
        (CONTACT, "STOP"),
        (CONTACT, "start"),
        (CONTACT, " Help "),
        (CONTACT, "Info"),
        (CONTACT, REPLY),
        (CONTACT, "This is an automated message: our office is closed."),
        (CONTACT, "Auto-reply: I am driving"),
        ("+14155550190", "Hello from our other number"),
    ],
)
def test_machines_get_no_reply(
    closed: MessageQueue, agents: list[Extension], post_inbound: Post, sender: str, body: str
) -> None:
    make_road(agents[2], address="+14155550190", name="Other")
    post_inbound(1, body, From=sender)
    assert replies() == []
    assert MessagingSession.objects.get().auto_replied_at is None


def test_contact_who_opted_out_gets_no_reply(
    closed: MessageQueue, road: Road, post_inbound: Post, administrator: Any
) -> None:
    ledger.opt_out(road.number, CONTACT, by=administrator)
    post_inbound(1, "Hello")
    assert replies() == []


def test_disabled_channel_sends_no_reply(closed: MessageQueue, road: Road, post_inbound: Post) -> None:
    Channel.objects.update(disabled_at=timezone.now())
    post_inbound(1, "Hello")
    assert replies() == []


def test_no_reply_after_an_agent_wrote(
    closed: MessageQueue, road: Road, agents: list[Extension], post_inbound: Post
) -> None:
    actions.start_session(agent=agents[0], number=road.number, contact=CONTACT, body="Your order is here")
    post_inbound(1, "Thanks")
    assert replies() == ["Your order is here"]


def test_note_or_pick_up_is_no_answer(
    closed: MessageQueue, road: Road, agents: list[Extension], post_inbound: Post
) -> None:
    ClosedDay.objects.all().delete()
    post_inbound(1, "Hello")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    actions.add_note(session, agent=agents[0], body="Knows us")
    ClosedDay.objects.create(queue=closed, date=timezone.now().astimezone(closed.zone).date())
    post_inbound(2, "Still there?")
    assert replies() == [REPLY]


def test_two_machines_fall_silent_across_sessions(
    closed: MessageQueue, agents: list[Extension], post_inbound: Post
) -> None:
    for number in range(3):
        post_inbound(number, "Thank you for your text")
        session = MessagingSession.objects.open().get()
        actions.pick_up(session, agent=agents[0])
        actions.close(session, agent=agents[0])
    assert replies() == [REPLY]
    MessagingSession.objects.update(auto_replied_at=timezone.now() - timedelta(hours=2))
    post_inbound(9, "Hello")
    assert replies() == [REPLY] * 2


def test_transferred_session_has_the_hours_of_its_queue(
    closed: MessageQueue, agents: list[Extension], post_inbound: Post
) -> None:
    sales = make_queue(agents[2], name="Sales")
    ClosedDay.objects.all().delete()
    post_inbound(1, "Hello")
    actions.move(MessagingSession.objects.all(), to=sales)
    ClosedDay.objects.create(queue=closed, date=timezone.now().astimezone(closed.zone).date())
    post_inbound(2, "Hello?")
    assert replies() == []
    MessageQueue.objects.filter(pk=sales.pk).update(closed_reply="Sales is closed.")
    ClosedDay.objects.create(queue=sales, date=timezone.now().date())
    post_inbound(3, "Anybody?")
    assert replies() == ["Sales is closed."]


def test_text_that_was_kept_back_since_the_open_hours_gets_no_reply(
    closed: MessageQueue, road: Road, post_inbound: Post
) -> None:
    """It failed yesterday and is replayed today."""
    post_inbound(1, "Hello", To="+14155550100")  # not our number yet
    yesterday = timezone.now() - timedelta(days=1)
    WebhookRequest.objects.update(received_at=yesterday)
    road.number.address = "+14155550100"
    road.number.save()
    assert replaying.replay(WebhookRequest.objects.get().pk)
    assert (MessagingSession.objects.get().opened_at, replies()) == (yesterday, [])


def test_automatic_reply_is_not_counted_as_sent(
    closed: MessageQueue, agents: list[Extension], road: Road, post_inbound: Post
) -> None:
    """The guide: only what agents send is tracked."""
    post_inbound(1, "Are you open?")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    actions.reply(session, agent=agents[0], body="For you, yes")
    for sid in ("SM1", "SM2"):
        (claim,) = wait_until(lambda: claiming.claim({road.channel.pk: 10}))
        outcome = Accepted(sid, DeliveryStatus.SENT)
        claiming.settle([claiming.Result(claim, outcome)])
    assert [
        sum(row) for row in zip(*CountedChange.objects.values_list("success", "received"), strict=True)
    ] == [
        1,
        1,
    ]
    assert recounting.counted(road.channel) == recounting.recount(road.channel)


def test_thread_shows_it_as_automatic(
    closed: MessageQueue, agents: list[Extension], post_inbound: Post
) -> None:
    post_inbound(1, "Are you open?")
    page = logged_in(agents[0].user).get(reverse("inbox-session", args=[MessagingSession.objects.get().pk]))
    assert page.content.decode().count("</svg>Automatic</span>") == 1


def test_text_to_a_queue_without_a_reply_costs_no_query_more(queue: MessageQueue, post_inbound: Post) -> None:
    """Nor does a text after the reply."""
    OpeningHours.objects.create(queue=queue, weekday=0, opens_at=time(9), closes_at=time(17))

    def queries(number: int) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            post_inbound(number, "Hello")
        return [query["sql"] for query in captured]

    queries(1)
    plain = queries(2)
    assert [sql for sql in plain if "openinghours" in sql or "closedday" in sql] == []
    MessageQueue.objects.update(closed_reply=REPLY)
    ClosedDay.objects.create(queue=queue, date=timezone.now().date())
    queries(3)
    assert replies() == [REPLY]
    assert len(queries(4)) == len(plain)
