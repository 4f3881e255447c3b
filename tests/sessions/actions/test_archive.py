"""The archive: nobody puts away what others have to answer, and what becomes somebody's comes out of it."""

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.ending import archiving, unanswered
from sessions.models import MessagingSession
from tests.factories import CONTACT, Road, make_queue
from tests.portal import logged_in, text_of
from tests.sessions.actions.test_owning import lines
from tests.sessions.conftest import Post, listed_in

pytestmark = pytest.mark.django_db
Mode = MessageQueue.PickupMode
PICK_UP = "Nobody has it yet, so everybody would lose it. Pick it up and answer, or close it then."
CLOSE = "All agents of its message queue answer in it, so all would lose it. Close it instead."
ANSWER = "The contact waits for an answer. Answer or close the session first."


@pytest.fixture
def waiting(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.fixture
def answered(waiting: MessagingSession, agents: list[Extension]) -> MessagingSession:
    """Ada has it, and has answered."""
    actions.pick_up(waiting, agent=agents[0])
    actions.reply(waiting, agent=agents[0], body="Till six")
    return waiting


@pytest.fixture
def ada(agents: list[Extension]) -> Client:
    return logged_in(agents[0].user)


def is_archived(session: MessagingSession) -> bool:
    session.refresh_from_db()
    return session.archived_at is not None


def put_away(session: MessagingSession) -> None:
    """As a row may stand in the database, whoever wrote it."""
    MessagingSession.objects.filter(pk=session.pk).update(archived_at=timezone.now())


@pytest.mark.parametrize(
    ("mode", "words"),
    [(Mode.MANUAL, PICK_UP), (Mode.AUTO, PICK_UP), (Mode.NONE, CLOSE), (Mode.ASSIGNED, PICK_UP)],
)
@pytest.mark.parametrize("is_answered", [False, True])
def test_what_nobody_owns_is_not_archived(
    waiting: MessagingSession, queue: MessageQueue, ada: Client, mode: str, words: str, *, is_answered: bool
) -> None:
    MessageQueue.objects.update(pickup_mode=mode)
    if is_answered:
        MessagingSession.objects.update(unanswered_since=None)
    page = ada.get(reverse("inbox-session", args=[waiting.pk])).content.decode()
    assert reverse("inbox-archive", args=[waiting.pk]) not in page
    answer = ada.post(reverse("inbox-archive", args=[waiting.pk]))
    assert (answer.status_code, answer.context["notice"]) == (422, words)
    assert words in text_of(answer.content.decode())
    assert not is_archived(waiting)


def test_session_whose_contact_waits_is_not_archived(
    waiting: MessagingSession, agents: list[Extension], ada: Client
) -> None:
    actions.pick_up(waiting, agent=agents[0])
    answer = ada.post(reverse("inbox-archive", args=[waiting.pk]))
    assert (answer.status_code, answer.context["notice"]) == (422, ANSWER)
    actions.reply(waiting, agent=agents[0], body="Till six")
    assert ada.post(reverse("inbox-archive", args=[waiting.pk])).status_code == 200
    assert is_archived(waiting)


def test_another_agent_s_session_is_not_archived(answered: MessagingSession, agents: list[Extension]) -> None:
    with pytest.raises(actions.NotTheOwner):
        actions.archive(answered, agent=agents[1])
    assert not is_archived(answered)


@pytest.mark.parametrize("mode", Mode.values)
def test_closed_session_is_archived_whoever_had_it(
    waiting: MessagingSession, agents: list[Extension], mode: str
) -> None:
    MessageQueue.objects.update(pickup_mode=mode)
    MessagingSession.objects.update(closed_at=timezone.now(), closed_by="timeout")
    actions.archive(waiting, agent=agents[1])
    assert is_archived(waiting)


def test_archiving_is_said_in_the_thread_and_can_be_undone(answered: MessagingSession, ada: Client) -> None:
    html = ada.post(reverse("inbox-archive", args=[answered.pk])).content.decode()
    undo = reverse("inbox-unarchive", args=[answered.pk])
    assert "Ada archived the session." in html
    assert (
        "The session is archived. It is in the list of archived sessions only. Take out of the archive"
        in text_of(html)
    )
    assert html.count(undo) == 2  # there, and in the menu
    ada.post(reverse("inbox-archive", args=[answered.pk]))  # twice is once
    assert listed_in(ada.get(reverse("inbox")), "mine") == []
    html = ada.post(undo).content.decode()
    assert "Ada took the session out of the archive." in html
    assert undo not in html
    ada.post(undo)
    assert lines(answered) == ["picked_up", "archived", "unarchived"]
    assert listed_in(ada.get(reverse("inbox")), "mine") == [answered]


Act = Callable[[MessagingSession, list[Extension], Post], object]
OF_THE_OWNER: dict[str, Act] = {
    "text": lambda session, agents, post: post(2, "Hello?"),
    "answer": lambda session, agents, post: actions.reply(session, agent=agents[0], body="Till six"),
    "schedule": lambda session, agents, post: actions.reply(
        session, agent=agents[0], body="Soon", due_at=timezone.now() + timedelta(hours=1)
    ),
    "new message": lambda session, agents, post: actions.start_session(
        agent=agents[0], number=session.number, contact=CONTACT, body="Till six"
    ),
    "transfer": lambda session, agents, post: actions.transfer(session, agent=agents[0], to=agents[2]),
    "transfer to a queue": lambda session, agents, post: actions.transfer(
        session, agent=agents[0], to=MessageQueue.objects.get(name="Sales")
    ),
    "bulk": lambda session, agents, post: actions.move(MessagingSession.objects.all(), to=agents[1]),
    "deletion": lambda session, agents, post: archiving.archive_extension(agents[0]),
    "deletion with a place": lambda session, agents, post: archiving.archive_extension(
        agents[0], to=agents[1]
    ),
    "deactivation": lambda session, agents, post: archiving.deactivate_extension(agents[0]),
}
OF_NOBODY: dict[str, Act] = {
    "pick up": lambda session, agents, post: actions.pick_up(session, agent=agents[1]),
    "overflow": lambda session, agents, post: unanswered.overflow(now=timezone.now() + timedelta(hours=1)),
    "text": OF_THE_OWNER["text"],
}


@pytest.mark.parametrize("act", OF_THE_OWNER)
def test_what_becomes_somebody_s_concern_comes_out(
    answered: MessagingSession, agents: list[Extension], post_inbound: Post, act: str
) -> None:
    make_queue(agents[2], name="Sales")
    actions.archive(answered, agent=agents[0])
    OF_THE_OWNER[act](answered, agents, post_inbound)
    assert not is_archived(answered)


@pytest.mark.parametrize("act", OF_NOBODY)
def test_what_was_nobody_s_comes_out(
    waiting: MessagingSession, agents: list[Extension], queue: MessageQueue, post_inbound: Post, act: str
) -> None:
    sales = make_queue(agents[2], name="Sales")
    MessageQueue.objects.filter(pk=queue.pk).update(overflow_after_minutes=5, overflow_queue=sales)
    put_away(waiting)
    OF_NOBODY[act](waiting, agents, post_inbound)
    assert not is_archived(waiting)


def test_text_sent_again_brings_its_session_out(answered: MessagingSession, agents: list[Extension]) -> None:
    message = answered.messages.get(kind="outbound")
    message.attempts.update(status="failed")
    actions.archive(answered, agent=agents[0])
    actions.retry(message, agent=agents[0])
    assert not is_archived(answered)


def test_migration_brings_back_what_everybody_lost(
    road: Road, agents: list[Extension], post_inbound: Post
) -> None:
    rows: dict[str, dict[str, Any]] = {
        "waiting": {},
        "unanswered": {"agent": agents[0]},
        "answered": {"agent": agents[0], "unanswered_since": None},
        "closed": {"closed_at": timezone.now()},
    }
    for number, (name, values) in enumerate(rows.items()):
        post_inbound(number + 1, name, From=f"+1415555020{number}")
        of_name = MessagingSession.objects.filter(last_message__body=name)
        of_name.update(archived_at=timezone.now(), **values)
    migration = import_module("sessions.migrations.0011_archive_of_what_is_owned")
    migration.bring_back(apps, connection.schema_editor())
    put_back = MessagingSession.objects.filter(archived_at=None).order_by("pk")
    assert [session.last_message.body for session in put_back] == ["waiting", "unanswered"]  # type: ignore[union-attr]
