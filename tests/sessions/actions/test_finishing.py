"""How a session ends and goes on: what is scheduled in it, reopening it, taking things back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from channels.models import Channel, Number
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.actions import Scheduled
from sessions.ending import closing
from sessions.lanes import seats
from sessions.models import Attempt, Draft, Lane, Message, MessagingSession
from tests.factories import Road, make_queue
from tests.sessions.conftest import Post, inbound_fields, sid_of, signed_post

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def own(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    """Ada's, with a text that nobody has answered."""
    post_inbound(1, "Are you open today?")
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    return session


def lines(session: MessagingSession) -> list[str]:
    return list(session.messages.filter(kind="system").order_by("pk").values_list("system_line", flat=True))


def schedule(session: MessagingSession, agent: Extension, *bodies: str) -> None:
    for body in bodies:
        actions.reply(session, agent=agent, body=body, due_at=timezone.now() + HOUR)


# --- closing ---


def test_closing_with_scheduled_texts_must_say_what_becomes_of_them(
    own: MessagingSession, agents: list[Extension]
) -> None:
    schedule(own, agents[0], "Tomorrow", "And then")
    with pytest.raises(actions.HasScheduled) as refused:
        actions.close(own, agent=agents[0])
    assert (refused.value.count, MessagingSession.objects.open().count()) == (2, 1)


def test_scheduled_texts_are_cancelled_or_kept(own: MessagingSession, agents: list[Extension]) -> None:
    schedule(own, agents[0], "Tomorrow", "And then")
    assert len(actions.close(own, agent=agents[0], scheduled=Scheduled.CANCEL)) == 2
    assert set(Attempt.objects.values_list("status", "reason")) == {("cancelled", "Taken back by Ada.")}
    actions.reopen(own, agent=agents[0])
    schedule(own, agents[0], "Kept")
    assert actions.close(own, agent=agents[0], scheduled=Scheduled.KEEP) == []
    assert seats.queue_due(now=timezone.now() + 2 * HOUR) == 1
    assert Message.objects.get(body="Kept").status == "queued"


def test_text_that_is_queued_or_held_back_is_in_nobodys_way(
    own: MessagingSession, agents: list[Extension]
) -> None:
    actions.reply(own, agent=agents[0], body="Yes", hold_s=5)
    actions.reply(own, agent=agents[0], body="Till six")
    assert actions.close(own, agent=agents[0], scheduled=Scheduled.CANCEL) == []
    assert list(Attempt.objects.order_by("pk").values_list("status", flat=True)) == ["scheduled", "queued"]


# --- reopening ---


def test_reopened_session_is_whose_it_was_and_waits_as_before(
    own: MessagingSession, agents: list[Extension]
) -> None:
    own.refresh_from_db()
    since, active = own.unanswered_since, own.last_active_at
    actions.close(own, agent=agents[0])
    actions.archive(own, agent=agents[0])
    actions.reopen(own, agent=agents[0])
    own.refresh_from_db()
    assert (own.is_open, own.closed_by, own.agent, own.archived_at) == (True, "", agents[0], None)
    assert (own.unanswered_since, own.last_active_at > active) == (since, True)
    assert lines(own) == ["picked_up", "closed", "archived", "reopened"]


def test_session_that_was_nobodys_waits_again_in_its_queue(
    post_inbound: Post, agents: list[Extension]
) -> None:
    post_inbound(1, "Hello?")
    session = MessagingSession.objects.get()
    Channel.objects.update(session_timeout_days=1)
    assert closing.close_idle(now=timezone.now() + timedelta(days=1)) == 1
    with pytest.raises(actions.NotTheOwner):
        actions.reopen(session, agent=agents[2])
    actions.reopen(session, agent=agents[1])
    assert MessagingSession.objects.to_pick_up().get().waiting_since is not None


def test_it_is_refused_while_there_is_another_one(
    own: MessagingSession, agents: list[Extension], post_inbound: Post
) -> None:
    with pytest.raises(actions.SessionOpen):
        actions.reopen(own, agent=agents[0])
    actions.close(own, agent=agents[0])
    post_inbound(2, "And tomorrow?")
    other = MessagingSession.objects.open().get()
    with pytest.raises(actions.AlreadyOpen) as waiting:
        actions.reopen(own, agent=agents[0])
    assert (waiting.value.by, waiting.value.session) == (None, other)
    actions.pick_up(other, agent=agents[1])
    with pytest.raises(actions.AlreadyOpen) as bens:
        actions.reopen(own, agent=agents[0])
    assert (bens.value.by, bens.value.session) == (agents[1], None)
    assert lines(own) == ["picked_up", "closed"]


def test_it_is_refused_where_its_number_is_gone_or_its_queue_is_full(
    own: MessagingSession, agents: list[Extension], queue: MessageQueue, post_inbound: Post
) -> None:
    actions.close(own, agent=agents[0])
    post_inbound(2, "Another", From="+14155550124")
    actions.pick_up(MessagingSession.objects.open().get(), agent=agents[0])
    MessageQueue.objects.update(max_open_sessions=1)
    with pytest.raises(actions.TooManyOpen):
        actions.reopen(own, agent=agents[0])
    MessageQueue.objects.update(max_open_sessions=None)
    Number.objects.update(archived_at=timezone.now())
    with pytest.raises(actions.NumberGone):
        actions.reopen(own, agent=agents[0])
    assert not MessagingSession.objects.get(pk=own.pk).is_open


