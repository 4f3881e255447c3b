"""Contacts who wait for an answer: the clock, the alert, the overflow."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from redis import Redis

from accounts.models import Role, User
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.ending import archiving, unanswered
from sessions.models import Message, MessagingSession, Overflow
from tests.factories import Road, make_queue
from tests.portal import logged_in, make_user, rows_of
from tests.sessions.actions.test_owning import lines
from tests.sessions.conftest import Post
from tests.sessions.ending.test_archiving import said
from tests.sessions.test_events import published

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
MARK = "The queue’s supervisors were told"


@pytest.fixture
def session(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.fixture
def sales(agents: list[Extension]) -> MessageQueue:
    return make_queue(agents[2], name="Sales")


def set_limits(queue: MessageQueue, **values: Any) -> None:
    MessageQueue.objects.filter(pk=queue.pk).update(**values)


def clocks(session: MessagingSession) -> tuple[datetime | None, datetime | None]:
    session.refresh_from_db()
    return session.waiting_since, session.unanswered_since


# --- the clocks ---


def test_clock_runs_from_the_first_text_after_the_last_answer(
    session: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    first = session.opened_at
    assert clocks(session) == (first, first)
    post_inbound(2, "Hello?")
    actions.pick_up(session, agent=agents[0])
    assert clocks(session) == (None, first)
    actions.add_note(session, agent=agents[0], body="Ask Ben")
    assert clocks(session) == (None, first)
    actions.reply(session, agent=agents[0], body="Till six")
    assert clocks(session) == (None, None)
    post_inbound(3, "Thanks")
    message = session.messages.get(body="Thanks")
    assert clocks(session) == (None, message.created_at)
    actions.transfer(session, agent=agents[0], to=session.queue or agents[0])
    since, unanswered_since = clocks(session)
    assert since is not None
    assert since > message.created_at
    assert unanswered_since == message.created_at


def test_who_wants_no_texts_waits_for_none(session: MessagingSession, post_inbound: Post) -> None:
    post_inbound(2, "STOP")
    assert clocks(session) == (session.opened_at, None)
    post_inbound(3, "START")
    assert clocks(session)[1] is not None


def test_first_text_of_an_agent_waits_for_no_answer(road: Road, agents: list[Extension]) -> None:
    started = actions.start_session(agent=agents[0], number=road.number, contact="+14155550124", body="Hi")
    assert clocks(started.session) == (None, None)


# --- the alert ---


@pytest.mark.django_db(transaction=True)
def test_alert_tells_supervisors_once_after_the_queue_s_minutes(
    session: MessagingSession, queue: MessageQueue, redis_client: Redis
) -> None:
    set_limits(queue, alert_after_minutes=10)
    due = session.opened_at + 10 * MINUTE
    assert unanswered.alert(now=due - timedelta(seconds=1)) == 0
    assert unanswered.alert(now=due) == 1
    assert unanswered.alert(now=due + MINUTE) == 0
    (event,) = [one for one in published(redis_client) if one["kind"] == "alert"]
    assert event["session"] == session.pk
    assert f"queue:{queue.pk}" in event["audience"]
    session.refresh_from_db()
    assert session.alerted_at == due


def test_alert_is_marked_in_the_list_until_the_answer(
    session: MessagingSession, queue: MessageQueue, agents: list[Extension], post_inbound: Post
) -> None:
    set_limits(queue, alert_after_minutes=10)
    MessagingSession.objects.update(unanswered_since=timezone.now() - 11 * MINUTE)
    actions.pick_up(session, agent=agents[0])  # which is no answer yet
    assert unanswered.alert(now=timezone.now()) == 1
    vera = make_user("vera", Role.SUPERVISOR)
    vera.supervised_queues.add(queue)
    for user in (vera, agents[0].user):
        assert MARK in logged_in(user).get(reverse("inbox")).content.decode()
    actions.reply(session, agent=agents[0], body="Till six")
    assert MARK not in logged_in(vera).get(reverse("inbox")).content.decode()
    post_inbound(2, "And tomorrow?")
    assert unanswered.alert(now=timezone.now() + 11 * MINUTE) == 1  # the next wait


def test_alert_is_mailed_to_the_supervisors_who_have_an_address(
    session: MessagingSession, queue: MessageQueue, settings: Settings
) -> None:
    settings.EMAIL_IS_SET = True
    vera = make_user("vera", Role.SUPERVISOR, email="vera@example.com", time_zone="Asia/Tokyo")
    switched_off = make_user("otto", Role.SUPERVISOR, email="otto@example.com")
    User.objects.filter(pk=switched_off.pk).update(is_active=False)
    for user in (vera, switched_off, make_user("mute", Role.SUPERVISOR)):
        user.supervised_queues.add(queue)
    assert unanswered.mail_alert(session.pk) == 0  # nobody was alerted
    MessagingSession.objects.update(alerted_at=timezone.now(), unanswered_since="2026-11-24T15:30:00+00:00")
    assert [unanswered.mail_alert(session.pk) for _ in range(2)] == [1, 0]
    (letter,) = mail.outbox
    assert (letter.subject, letter.to) == ("A contact waits in Support", ["vera@example.com"])
    assert "since 25 Nov 2026, 00:30 JST" in letter.body
    assert f"{settings.PUBLIC_URL}/inbox/{session.pk}/" in letter.body
    assert session.contact not in letter.body


def test_queue_list_counts_who_waits_and_who_waits_too_long(
    admin_page: Client,
    session: MessagingSession,
    queue: MessageQueue,
    sales: MessageQueue,
    post_inbound: Post,
) -> None:
    post_inbound(2, "Hello", From="+14155550124")
    MessagingSession.objects.filter(pk=session.pk).update(alerted_at=timezone.now())
    rows = {row[0]: row[4] for row in rows_of(admin_page.get("/queues/"))}
    assert rows == {"Sales": "–", "Support": "2 1 for too long"}


# --- the overflow ---


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["extension", "queue"])
def test_overflow_moves_what_nobody_owns_once(
    session: MessagingSession,
    queue: MessageQueue,
    sales: MessageQueue,
    agents: list[Extension],
    redis_client: Redis,
    kind: str,
) -> None:
    to: Any = agents[2] if kind == "extension" else sales
    set_limits(queue, overflow_after_minutes=5, **{f"overflow_{kind}": to})
    set_limits(sales, overflow_after_minutes=1, overflow_queue=queue)  # and back: it does not
    due = session.opened_at + 5 * MINUTE
    assert unanswered.overflow(now=due - timedelta(seconds=1)) == 0
    assert unanswered.overflow(now=due) == 1
    assert unanswered.overflow(now=due + timedelta(days=1)) == 0
    session.refresh_from_db()
    place = (agents[2], queue) if kind == "extension" else (None, sales)
    assert (session.agent, session.queue) == place
    assert (lines(session), session.messages.get(kind="system").author) == (["overflowed"], None)
    new_audience = agents[2].pk if kind == "extension" else f"agents:{sales.pk}"
    told = {f"agents:{queue.pk}", new_audience, f"queue:{queue.pk}", f"queue:{place[1].pk}"}
    assert set(published(redis_client)[-1]["audience"]) == told
    page = logged_in(agents[2].user).get(reverse("inbox-session", args=[session.pk])).content.decode()
    assert f"Nobody answered in time, so it went to {to}." in page


def ring(*names: str) -> list[MessageQueue]:
    """Queues of these names, each of which overflows to the next after a minute, the last to none."""
    queues = [MessageQueue.objects.get_or_create(name=name)[0] for name in names]
    for one, onward in pairwise(queues):
        set_limits(one, overflow_after_minutes=1, overflow_queue=onward)
    return queues


def way_of(session: MessagingSession, *, begin: datetime, minutes: int = 9) -> list[str]:
    """The queues that it is in after each of its overflows, if nothing happens for so many minutes."""
    way = []
    for minute in range(minutes):
        now = begin + (minute + 1) * 2 * MINUTE
        if unanswered.overflow(now=now):
            MessagingSession.objects.filter(agent=None).update(waiting_since=now)  # as if it were then
            session.refresh_from_db()
            way.append(str(session.queue))
    return way


@pytest.mark.parametrize(
    ("names", "way"),
    [
        (["Support", "Sales"], ["Sales"]),
        (["Support", "Sales", "Night"], ["Sales", "Night"]),
        (["Support", "Sales", "Night", "Owner", "Home"], ["Sales", "Night", "Owner", "Home"]),
        (["Support", "Sales", "Support"], ["Sales"]),
        (["Support", "Sales", "Night", "Support"], ["Sales", "Night"]),
        (["Support", "Sales", "Night", "Sales"], ["Sales", "Night"]),
        (["Support", "Support"], []),
    ],
    ids="-".join,
)
@pytest.mark.parametrize("waits", [1, 3])
def test_each_wait_goes_the_whole_way_and_never_to_a_queue_twice(
    session: MessagingSession,
    agents: list[Extension],
    post_inbound: Post,
    names: list[str],
    way: list[str],
    waits: int,
) -> None:
    ring(*names)
    for wait in range(waits):
        assert way_of(session, begin=timezone.now()) == way
        actions.move(MessagingSession.objects.all(), to=agents[0])
        actions.reply(session, agent=agents[0], body="Till six")
        post_inbound(wait + 2, "And tomorrow?")
        session.refresh_from_db()
        actions.transfer(session, agent=agents[0], to=MessageQueue.objects.get(name="Support"))
    assert Overflow.objects.values("unanswered_since").distinct().count() == min(len(way), 1)


def test_what_comes_back_unanswered_is_not_passed_on_to_the_same_place(
    session: MessagingSession, queue: MessageQueue, agents: list[Extension]
) -> None:
    set_limits(queue, overflow_after_minutes=1, overflow_extension=agents[2])
    late = timezone.now() + 2 * MINUTE
    assert unanswered.overflow(now=late) == 1
    session.refresh_from_db()
    actions.transfer(session, agent=agents[2], to=queue)
    assert unanswered.overflow(now=late + 9 * MINUTE) == 0


def test_those_that_stay_leave_the_others_their_places(
    session: MessagingSession, post_inbound: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unanswered, "BATCH", 1)
    ring("Support", "Sales", "Support")
    assert way_of(session, begin=timezone.now()) == ["Sales"]
    post_inbound(2, "Hello", From="+14155550124")
    assert unanswered.overflow(now=timezone.now() + 60 * MINUTE) == 1


@pytest.mark.parametrize("words", [["STOP", "START"], ["STOP", "START", "Hello?"]])
def test_wait_after_an_opt_out_is_alerted_and_passed_on_anew(
    session: MessagingSession, queue: MessageQueue, sales: MessageQueue, post_inbound: Post, words: list[str]
) -> None:
    set_limits(queue, alert_after_minutes=1, overflow_after_minutes=1, overflow_queue=sales)
    late = timezone.now() + 2 * MINUTE
    assert (unanswered.alert(now=late), unanswered.overflow(now=late)) == (1, 1)
    actions.move(MessagingSession.objects.all(), to=queue)
    assert unanswered.alert(now=late) == 1
    for number, body in enumerate(words):
        post_inbound(number + 2, body)
    assert (unanswered.alert(now=late), unanswered.overflow(now=late)) == (1, 1)


def test_overflow_leaves_what_is_owned_or_answered_or_new_in_the_queue(
    session: MessagingSession, queue: MessageQueue, sales: MessageQueue, agents: list[Extension]
) -> None:
    set_limits(queue, overflow_after_minutes=5, overflow_queue=sales)
    late = session.opened_at + 6 * MINUTE
    actions.pick_up(session, agent=agents[0])
    assert unanswered.overflow(now=late) == 0
    actions.transfer(session, agent=agents[0], to=queue)
    MessagingSession.objects.update(waiting_since=late - MINUTE)
    assert unanswered.overflow(now=late) == 0
    MessagingSession.objects.update(waiting_since=session.opened_at)
    set_limits(queue, pickup_mode=MessageQueue.PickupMode.NONE)
    actions.reply(session, agent=agents[1], body="Till six")
    assert unanswered.overflow(now=late) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(4))
def test_agent_who_answers_at_the_same_moment_and_the_overflow_have_one_outcome(
    session: MessagingSession,
    queue: MessageQueue,
    sales: MessageQueue,
    agents: list[Extension],
    turn: int,
) -> None:
    set_limits(
        queue, overflow_after_minutes=5, overflow_queue=sales, pickup_mode=MessageQueue.PickupMode.AUTO
    )
    late = session.opened_at + 6 * MINUTE

    def answer() -> bool:
        try:
            actions.reply(session, agent=agents[0], body="Till six")
        except actions.NotTheOwner:
            return False
        finally:
            connection.close()
        return True

    def overflow() -> bool:
        try:
            return bool(unanswered.overflow(now=late))
        finally:
            connection.close()

    both = (answer, overflow) if turn % 2 else (overflow, answer)
    with ThreadPoolExecutor(2) as threads:
        results = dict(zip(both, [future.result() for future in map(threads.submit, both)], strict=True))
    session.refresh_from_db()
    assert results[answer] is not results[overflow]
    if results[answer]:
        assert (session.agent, session.queue, lines(session)) == (agents[0], queue, ["picked_up"])
    else:
        assert (session.agent, session.queue, lines(session)) == (None, sales, ["overflowed"])
    assert Message.objects.filter(kind="outbound").count() == results[answer]


def test_place_that_others_overflow_to_is_not_deleted(
    admin_page: Client, queue: MessageQueue, sales: MessageQueue, agents: list[Extension]
) -> None:
    words = (
        "What nobody answers in the message queue Support is passed on to here. "
        "Choose another destination there first."
    )
    set_limits(queue, overflow_after_minutes=5, overflow_queue=sales)
    answer = admin_page.post(f"/queues/{sales.pk}/delete/")
    assert (answer.status_code, said(answer)) == (409, [words])
    set_limits(queue, overflow_queue=None, overflow_extension=agents[2])
    for page in ("delete", "deactivate"):
        answer = admin_page.post(f"/extensions/{agents[2].pk}/{page}/")
        assert (answer.status_code, said(answer)) == (409, [words])
    with pytest.raises(archiving.Hindered):
        archiving.archive_extension(agents[2])
    assert MessageQueue.objects.live().count() == 2


def test_watch_costs_the_same_however_many_queues_have_a_limit(
    session: MessagingSession, queue: MessageQueue, django_assert_num_queries: Any
) -> None:
    set_limits(queue, alert_after_minutes=10, overflow_after_minutes=10)

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert unanswered.alert(now=timezone.now()) + unanswered.overflow(now=timezone.now()) == 0
        return len(captured)

    one = cost()
    for number in range(10):
        set_limits(make_queue(name=f"Q{number}"), alert_after_minutes=10, overflow_after_minutes=10)
    assert cost() == one
