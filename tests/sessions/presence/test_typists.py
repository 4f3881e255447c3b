"""Who is typing an answer: told to those who have the session open, and over by itself."""

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from redis import Redis

from accounts.models import Role
from routing.models import Extension
from sessions.models import MessagingSession
from sessions.presence import online, typists
from tests.portal import logged_in, make_user, text_of
from tests.sessions.conftest import Post
from tests.sessions.presence.test_online import told

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(post_inbound: Post, agents: list[Extension]) -> MessagingSession:
    """Ada and Ben have it open."""
    post_inbound(1, "Are you open today?")
    session = MessagingSession.objects.get()
    for agent in agents[:2]:
        online.open_session(session, agent=agent, page="tab")
    return session


def type_in(session: MessagingSession, agent: Extension, body: str, **more: str) -> None:
    fields = {"body": body, "age_ms": "0", "typing": "1", **more}
    assert logged_in(agent.user).post(f"/inbox/{session.pk}/draft/", fields).status_code == 204


def line(client: Client, session: MessagingSession) -> str:
    return text_of(client.get(reverse("inbox-viewers", args=[session.pk])).content.decode())


def test_others_see_who_is_typing_until_it_is_gone(
    session: MessagingSession, agents: list[Extension], redis_client: Redis
) -> None:
    ada, ben = (logged_in(agent.user) for agent in agents[:2])
    type_in(session, agents[0], "We")
    assert line(ben, session) == "1001 Ada is typing…"
    assert line(ada, session) == "1002 Ben has this session open, too."
    assert "1001 Ada is typing…" in ben.get(f"/inbox/{session.pk}/").content.decode()
    type_in(session, agents[0], "")
    assert line(ben, session) == "1001 Ada has this session open, too."
    assert redis_client.keys("presence:typing:*") == []


def test_others_are_told_once_of_one_who_types_on(
    session: MessagingSession, agents: list[Extension], redis_client: Redis
) -> None:
    before = len(told(redis_client))
    for words in ("We", "We are", "We are open"):
        type_in(session, agents[0], words)
    audience = [agents[1].pk, f"queue:{session.queue_id}"]
    expected: list[dict[str, Any]] = [{"kind": "viewers", "session": session.pk, "audience": audience}]
    assert told(redis_client)[before:] == expected


def test_it_ends_by_itself(
    session: MessagingSession, agents: list[Extension], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typists, "HOLDS_MS", 200)
    type_in(session, agents[0], "We")
    time.sleep(0.3)
    assert typists.company_of(session, agents[1]) == ([], [agents[0]])


def test_text_that_is_sent_is_typed_no_more(session: MessagingSession, agents: list[Extension]) -> None:
    ada = logged_in(agents[0].user)
    ada.post(f"/inbox/{session.pk}/pick-up/")
    type_in(session, agents[0], "We are open")
    fields = {"body": "We are open", "client_id": "4b0c0e5e-8f0c-4c1c-9d43-0b1b7d0c1a52"}
    ada.post(f"/inbox/{session.pk}/reply/", fields, headers={"Accept": "application/json"})
    assert typists.company_of(session, None).typing == []


def test_draft_that_is_only_restored_is_not_typed(session: MessagingSession, agents: list[Extension]) -> None:
    type_in(session, agents[0], "We", typing="")
    assert typists.company_of(session, agents[1]) == ([], [agents[0]])


def test_supervisor_sees_who_is_typing(session: MessagingSession, agents: list[Extension]) -> None:
    vera = make_user("vera", Role.SUPERVISOR)
    assert session.queue is not None
    vera.supervised_queues.add(session.queue)
    type_in(session, agents[0], "We")
    assert line(logged_in(vera), session) == "1001 Ada is typing… 1002 Ben has this session open, too."
