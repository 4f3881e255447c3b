"""A queue with automatic assignment, and agents whose pages are open."""

from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis

from routing.models import Extension, MessageQueue
from sessions.models import MessagingSession
from sessions.presence import online
from tests.sessions.conftest import Post

Come = Callable[..., None]
Waiting = Callable[[int], list[MessagingSession]]


@pytest.fixture
def come(redis_client: Redis) -> Come:
    """`come(ada, ben)`: these are there, nobody else."""

    def say(*agents: Extension) -> None:
        redis_client.delete("presence:online")
        pages = [f"{agent.pk}:page" for agent in agents]
        redis_client.eval(online.SERVING, 0, 3_600_000, *pages)

    return say


@pytest.fixture
def set_queue(queue: MessageQueue) -> Callable[..., None]:
    def change(**values: Any) -> None:
        MessageQueue.objects.filter(pk=queue.pk).update(**values)

    return change


@pytest.fixture(autouse=True)
def _assigned(queue: MessageQueue) -> None:
    MessageQueue.objects.filter(pk=queue.pk).update(pickup_mode=MessageQueue.PickupMode.ASSIGNED)


@pytest.fixture
def waiting(post_inbound: Post) -> Waiting:
    """So many sessions more that wait, the longest waiting first."""

    def come_in(count: int) -> list[MessagingSession]:
        before = MessagingSession.objects.count()
        for number in range(before, before + count):
            post_inbound(number + 1, "Are you open?", From=f"+14155550{number:03}")
        return list(MessagingSession.objects.order_by("pk")[before:])

    return come_in


def owners(*sessions: MessagingSession) -> list[str | None]:
    """The names of those who have the sessions now."""
    found = dict(MessagingSession.objects.values_list("pk", "agent__name"))
    return [found[session.pk] for session in sessions]
