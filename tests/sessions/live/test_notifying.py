"""What an agent is told of, and the settings for it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from routing.models import Extension, MessageQueue
from sessions import actions
from sessions.ending import unanswered
from sessions.models import AgentSettings, Contact, MessagingSession
from tests.factories import CONTACT
from tests.portal import logged_in, make_user
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db


def told(client: Client) -> tuple[int, list[tuple[str, str]]]:
    state: dict[str, Any] = client.get("/inbox/calls/").json()
    return state["count"], [(call["kind"], call["who"]) for call in state["calls"]]


def test_waiting_sessions_and_follow_ups_are_told_without_what_they_say(
    post_inbound: Post, agents: list[Extension]
) -> None:
    ada, ben = logged_in(agents[0].user), logged_in(agents[1].user)
    Contact.objects.create(address=CONTACT, name="Grace")
    assert told(ada) == (0, [])
    post_inbound(1, "A secret")
    assert (told(ada), told(ben)) == ((1, [("new", "Grace")]), (1, [("new", "Grace")]))
    actions.pick_up(MessagingSession.objects.get(), agent=agents[0])
    assert (told(ada), told(ben)) == ((0, []), (0, []))
    post_inbound(2, "Another secret")
    assert (told(ada), told(ben)) == ((1, [("follow_up", "Grace")]), (0, []))
    assert "secret" not in ada.get("/inbox/calls/").content.decode()
    assert MessagingSession.objects.get().unread == 1


def test_each_follow_up_has_another_mark(post_inbound: Post, agents: list[Extension]) -> None:
    ada, marks = logged_in(agents[0].user), set()
    post_inbound(1, "Hello")
    actions.pick_up(MessagingSession.objects.get(), agent=agents[0])
    for number in (2, 3):
        post_inbound(number, "Are you there?")
        marks.add(ada.get("/inbox/calls/").json()["calls"][0]["mark"])
    assert len(marks) == 2


def test_supervisor_is_told_once_of_a_session_that_nobody_answers(
    post_inbound: Post, queue: MessageQueue, agents: list[Extension]
) -> None:
    user = make_user("vera", Role.SUPERVISOR)
    user.supervised_queues.add(queue)
    vera, ada = logged_in(user), logged_in(agents[0].user)
    MessageQueue.objects.update(alert_after_minutes=10)
    post_inbound(1, "A secret")
    assert told(vera) == (0, [])
    unanswered.alert(now=timezone.now() + timedelta(minutes=11))
    assert (told(vera), told(ada)) == ((1, [("alert", CONTACT)]), (1, [("new", CONTACT)]))
    (first,) = vera.get("/inbox/calls/").json()["calls"]
    post_inbound(2, "Hello?")
    assert vera.get("/inbox/calls/").json()["calls"] == [first]
    session = MessagingSession.objects.get()
    actions.pick_up(session, agent=agents[0])
    actions.reply(session, agent=agents[0], body="Till six")
    assert told(vera) == (0, [])


def test_who_supervises_and_answers_counts_a_session_once(
    post_inbound: Post, queue: MessageQueue, agents: list[Extension]
) -> None:
    user = agents[0].user
    user.role = Role.SUPERVISOR
    user.save()
    user.supervised_queues.add(queue)
    MessageQueue.objects.update(alert_after_minutes=10)
    post_inbound(1, "A secret")
    unanswered.alert(now=timezone.now() + timedelta(minutes=11))
    assert told(logged_in(user)) == (1, [("new", CONTACT), ("alert", CONTACT)])


def test_settings_are_the_agents_own(agents: list[Extension]) -> None:
    ada = logged_in(agents[0].user)
    assert 'data-sound="1"' in ada.get("/inbox/").content.decode()
    chosen = {"notify_new": "on", "after_closing": "next", "undo_send_s": "5"}
    answer = ada.post("/inbox/settings/", chosen)
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/settings/")
    kept = AgentSettings.objects.get()
    assert (kept.agent, kept.notify_new, kept.notify_follow_up, kept.sound, kept.title_count) == (
        agents[0],
        True,
        False,
        False,
        False,
    )
    assert (kept.after_closing, kept.undo_send_s) == ("next", 5)
    assert ada.post("/inbox/settings/", chosen | {"undo_send_s": "3600"}).status_code == 200
    assert AgentSettings.objects.get().undo_send_s == 5
    assert 'data-sound="0"' in ada.get("/inbox/").content.decode()
    assert 'data-sound="1"' in logged_in(agents[1].user).get("/inbox/").content.decode()


def test_supervisor_without_an_extension_reads_what_holds(queue: MessageQueue) -> None:
    user = make_user("vera", Role.SUPERVISOR)
    vera = logged_in(user)
    page = vera.get("/inbox/settings/")
    assert (page.status_code, "alerts of your message queues" in page.content.decode()) == (200, True)
    assert "Enter sends a text" not in page.content.decode()
    assert 'href="/inbox/settings/"' in page.content.decode()
    assert vera.post("/inbox/settings/", {"sound": "on"}).status_code == 200
    assert AgentSettings.objects.count() == 0
