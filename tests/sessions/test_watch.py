"""A look once a second finds what is due, and nudges that alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from channels.models import Channel, FetchGap
from pbx_messaging.queues import QUEUES, WORKER
from pbx_messaging.redis import redis_client
from routing.models import Extension, MessageQueue
from sessions import watch
from sessions.models import Absence, Attachment, Attempt, Event, Lane, Message, MessagingSession
from sessions.push import looking
from sessions.receiving import spool
from sessions.sending import claiming
from tests.factories import Road
from tests.sessions.conftest import Post
from tests.sessions.sending.test_pump import write

NEWS = "sessions.tasks.look_for_calls"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were nudged."""
    names: list[str] = []
    monkeypatch.setattr(watch, "nudge", names.append)
    monkeypatch.delitem(watch.DUE, NEWS)  # there is news in most of what happens here
    return names


@pytest.fixture
def waiting(own_road: Road, agents: list[Extension]) -> Attempt:
    """A text on a channel that may not send."""
    write(agents[0], own_road, "Hello")
    Event.objects.all().delete()
    Channel.objects.update(paused_at=timezone.now())
    return Attempt.objects.get()


def test_every_task_is_one() -> None:
    assert watch.DUE.keys() <= QUEUES.keys()


def test_nothing_is_due(waiting: Attempt, nudged: list[str]) -> None:
    watch.nudge_what_is_due()
    assert nudged == []


def _scheduled(attempt: Attempt) -> None:
    Attempt.objects.update(status="scheduled", due_at=timezone.now())


def _held(attempt: Attempt) -> None:
    Lane.objects.update(held_until=timezone.now())


def _allowed(attempt: Attempt) -> None:
    Channel.objects.update(paused_at=None)


def _unpublished(attempt: Attempt) -> None:
    long_ago = timezone.now() - timedelta(minutes=1)
    Event.objects.create(
        kind="message", session=MessagingSession.objects.get(), audience=[], created_at=long_ago
    )


def _lost(attempt: Attempt) -> None:
    Attempt.objects.update(status="sending", claimed_at=timezone.now() - claiming.LEASE * 2)


def _unknown(attempt: Attempt) -> None:
    Attempt.objects.update(check_at=timezone.now())


def _gap(attempt: Attempt) -> None:
    now = timezone.now()
    FetchGap.objects.create(channel=attempt.channel, since=now, until=now, asked_at=now, due_at=now)


def _media(attempt: Attempt) -> None:
    Attachment.objects.create(
        message=attempt.message, position=0, url="https://example.com", next_try_at=timezone.now()
    )
    Message.objects.update(channel=attempt.channel)


def _snoozed(attempt: Attempt) -> None:
    MessagingSession.objects.update(snoozed_until=timezone.now())


def _to_be_assigned(attempt: Attempt) -> None:
    queue = attempt.message.session.number.queue
    MessageQueue.objects.update(pickup_mode=MessageQueue.PickupMode.ASSIGNED)
    MessagingSession.objects.update(agent=None, queue=queue)


def _given(attempt: Attempt) -> None:
    _to_be_assigned(attempt)
    MessagingSession.objects.update(agent=attempt.message.author, taken_at=timezone.now())


def _absent(attempt: Attempt) -> None:
    assert attempt.message.author is not None
    Absence.objects.create(agent=attempt.message.author, since=timezone.now())


@pytest.mark.parametrize(
    ("happens", "task"),
    [
        (_scheduled, "queue_due"),
        (_held, "queue_due"),
        (_allowed, "drain"),
        (_unpublished, "publish_events"),
        (_lost, "settle_lost_claims"),
        (_unknown, "reconcile_unknown"),
        (_gap, "fetch_missed"),
        (_media, "fetch_attachments"),
        (_snoozed, "wake_snoozed"),
        (_to_be_assigned, "assign_waiting"),
        (_given, "watch_absent"),
        (_absent, "watch_absent"),
    ],
)
def test_what_is_due_is_nudged(
    waiting: Attempt, nudged: list[str], happens: Callable[[Attempt], None], task: str
) -> None:
    happens(waiting)
    watch.nudge_what_is_due()
    assert nudged == [f"sessions.tasks.{task}"]


def test_what_was_spooled_is_nudged(waiting: Attempt, nudged: list[str]) -> None:
    redis_client().xadd(spool.VERIFIED, {"call": "x"})
    watch.nudge_what_is_due()
    assert nudged == ["sessions.tasks.drain_spool"]


def test_nudges_of_a_worker_that_is_away_do_not_pile_up(waiting: Attempt, nudged: list[str]) -> None:
    _unknown(waiting)
    _scheduled(waiting)
    redis_client().rpush(WORKER, *["nudge"] * watch.PILED_MOST)
    try:
        watch.nudge_what_is_due()
    finally:
        redis_client().delete(WORKER)
    assert nudged == ["sessions.tasks.queue_due"]


def test_news_is_looked_into_once(post_inbound: Post) -> None:
    post_inbound(1, "Hello")
    assert watch.DUE[NEWS]()
    looking.look(now=timezone.now())
    assert not watch.DUE[NEWS]()


def test_what_cant_be_looked_for_keeps_nothing_back(
    waiting: Attempt, nudged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Any:
        raise OperationalError("away")

    _unknown(waiting)
    monkeypatch.setitem(watch.DUE, "sessions.tasks.drain_spool", away)
    watch.nudge_what_is_due()
    assert nudged == ["sessions.tasks.reconcile_unknown"]
