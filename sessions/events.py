"""Tells agents' pages that something changed: written in the transaction, published after commit.

An event names what changed, never what it says. It goes to a capped Redis stream, from which a client
that reconnects resumes; a sweep publishes what a kill left between commit and publish. Twice is harmless.
"""

import enum
import json
import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from redis import RedisError

from pbx_messaging.redis import redis_client
from sessions.bulk import insert
from sessions.models import Event, MessagingSession

logger = logging.getLogger(__name__)

STREAM = "events"
PUBLISHED = "events:published"  # ids of outbox rows that the sweep may delete
SWEEP_AFTER = timedelta(seconds=2)
SWEEP_BATCH = 1_000


class EventKind(enum.StrEnum):
    SESSION = "session"  # appeared, left, was picked up, closed
    MESSAGE = "message"  # something was written in it
    STATUS = "status"  # a message of it got on
    ALERT = "alert"  # nobody answers in it: see sessions.unanswered
    VIEWERS = "viewers"  # others have it open now; told, not recorded
    AVAILABILITY = "availability"  # of an agent; of no session; told, not recorded


Listener = int | str  # the id of an extension, a queue's agents or supervisors, a person, a session's readers


def agents_of(queue_id: int) -> str:
    """All who are in the queue when the event comes; so the road in asks for nobody."""
    return f"agents:{queue_id}"


def supervisors_of(queue_id: int) -> str:
    """All who supervise the queue when the event comes."""
    return f"queue:{queue_id}"


def person(user_id: int) -> str:
    """One who is mentioned, with an extension or without."""
    return f"person:{user_id}"


def readers_of(session_id: int) -> str:
    """All who read along in the session, being mentioned there. They hear of it without being named."""
    return f"session:{session_id}"


def audience_of(session: MessagingSession) -> list[Listener]:
    """Who sees the session now."""
    queue_id = session.queue_id
    supervisors: list[Listener] = [] if queue_id is None else [supervisors_of(queue_id)]
    if session.agent_id is not None:
        return [session.agent_id, *supervisors]
    return supervisors if queue_id is None else [agents_of(queue_id), *supervisors]


def record(kind: EventKind, session: MessagingSession, *, audience: Iterable[Listener] = ()) -> None:
    """Within a transaction. `audience`: who else is told, such as those who saw it before."""
    record_all(kind, [session], audience=audience)


def record_all(
    kind: EventKind, sessions: Iterable[MessagingSession], *, audience: Iterable[Listener] = ()
) -> None:
    """The same for many sessions at once."""
    now = timezone.now()
    rows = [Event(kind=kind, session=one, audience=_told(one, audience), created_at=now) for one in sessions]
    insert(rows)
    transaction.on_commit(lambda: publish(rows), robust=True)


def _told(session: MessagingSession, others: Iterable[Listener]) -> list[Listener]:
    return sorted({*audience_of(session), *others}, key=lambda one: (isinstance(one, str), one))


def tell(kind: EventKind, session_id: int | None, audience: Iterable[Listener]) -> None:
    """What is true for a moment only, such as who is there: straight to the stream, lost with it."""
    told = {"kind": kind, "session": session_id, "audience": [*audience]}
    try:
        redis_client().xadd(STREAM, {"event": json.dumps(told)}, maxlen=settings.EVENTS_KEPT)
    except RedisError as error:
        logger.warning("an event is lost: %s", error)


def publish(events: Iterable[Event]) -> None:
    """Puts events on the stream; what fails is left to the sweep."""
    try:
        with redis_client().pipeline(transaction=False) as pipeline:
            for event in events:
                pipeline.xadd(STREAM, {"event": _encoded(event)}, maxlen=settings.EVENTS_KEPT)
                pipeline.sadd(PUBLISHED, event.pk)
            pipeline.execute()
    except RedisError as error:
        logger.warning("events are published later: %s", error)


def is_due() -> bool:
    """Whether there is something to sweep."""
    return _left().exists()


def _left() -> QuerySet[Event]:
    return Event.objects.filter(created_at__lt=timezone.now() - SWEEP_AFTER)


def sweep() -> int:
    """Publishes what was committed but not published, and clears the outbox. Returns how many it found."""
    due = list(_left().order_by("pk")[:SWEEP_BATCH])
    if not due:
        return 0
    redis = redis_client()
    ids = [event.pk for event in due]
    missed = [event for event, seen in zip(due, redis.smismember(PUBLISHED, ids), strict=True) if not seen]
    publish(missed)
    published = [pk for pk, seen in zip(ids, redis.smismember(PUBLISHED, ids), strict=True) if seen]
    Event.objects.filter(pk__in=published).delete()
    if published:
        redis.srem(PUBLISHED, *published)
    return len(missed)


def _encoded(event: Event) -> str:
    return json.dumps({"kind": event.kind, "session": event.session_id, "audience": event.audience})
