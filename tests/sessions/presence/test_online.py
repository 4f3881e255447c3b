"""Who has which session open: said by pages, told to those whom it concerns, forgotten by itself."""

import json
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings
from redis import Redis

from accounts.models import Role
from routing.models import Extension
from sessions import actions, events
from sessions.models import MessagingSession
from sessions.presence import online
from tests.portal import logged_in, make_user, text_of
from tests.servers import ValkeyServer
from tests.sessions.conftest import Post
from tests.stack import Servers
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db

VIEWING = "/inbox/viewing/"


@pytest.fixture
def session(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


@pytest.fixture
def pages(agents: list[Extension]) -> list[Client]:
    """Ada's, Ben's and Cleo's browsers."""
    return [logged_in(agent.user) for agent in agents]


def told(redis_client: Redis) -> list[dict[str, Any]]:
    entries: Any = redis_client.xrange(events.STREAM)
    every = [json.loads(fields["event"]) for _id, fields in entries]
    return [event for event in every if event["kind"] in ("viewers", "availability")]


def test_page_says_what_it_shows_and_others_who_show_it_learn_of_it(
    session: MessagingSession, agents: list[Extension], pages: list[Client], redis_client: Redis
) -> None:
    shows = {"page": "one", "session": session.pk}
    assert [page.post(VIEWING, shows).status_code for page in pages] == [204, 204, 404]
    assert pages[0].post(VIEWING, shows).status_code == 204
    assert online.viewers(session) == agents[:2]
    fragment = pages[0].get(reverse("inbox-viewers", args=[session.pk])).content.decode()
    assert text_of(fragment) == "1002 Ben has this session open, too."
    assert pages[1].post(VIEWING, {"page": "one", "session": ""}).status_code == 204
    assert online.viewers(session) == agents[:1]

    supervisors = f"queue:{session.queue_id}"
    both = sorted(agent.pk for agent in agents[:2])
    assert told(redis_client) == [
        {"kind": "viewers", "session": session.pk, "audience": audience}
        for audience in ([agents[0].pk, supervisors], [*both, supervisors], [agents[0].pk, supervisors])
    ]


def test_page_that_shows_another_session_has_left_the_first(
    session: MessagingSession, agents: list[Extension], post_inbound: Post, redis_client: Redis
) -> None:
    post_inbound(2, "Hello", From="+14155550199")
    other = MessagingSession.objects.exclude(pk=session.pk).get()
    for one in (session, other):
        online.open_session(one, agent=agents[0], page="tab")
    online.open_session(session, agent=agents[0], page="second-tab")
    assert online.viewers(session) == online.viewers(other) == agents[:1]
    online.open_session(None, agent=agents[0], page="second-tab")
    assert online.viewers(session) == []
    assert sorted(event["session"] for event in told(redis_client)) == [session.pk] * 4 + [other.pk]


def test_what_nobody_confirms_is_forgotten(
    session: MessagingSession, agents: list[Extension], settings: Settings
) -> None:
    settings.EVENTS_HEARTBEAT_S = 0.1
    online.open_session(session, agent=agents[0], page="tab")
    assert online.viewers(session) == agents[:1]
    time.sleep(0.4)
    assert online.viewers(session) == []


def test_serving_process_keeps_pages_there_and_says_what_changed(
    session: MessagingSession, agents: list[Extension], redis_client: Redis, settings: Settings
) -> None:
    settings.EVENTS_HEARTBEAT_S = 0.1
    ada, ben = (str(agent.pk) for agent in agents[:2])

    def serve(*pages: str) -> Any:
        return redis_client.eval(online.SERVING, 0, online.lifetime_ms(), *pages)

    assert serve(f"{ada}:tab", f"{ada}:phone", f"{ben}:tab") == [[ada, ben], [], []]
    online.open_session(session, agent=agents[0], page="tab")
    online.open_session(session, agent=agents[1], page="tab")
    for _ in range(4):
        time.sleep(0.1)
        assert serve(f"{ada}:tab")[0] == []
    wait_until(lambda: online.online([agents[0].pk, agents[1].pk, 0]) == {agents[0].pk})
    assert online.viewers(session) == agents[:1]
    time.sleep(0.4)
    assert serve() == [[], [ada], [f"{session.pk}:{session.queue_id}"]]
    assert redis_client.keys("presence:*") == []


def test_supervisor_looks_on_unseen(session: MessagingSession, redis_client: Redis) -> None:
    vera = make_user("vera", Role.SUPERVISOR)
    assert session.queue is not None
    vera.supervised_queues.add(session.queue)
    page = logged_in(vera)
    assert page.post(VIEWING, {"page": "one", "session": session.pk}).status_code == 204
    assert text_of(page.get(reverse("inbox-viewers", args=[session.pk])).content.decode()) == ""
    assert redis_client.keys("presence:*") == []


@pytest.mark.parametrize(
    "fields", [{"page": "a b", "session": "1"}, {"session": "1"}, {"page": "a", "session": "x"}]
)
def test_page_must_say_which_it_is(pages: list[Client], fields: dict[str, str]) -> None:
    assert pages[0].post(VIEWING, fields).status_code == 400


def test_without_redis_nobody_is_called_offline(
    session: MessagingSession, agents: list[Extension], pages: list[Client], servers: Servers
) -> None:
    if servers.valkey is None:
        pytest.skip("TEST_REDIS_URL names a server that is not ours to stop")
    actions.pick_up(session, agent=agents[0])
    valkey: ValkeyServer = servers.valkey
    valkey.stop()
    try:
        assert pages[0].post(VIEWING, {"page": "one", "session": session.pk}).status_code == 204
        assert online.viewers(session) == []
        assert online.online([agents[0].pk]) == {agents[0].pk}
    finally:
        valkey.restart()