def test_contact_whose_answer_was_taken_back_meanwhile_waits_again(
    own: MessagingSession, agents: list[Extension]
) -> None:
    own.refresh_from_db()
    since = own.unanswered_since
    answer = actions.reply(own, agent=agents[0], body="Yes")
    actions.close(own, agent=agents[0])
    actions.cancel(answer, agent=agents[0])
    actions.reopen(own, agent=agents[0])
    own.refresh_from_db()
    assert own.unanswered_since == since


@pytest.mark.django_db(transaction=True)
def test_text_and_reopening_at_once_end_in_one_open_session(
    own: MessagingSession, agents: list[Extension], road: Road
) -> None:
    def contact_writes() -> None:
        signed_post(Client(), road.path, inbound_fields(sid_of(2), "And tomorrow?"))

    def agent_reopens() -> None:
        with suppress(actions.AlreadyOpen):
            actions.reopen(own, agent=agents[0])

    def run(act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            connection.close()

    actions.close(own, agent=agents[0])
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(run, [contact_writes, agent_reopens]))
    session = MessagingSession.objects.open().get()
    assert session.messages.filter(body="And tomorrow?").count() == 1


# --- taking a transfer back ---


@pytest.mark.parametrize("place", ["extension", "queue"])
def test_transfer_is_taken_back_with_what_the_contact_wrote_meanwhile(
    own: MessagingSession, agents: list[Extension], post_inbound: Post, queue: MessageQueue, place: str
) -> None:
    to: Any = agents[2] if place == "extension" else make_queue(agents[2], name="Sales")
    handover = actions.transfer(own, agent=agents[0], to=to, note="A good customer")
    post_inbound(2, "Hello?")
    actions.take_back(handover, agent=agents[0])
    own.refresh_from_db()
    assert (own.agent, own.queue, own.unread, own.waiting_since) == (agents[0], queue, 1, None)
    assert lines(own) == ["picked_up", "transferred", "taken_back"]


GO_ON: dict[str, Callable[[MessagingSession, Extension], object]] = {
    "answers": lambda session, ben: actions.reply(session, agent=ben, body="Yes"),
    "notes": lambda session, ben: actions.add_note(session, agent=ben, body="I know her"),
    "closes": lambda session, ben: actions.close(session, agent=ben),
    "transfers": lambda session, ben: actions.transfer(session, agent=ben, to=Extension.objects.last()),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("act", GO_ON)
def test_transfer_stays_once_somebody_has_gone_on(
    own: MessagingSession, agents: list[Extension], act: str
) -> None:
    handover = actions.transfer(own, agent=agents[0], to=agents[1])
    GO_ON[act](own, agents[1])
    before = lines(own)
    with pytest.raises(actions.ActedMeanwhile) as refused:
        actions.take_back(handover, agent=agents[0])
    assert (refused.value.by, lines(own)) == (agents[1], before)


# --- sending that can be undone ---


def test_text_that_is_held_back_is_an_answer_and_leaves_in_its_time(
    own: MessagingSession, agents: list[Extension]
) -> None:
    message = actions.reply(own, agent=agents[0], body="Yes", hold_s=5)
    attempt = Attempt.objects.get()
    own.refresh_from_db()
    assert (attempt.is_held, own.unanswered_since, Lane.objects.get().head) == (True, None, None)
    assert attempt.due_at is not None
    assert seats.queue_due(now=attempt.due_at - timedelta(seconds=1)) == 0
    assert seats.queue_due(now=attempt.due_at) == 1
    message.refresh_from_db()
    assert (message.status, Lane.objects.get().head, Attempt.objects.get().priority) == ("queued", attempt, 1)


def test_undone_text_is_a_draft_again_and_its_contact_waits(
    own: MessagingSession, agents: list[Extension]
) -> None:
    own.refresh_from_db()
    since = own.unanswered_since
    message = actions.reply(own, agent=agents[0], body="Yes", hold_s=5)
    actions.save_draft(own, agent=agents[0], body="and no", client_id="another")
    actions.undo_send(message, agent=agents[0])
    own.refresh_from_db()
    assert (Draft.objects.get().body, own.unanswered_since) == ("Yes\nand no", since)
    assert seats.queue_due(now=timezone.now() + HOUR) == 0
    assert Message.objects.get(pk=message.pk).status == "cancelled"


def test_text_that_has_left_is_not_undone(own: MessagingSession, agents: list[Extension]) -> None:
    message = actions.reply(own, agent=agents[0], body="Yes", hold_s=5)
    Attempt.objects.update(status="accepted")
    with pytest.raises(actions.NotCancellable):
        actions.undo_send(message, agent=agents[0])
    assert not Draft.objects.exclude(body="").exists()
