"""Available, away, offline: said by agents, known from their streams, shown to supervisors."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks
from redis import Redis

from accounts.models import Role, User
from routing.models import Extension, MessageQueue
from sessions import actions, events
from sessions.models import MessagingSession
from sessions.presence import online
from sessions.presence.availability import State, state_of, with_attendance
from sessions.queries import supervised_by
from tests.factories import make_agent, make_queue
from tests.portal import logged_in, make_user, rows_of, text_of
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db

URL = "/inbox/availability/"
MARK = "Nobody who could answer is there"
AWAY = Extension.Availability.AWAY


@pytest.fixture
def vera(queue: MessageQueue) -> User:
    user = make_user("vera", Role.SUPERVISOR)
    user.supervised_queues.add(queue)
    return user


@pytest.fixture
def come(redis_client: Redis) -> Callable[..., Any]:
    """`come(ada, ben)`: as their stream process says it."""

    def say(*agents: Extension) -> Any:
        pages = [f"{agent.pk}:page" for agent in agents]
        return redis_client.eval(online.SERVING, 0, online.lifetime_ms(), *pages)

    return say


def told(redis_client: Redis) -> list[Any]:
    entries: Any = redis_client.xrange(events.STREAM)
    every = [json.loads(fields["event"]) for _id, fields in entries]
    return [event["audience"] for event in every if event["kind"] == "availability"]


def test_agent_says_whether_it_is_available(
    agents: list[Extension],
    queue: MessageQueue,
    redis_client: Redis,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    page = logged_in(agents[0].user)
    assert "You are: Available" in page.get("/inbox/").content.decode()
    for value in ("away", "away", "available"):
        with django_capture_on_commit_callbacks(execute=True):
            answer = page.post(URL, {"availability": value})
        agents[0].refresh_from_db()
        assert agents[0].availability == value
        assert text_of(answer.content.decode()).startswith(value.capitalize())
    assert told(redis_client) == [[agents[0].pk, f"queue:{queue.pk}"]] * 2
    assert page.post(URL, {"availability": "gone"}).status_code == 400


def test_state_is_offline_without_a_stream(agents: list[Extension], come: Callable[..., Any]) -> None:
    come(*agents[:2])
    actions.set_availability(agents[1], to=AWAY)
    there = online.everybody_online()
    assert [state_of(agent, there) for agent in agents] == [State.AVAILABLE, State.AWAY, State.OFFLINE]


def test_session_is_unattended_while_nobody_who_could_answer_is_there(
    post_inbound: Post, agents: list[Extension], vera: User, come: Callable[..., Any]
) -> None:
    ada, ben, cleo = agents
    post_inbound(1, "Are you open today?")
    session = MessagingSession.objects.get()
    seen = supervised_by(vera)

    def is_unattended() -> bool:
        return with_attendance(seen).filter(is_unattended=True).exists()  # type: ignore[misc]

    come(cleo)  # who is not in the queue
    assert is_unattended()
    come(ada, ben)
    assert not is_unattended()
    for agent in (ada, ben):
        actions.set_availability(agent, to=AWAY)
    assert is_unattended()

    actions.pick_up(session, agent=ben)
    assert is_unattended()
    actions.set_availability(ada, to=Extension.Availability.AVAILABLE)
    assert is_unattended()  # it is Ben's
    actions.reply(session, agent=ben, body="Yes")
    assert not is_unattended()
    post_inbound(2, "Thanks!")
    assert is_unattended()
    actions.close(session, agent=ben)
    assert not is_unattended()


@pytest.mark.parametrize("mode", MessageQueue.PickupMode.values)
def test_answered_session_is_neither_unread_nor_unattended(
    post_inbound: Post, agents: list[Extension], queue: MessageQueue, vera: User, mode: str
) -> None:
    MessageQueue.objects.update(pickup_mode=mode)
    post_inbound(1, "Are you open today?")
    session = MessagingSession.objects.get()
    if mode in (MessageQueue.PickupMode.MANUAL, MessageQueue.PickupMode.ASSIGNED):
        actions.pick_up(session, agent=agents[0])
        post_inbound(2, "Hello?")
    page = logged_in(vera)
    html = page.get("/inbox/").content.decode()
    assert (html.count(MARK), "inbox-unread" in html) == (1, True)
    actions.reply(session, agent=agents[0], body="Till six")
    html = page.get("/inbox/").content.decode()
    assert (html.count(MARK), "inbox-unread" in html) == (0, False)


def test_supervisor_sees_which_sessions_are_unattended(
    post_inbound: Post, agents: list[Extension], vera: User, come: Callable[..., Any]
) -> None:
    post_inbound(1, "Are you open today?")
    page, agents_page = logged_in(vera), logged_in(agents[0].user)
    assert page.get("/inbox/").content.decode().count(MARK) == 1
    assert MARK not in agents_page.get("/inbox/").content.decode()
    come(agents[0])
    assert MARK not in page.get("/inbox/").content.decode()


def test_list_of_queues_says_who_is_available(
    admin_page: Client, agents: list[Extension], queue: MessageQueue, vera: User, come: Callable[..., Any]
) -> None:
    make_queue(name="Sales")
    come(*agents[:2])
    actions.set_availability(agents[1], to=AWAY)
    states = "1 of 2 1001 Ada: Available 1002 Ben: Away"
    support = ["Support", "1001 Ada 1002 Ben", "Manual pickup", states, "–"]
    assert rows_of(admin_page.get("/queues/"))[1] == support
    answer = logged_in(vera).get("/queues/")
    assert rows_of(answer) == [support]
    assert f"/queues/{queue.pk}/" not in answer.content.decode()
    assert "/queues/add/" not in answer.content.decode()
    vera.supervised_queues.clear()
    assert "You supervise no message queues" in logged_in(vera).get("/queues/").content.decode()


def test_availability_costs_the_same_with_many(
    admin_page: Client, queue: MessageQueue, vera: User, post_inbound: Post, django_assert_num_queries: Any
) -> None:
    post_inbound(1, "Hello")
    page, costs = logged_in(vera), []
    for path, browser in (("/queues/", admin_page), ("/inbox/", page)):
        with CaptureQueriesContext(connection) as one:
            browser.get(path)
        costs.append(len(one))
    for number in range(10):
        make_queue(make_agent(f"20{number:02}"), name=f"Queue {number}")
        post_inbound(number + 10, "Hello", From=f"+141555502{number:02}")
    for cost, path, browser in zip(costs, ("/queues/", "/inbox/"), (admin_page, page), strict=True):
        with django_assert_num_queries(cost):
            browser.get(path)
