"""A scheduled text before its time: changed, sent, cancelled by the contact, back after an undone close."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from routing.models import Extension
from sessions import actions
from sessions.actions import Scheduled
from sessions.lanes import seats
from sessions.models import Attempt, Message, MessagingSession
from tests.factories import Road
from tests.sessions.actions.test_owning import lines
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def own(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    post_inbound(1, "Are you open tomorrow?")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


def schedule(session: MessagingSession, agent: Extension, body: str = "Reminder", **others: Any) -> Message:
    values: dict[str, Any] = {"due_at": timezone.now() + HOUR, "until_reply": True} | others
    return actions.reply(session, agent=agent, body=body, **values)


def statuses() -> list[str]:
    return list(Attempt.objects.order_by("pk").values_list("status", flat=True))


def run(*acts: Callable[[], Any]) -> None:
    """All at once."""

    def alone(act: Callable[[], Any]) -> None:
        try:
            with suppress(actions.ActionError):
                act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(alone, acts))


# --- the contact writes first ---


def test_contact_s_text_cancels_what_waits_for_none_with_a_line(
    own: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    ticked = schedule(own, agents[0])
    schedule(own, agents[0], "In any case", until_reply=False)
    post_inbound(2, "I have paid", From="+14155550199")  # somebody else
    assert statuses() == ["scheduled", "scheduled"]
    post_inbound(3, "I have paid")
    assert statuses() == ["cancelled", "scheduled"]
    ticked.refresh_from_db()
    assert (ticked.status, ticked.reason) == ("cancelled", "The contact wrote before its time.")
    assert lines(own)[-1] == "contact_first"
    own.refresh_from_db()
    assert own.unanswered_since is not None
    assert seats.queue_due(now=timezone.now() + 2 * HOUR) == 1
    assert statuses() == ["cancelled", "queued"]


def test_text_that_goes_out_from_a_closed_session_is_cancelled_by_the_next_one_s(
    own: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    schedule(own, agents[0])
    actions.close(own, agent=agents[0], scheduled=Scheduled.KEEP)
    post_inbound(2, "It is me again")
    assert statuses() == ["cancelled"]
    assert lines(MessagingSession.objects.open().get()) == ["contact_first"]


def test_text_that_has_become_due_goes_out(
    own: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    schedule(own, agents[0])
    assert seats.queue_due(now=timezone.now() + HOUR) == 1
    post_inbound(2, "I have paid")
    assert statuses() == ["queued"]
    assert "contact_first" not in lines(own)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_time", range(4))
def test_it_is_either_due_or_cancelled_never_both(
    own: MessagingSession, agents: list[Extension], post_inbound: Post, _time: int
) -> None:
    for body in ("One", "Two", "Three"):
        schedule(own, agents[0], body)
    late = timezone.now() + 2 * HOUR
    run(*[lambda: seats.queue_due(now=late)] * 2, lambda: post_inbound(2, "Hello?"))
    found = statuses()
    assert set(found) in ({"queued"}, {"cancelled"})
    assert ("contact_first" in lines(own)) == (found[0] == "cancelled")
    assert Message.objects.filter(kind="inbound").count() == 2


# --- changed, and sent before its time ---


def test_words_and_time_are_changed_until_it_is_due(own: MessagingSession, agents: list[Extension]) -> None:
    message, later = schedule(own, agents[0]), timezone.now() + 2 * HOUR
    actions.reschedule(message, agent=agents[0], body="x" * 200, due_at=later, until_reply=False)
    attempt = Attempt.objects.get()
    assert (attempt.due_at, attempt.segments, attempt.until_reply) == (later, 2, False)
    assert own.messages.get(kind="outbound").body == "x" * 200
    assert lines(own)[-1] == "rescheduled"
    assert seats.queue_due(now=later - timedelta(seconds=1)) == 0
    with pytest.raises(actions.BadTime):
        actions.reschedule(message, agent=agents[0], due_at=timezone.now() - HOUR)
    with pytest.raises(actions.NotTheOwner):
        actions.reschedule(message, agent=agents[1], body="Mine")
    assert seats.queue_due(now=later) == 1
    with pytest.raises(actions.NotScheduled):
        actions.reschedule(message, agent=agents[0], body="Too late")
    with pytest.raises(actions.NotScheduled):
        actions.send_now(message, agent=agents[0])


def test_sent_now_it_is_an_answer(own: MessagingSession, agents: list[Extension]) -> None:
    message = schedule(own, agents[0])
    actions.send_now(message, agent=agents[0])
    own.refresh_from_db()
    assert (statuses(), own.unanswered_since) == (["queued"], None)
    lane = Attempt.objects.get().lane
    assert lane.head == Attempt.objects.get()
    assert seats.queue_due(now=timezone.now() + 2 * HOUR) == 0


@pytest.mark.django_db(transaction=True)
def test_it_is_sent_once_by_whoever_is_first(own: MessagingSession, agents: list[Extension]) -> None:
    message, late = schedule(own, agents[0]), timezone.now() + 2 * HOUR
    acts = [
        lambda: actions.send_now(message, agent=agents[0]),
        lambda: seats.queue_due(now=late),
        lambda: actions.cancel(message, agent=agents[0]),
    ]
    run(*acts)
    assert statuses() in (["queued"], ["cancelled"])


# --- closing is undone ---


def test_what_closing_cancelled_comes_back_when_it_is_undone(
    own: MessagingSession, agents: list[Extension]
) -> None:
    message = schedule(own, agents[0])
    other = schedule(own, agents[0], "Cancelled before")
    actions.cancel(other, agent=agents[0])
    due_at = Attempt.objects.earliest("pk").due_at
    cancelled = actions.close(own, agent=agents[0], scheduled=Scheduled.CANCEL)
    assert cancelled == [message.pk]
    actions.reopen(own, agent=agents[0], cancelled=cancelled)
    message.refresh_from_db()
    attempt = message.attempts.latest("pk")
    assert (message.status, message.reason) == ("scheduled", "")
    assert (attempt.due_at, attempt.until_reply) == (due_at, True)
    assert seats.queue_due(now=timezone.now() + 2 * HOUR) == 1
    assert sorted(statuses()) == ["cancelled", "cancelled", "queued"]


def test_after_an_opt_out_nothing_comes_back(
    own: MessagingSession, agents: list[Extension], post_inbound: Post, road: Road
) -> None:
    schedule(own, agents[0])
    cancelled = actions.close(own, agent=agents[0], scheduled=Scheduled.CANCEL)
    post_inbound(2, "STOP")
    MessagingSession.objects.open().update(closed_at=timezone.now())
    actions.reopen(own, agent=agents[0], cancelled=cancelled)
    assert statuses() == ["cancelled"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_time", range(3))
def test_undone_twice_beside_the_worker_it_goes_out_once(
    own: MessagingSession, agents: list[Extension], _time: int
) -> None:
    message, late = schedule(own, agents[0]), timezone.now() + 2 * HOUR
    cancelled = actions.close(own, agent=agents[0], scheduled=Scheduled.CANCEL)

    def undo() -> None:
        actions.reopen(own, agent=agents[0], cancelled=cancelled)

    run(undo, lambda: seats.queue_due(now=late), undo)
    seats.queue_due(now=late)
    message.refresh_from_db()
    assert (message.status, statuses()) == ("queued", ["cancelled", "queued"])


@pytest.mark.django_db(transaction=True)
def test_closing_beside_the_worker_loses_and_doubles_nothing(
    own: MessagingSession, agents: list[Extension]
) -> None:
    schedule(own, agents[0])
    late, cancelled = timezone.now() + 2 * HOUR, list[int]()

    def close() -> None:
        cancelled.extend(actions.close(own, agent=agents[0], scheduled=Scheduled.CANCEL))

    run(close, lambda: seats.queue_due(now=late))
    actions.reopen(own, agent=agents[0], cancelled=cancelled)
    seats.queue_due(now=late)
    assert statuses() == (["cancelled", "queued"] if cancelled else ["queued"])
