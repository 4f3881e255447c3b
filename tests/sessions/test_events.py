"""Events: written with what they are about, published after commit, resumed without a gap."""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.db import transaction
from django.test import Client
from django.utils import timezone
from redis import Redis

from accounts.models import Role, User
from routing.models import Extension, MessageQueue
from sessions import actions, events
from sessions.models import Event, MessagingSession
from tests.portal import make_user
from tests.sessions.conftest import Post
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
Heard = tuple[str, str, dict[str, Any]]  # id, kind, data


@pytest.fixture
def waiting(post_inbound: Post) -> MessagingSession:
    post_inbound(1, "Are you open today?")
    return MessagingSession.objects.get()


def published(redis_client: Redis) -> list[dict[str, Any]]:
    entries: Any = redis_client.xrange(events.STREAM)
    return [json.loads(fields["event"]) for _id, fields in entries]


def test_text_tells_the_agents_of_its_queue(waiting: MessagingSession, redis_client: Redis) -> None:
    told = [f"agents:{waiting.queue_id}", f"queue:{waiting.queue_id}"]
    assert published(redis_client) == [{"kind": "message", "session": waiting.pk, "audience": told}]


def test_follow_up_tells_the_owner_only(
    waiting: MessagingSession, agents: list[Extension], post_inbound: Post, redis_client: Redis
) -> None:
    supervisors = f"queue:{waiting.queue_id}"
    actions.pick_up(waiting, agent=agents[1])
    post_inbound(2, "Hello?")
    assert [event["audience"] for event in published(redis_client)[1:]] == [
        [agents[1].pk, f"agents:{waiting.queue_id}", supervisors],  # the pick-up
        [agents[1].pk, supervisors],
    ]


def test_event_says_nothing_of_what_was_written(waiting: MessagingSession, redis_client: Redis) -> None:
    entries: Any = redis_client.xrange(events.STREAM)
    assert "open today" not in json.dumps(entries)
    assert waiting.contact not in json.dumps(entries)


def test_nothing_is_published_of_what_was_rolled_back(waiting: MessagingSession, redis_client: Redis) -> None:
    with transaction.atomic():
        events.record(events.EventKind.SESSION, waiting)
        transaction.set_rollback(True)
    assert len(published(redis_client)) == 1


def test_sweep_publishes_what_a_kill_left_behind_and_nothing_twice(
    waiting: MessagingSession, redis_client: Redis
) -> None:
    Event.objects.create(kind="session", session=waiting, audience=[7], created_at=timezone.now())
    Event.objects.update(created_at=timezone.now() - timedelta(seconds=5))
    assert events.sweep() == 1
    assert [event["audience"] for event in published(redis_client)][1:] == [[7]]
    assert (Event.objects.count(), events.sweep()) == (0, 0)
    assert redis_client.scard(events.PUBLISHED) == 0


class Listener:
    """Somebody's page at the event stream."""

    def __init__(self, url: str, user: User, last_id: str = "") -> None:
        client = Client()
        client.force_login(user)
        headers = {"Last-Event-ID": last_id} if last_id else {}
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        self.response = requests.get(
            f"{url}/events/", headers=headers, cookies=cookies, stream=True, timeout=30
        )
        self.heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self.ended = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            for block in self._blocks():
                fields = dict(line.split(": ", 1) for line in block if not line.startswith(":"))
                if fields:
                    self.heard.put((fields.get("id", ""), fields["event"], json.loads(fields["data"])))
        except (requests.RequestException, AttributeError):
            pass  # closed under our hands
        self.ended.set()

    def _blocks(self) -> Iterator[list[str]]:
        block: list[str] = []
        for line in self.response.iter_lines(chunk_size=1, decode_unicode=True):
            if line:
                block.append(line)
            elif block:
                yield block
                block = []

    def next(self, timeout_s: float = 10.0) -> Heard:
        return self.heard.get(timeout=timeout_s)


@pytest.fixture
def listen(start_stack: Callable[..., Any]) -> Iterator[Callable[..., Listener]]:
    stack = start_stack(EVENTS_HEARTBEAT_S="1")
    listeners: list[Listener] = []

    def start(user: User, last_id: str = "") -> Listener:
        listeners.append(Listener(stack.url, user, last_id))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.response.close()


@pytest.mark.processes
def test_stream_is_live_resumes_without_a_gap_and_ends_with_the_access(
    waiting: MessagingSession,
    agents: list[Extension],
    listen: Callable[..., Listener],
    redis_client: Redis,
) -> None:
    supervisor = make_user("vera", Role.SUPERVISOR)
    supervisor.supervised_queues.set(MessageQueue.objects.all())
    vera, ada, cleo = (listen(user) for user in (supervisor, agents[0].user, agents[2].user))
    first_id, kind, _data = ada.next()
    assert (kind, cleo.next()[1], vera.next()[1]) == ("hello", "hello", "hello")
    assert vera.next()[1:] == ("availability", {"session": None})  # Ada came, to a queue of hers

    with transaction.atomic():
        events.record(events.EventKind.SESSION, waiting)
    assert ada.next()[1:] == vera.next()[1:] == ("session", {"session": waiting.pk})
    supervisor.supervised_queues.clear()
    assert wait_until(vera.ended.is_set, timeout_s=10)

    for _ in range(200):
        with transaction.atomic():
            events.record(events.EventKind.STATUS, waiting)
    again = listen(agents[0].user, first_id)
    assert [again.next()[1] for _ in range(201)] == ["session"] + ["status"] * 200
    assert cleo.heard.empty()

    redis_client.xtrim(events.STREAM, maxlen=0)
    assert again.next()[1] == "reset"
    assert listen(agents[0].user, first_id).next()[1] == "reset"

    agents[0].user.is_active = False
    agents[0].user.save()
    assert wait_until(again.ended.is_set, timeout_s=10)


@pytest.mark.once
@pytest.mark.processes
def test_stream_is_closed_to_strangers(start_stack: Callable[..., Any], admin_user: Any) -> None:
    stack = start_stack()
    assert requests.get(f"{stack.url}/events/", timeout=10).status_code == 401
