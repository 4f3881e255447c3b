"""Events: written with what they are about, published after commit. Their stream: test_stream.py."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from redis import Redis

from routing.models import Extension
from sessions import actions, events
from sessions.models import Event, MessagingSession
from tests.sessions.conftest import Post

pytestmark = pytest.mark.django_db(transaction=True)


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
