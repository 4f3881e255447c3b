"""Sessions in which nothing happens any more are closed by themselves, but not with something to send."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.ending import closing
from sessions.models import Attempt, Message, MessagingSession
from tests.factories import Road
from tests.portal import text_of
from tests.sessions.actions.test_owning import lines
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OTHER = "+14155550124"
OWN, NEVER = MessageQueue.SessionClosing.OWN, MessageQueue.SessionClosing.NEVER


@pytest.fixture
def waiting(road: Road, post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


def close_after(session: MessagingSession, idle: timedelta) -> int:
    return closing.close_idle(now=session.last_active_at + idle)


def test_sessions_are_closed_after_the_channel_s_time_out(
    waiting: MessagingSession, post_inbound: Post
) -> None:
    assert close_after(waiting, 400 * DAY) == 0
    Channel.objects.update(session_timeout_days=3, session_timeout_hours=5)
    assert close_after(waiting, 3 * DAY + 4 * HOUR) == 0
    MessagingSession.objects.filter(pk=waiting.pk).update(last_active_at=timezone.now() - 4 * DAY)
    post_inbound(2, "Another contact", From=OTHER)
    assert closing.close_idle(now=timezone.now()) == 1
    waiting.refresh_from_db()
    assert (waiting.is_open, waiting.closed_by) == (False, "timeout")
    assert lines(waiting) == ["closed_idle"]
    assert MessagingSession.objects.open().get().contact == OTHER


def test_hours_alone_are_a_time_out(waiting: MessagingSession) -> None:
    Channel.objects.update(session_timeout_days=0, session_timeout_hours=2)
    assert close_after(waiting, HOUR) == 0
    assert close_after(waiting, 2 * HOUR) == 1


def test_queue_has_a_time_out_of_its_own_or_none(waiting: MessagingSession, queue: MessageQueue) -> None:
    Channel.objects.update(session_timeout_days=1)
    MessageQueue.objects.update(session_closing=NEVER)
    assert close_after(waiting, 300 * DAY) == 0
    MessageQueue.objects.update(session_closing=OWN, session_timeout_days=0, session_timeout_hours=6)
    Channel.objects.update(session_timeout_days=None)
    assert close_after(waiting, 5 * HOUR) == 0
    assert close_after(waiting, 6 * HOUR) == 1


@pytest.mark.parametrize(
    "status",
    [DeliveryStatus.SCHEDULED, DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN],
)
def test_session_with_a_text_to_be_sent_stays(
    waiting: MessagingSession, agents: list[Extension], status: DeliveryStatus
) -> None:
    Channel.objects.update(session_timeout_days=1)
    actions.pick_up(waiting, agent=agents[0])
    actions.reply(waiting, agent=agents[0], body="Yes, until five")
    Message.objects.filter(kind="outbound").update(status=status)
    Attempt.objects.update(status=status)
    waiting.refresh_from_db()
    assert close_after(waiting, 2 * DAY) == 0
    Attempt.objects.update(status=DeliveryStatus.DELIVERED)
    assert close_after(waiting, 2 * DAY) == 1


def test_text_that_leaves_late_is_something_that_happened(
    waiting: MessagingSession, agents: list[Extension]
) -> None:
    Channel.objects.update(session_timeout_days=1)
    actions.pick_up(waiting, agent=agents[0])
    actions.reply(waiting, agent=agents[0], body="Yes, until five")
    waiting.refresh_from_db()
    left_at = waiting.last_active_at + 20 * HOUR
    Attempt.objects.update(status=DeliveryStatus.SENT, claimed_at=left_at)
    assert close_after(waiting, DAY + 10 * HOUR) == 0
    assert closing.close_idle(now=left_at + DAY) == 1


def test_who_waits_is_kept_where_the_channel_says_so_and_supervisors_are_told_once(
    waiting: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    Channel.objects.update(session_timeout_days=1, keeps_unanswered=True)
    assert close_after(waiting, 2 * DAY) == 0
    waiting.refresh_from_db()
    told_at = waiting.alerted_at
    assert waiting.is_open and told_at is not None
    assert close_after(waiting, 3 * DAY) == 0
    waiting.refresh_from_db()
    assert waiting.alerted_at == told_at
    actions.pick_up(waiting, agent=agents[0])
    actions.reply(waiting, agent=agents[0], body="Yes, until five")
    Attempt.objects.update(status=DeliveryStatus.DELIVERED)
    waiting.refresh_from_db()
    assert close_after(waiting, 2 * DAY) == 1


def test_closing_text_is_sent_once_and_not_to_who_opted_out(
    waiting: MessagingSession, post_inbound: Post
) -> None:
    post_inbound(2, "Hello", From=OTHER)
    post_inbound(3, "STOP", From=OTHER)
    post_inbound(4, "Win a car", From="SHOP")
    Channel.objects.update(session_timeout_days=1, closing_text="We close this now. Text us any time.")
    assert closing.close_idle(now=timezone.now() + 2 * DAY) == 3
    sent = Message.objects.filter(kind=Message.Kind.OUTBOUND)
    assert [(one.session_id, one.body, one.status) for one in sent] == [
        (waiting.pk, "We close this now. Text us any time.", "queued")
    ]
    assert closing.close_idle(now=timezone.now() + 9 * DAY) == 0
    post_inbound(5, "One more thing")
    assert MessagingSession.objects.open().get().contact == waiting.contact


def test_no_closing_text_leaves_from_a_number_that_was_removed(waiting: MessagingSession, road: Road) -> None:
    Channel.objects.update(session_timeout_days=1, closing_text="Good bye")
    road.number.archived_at = timezone.now()
    road.number.save()
    assert close_after(waiting, 2 * DAY) == 1
    assert not Message.objects.filter(kind=Message.Kind.OUTBOUND).exists()


def test_a_batch_is_closed_in_as_many_statements_as_ten(road: Road, queue: MessageQueue) -> None:
    Channel.objects.update(session_timeout_days=1)
    now = timezone.now()

    def statements(count: int) -> int:
        first = MessagingSession.objects.count()
        MessagingSession.objects.bulk_create(
            MessagingSession(
                number=road.number,
                queue=queue,
                contact=f"+1415666{first + one:04}",
                opened_at=now,
                last_active_at=now - 2 * DAY,
            )
            for one in range(count)
        )
        with CaptureQueriesContext(connection) as captured:
            assert closing.close_idle(now=now) == count
        return len(captured)

    assert statements(10) == statements(closing.BATCH - 1)


def test_logs_find_what_was_closed_by_itself_and_what_was_never_answered(
    waiting: MessagingSession, agents: list[Extension], post_inbound: Post, admin_page: Client
) -> None:
    post_inbound(2, "A green one, please", From=OTHER)
    answered = MessagingSession.objects.get(contact=OTHER)
    actions.pick_up(answered, agent=agents[0])
    actions.reply(answered, agent=agents[0], body="It is on its way")
    actions.close(answered, agent=agents[0])
    Channel.objects.update(session_timeout_days=1, closing_text="Good bye")
    assert close_after(waiting, 2 * DAY) == 1
    for status in ("closed_automatically", "never_answered"):
        page = text_of(admin_page.get(f"/logs/?status={status}").content.decode())
        assert waiting.contact in page
        assert OTHER not in page


def test_queue_s_form_asks_for_a_time_only_where_it_is_its_own(
    admin_page: Client, queue: MessageQueue, agents: list[Extension]
) -> None:
    path = f"/queues/{queue.pk}/"
    values = {"name": "Support", "agents": [agents[0].pk], "pickup_mode": "manual", "session_closing": "own"}
    answer = admin_page.post(path, {**values, "session_timeout_days": "", "session_timeout_hours": ""})
    assert answer.context["form"].errors == {
        "session_timeout_days": ["Enter a number of days from 1 to 365, or hours."]
    }
    admin_page.post(path, {**values, "session_timeout_days": "", "session_timeout_hours": "12"})
    queue.refresh_from_db()
    assert queue.session_timeout == 12 * HOUR
    admin_page.post(path, {**values, "session_closing": "never", "session_timeout_days": "soon"})
    now = MessageQueue.objects.get()
    assert (now.session_closing, now.session_timeout) == ("never", None)
