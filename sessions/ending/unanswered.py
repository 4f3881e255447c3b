"""Texts that nobody answers: supervisors are told, then the session goes elsewhere.

The clock is the one on the wall: it runs at night, too, when an overflow to whoever is on duty is wanted
most.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.directions import isolated
from accounts.mailing import send_to
from accounts.models import Role
from routing.models import MessageQueue
from sessions import actions, events
from sessions.models import Message, MessagingSession, MessagingSessionQuerySet, Overflow
from sessions.nudges import nudge

BATCH = 200  # of one limit in one run


def alert(*, now: datetime) -> int:
    """Marks sessions whose contact has waited too long, and tells their queues' supervisors. How many."""
    unmarked = MessagingSession.objects.filter(alerted_at=None)
    return sum(_alert(session, now) for session in _overdue(unmarked, "alert_after_minutes", now))


def alert_of(sessions: MessagingSessionQuerySet, *, now: datetime) -> int:
    """The same for sessions that something else found. Returns how many."""
    with_queue = sessions.filter(queue__isnull=False).select_related("queue")
    return sum(_alert(session, now) for session in with_queue.order_by("unanswered_since")[:BATCH])


def overflow(*, now: datetime) -> int:
    """Passes sessions on that nobody owns, in one wait to each place once. Returns how many."""
    unmoved = _with_a_way_on(MessagingSession.objects.filter(agent=None))
    return sum(_overflow(session, now) for session in _overdue(unmoved, "overflow_after_minutes", now))


class NotMailed(Exception):
    """The mail server did not take an alert to somebody."""


def mail_alert(session_id: int) -> int:
    """To the supervisors who have an address; to each once, however often it is asked for.

    Returns how many. Raises `NotMailed` when it has tried all.
    """
    alerted = MessagingSession.objects.open().filter(pk=session_id, alerted_at__isnull=False)
    session = alerted.select_related("queue").first()
    if session is None or session.queue is None or session.alerted_at is None or not settings.EMAIL_IS_SET:
        return 0
    subject = _("A contact waits in %s") % isolated(session.queue)
    link = settings.PUBLIC_URL + reverse("inbox-session", args=[session.pk])
    context = {"session": session, "link": link}
    supervisors = session.queue.supervisors.filter(is_active=True, role=Role.SUPERVISOR).exclude(email="")
    template = "sessions/ending/email/unanswered.txt"
    sent = failed = 0
    for one in supervisors:
        key = f"alert-{session.pk}-{session.alerted_at.timestamp()}-{one.pk}"
        if not cache.add(key, 1, timeout=24 * 3600):
            continue
        if send_to(one, subject=subject, template=template, context=context):
            sent += 1
        else:
            failed += 1
            cache.delete(key)
    if failed:
        raise NotMailed
    return sent


def _overdue(sessions: MessagingSessionQuerySet, limit: str, now: datetime) -> Iterator[MessagingSession]:
    """Finds sessions whose first unanswered text is older than their queue's `limit`, the oldest first.

    One query for each limit that is in use, however many queues have it.
    """
    limits = MessageQueue.objects.live().exclude(**{limit: None}).order_by(limit).distinct()
    for minutes in limits.values_list(limit, flat=True):
        since = now - timedelta(minutes=minutes)
        queues = {"queue__archived_at": None, f"queue__{limit}": minutes}
        due = sessions.open().filter(unanswered_since__lte=since, **queues)
        places = ("queue__overflow_extension", "queue__overflow_queue")
        yield from due.select_related(*places).order_by("unanswered_since")[:BATCH]


@transaction.atomic
def _alert(session: MessagingSession, now: datetime) -> bool:
    """Returns False if it was answered, closed or moved at this moment."""
    if not _as_it_was(session).filter(alerted_at=None).update(alerted_at=now):
        return False
    events.record(events.EventKind.ALERT, session)
    transaction.on_commit(lambda: nudge("sessions.tasks.mail_alert", session.pk))
    return True


def _with_a_way_on(sessions: MessagingSessionQuerySet) -> MessagingSessionQuerySet:
    """Leaves out those that left their queue in this wait already, or were where it leads: circles end.

    In the database, so that those that stay do not take the places of a batch.
    """
    left = Overflow.objects.filter(session=OuterRef("pk"), unanswered_since=OuterRef("unanswered_since"))
    onward = OuterRef("queue__overflow_queue")
    ends = Q(queue=OuterRef("queue")) | Q(queue=onward) | Q(to_queue=onward)
    return sessions.exclude(queue__overflow_queue=F("queue")).exclude(Exists(left.filter(ends)))


@transaction.atomic
def _overflow(session: MessagingSession, now: datetime) -> bool:
    """Returns False if an agent was faster, or it hasn't waited in this queue for so long."""
    queue, wait = session.queue, session.unanswered_since
    to = queue and (queue.overflow_extension or queue.overflow_queue)
    if queue is None or to is None or wait is None:
        return False
    since = now - timedelta(minutes=queue.overflow_after_minutes or 0)
    still = _as_it_was(session).filter(agent=None, waiting_since__lte=since)
    try:
        moved = actions.move(still, to=to, line=Message.SystemLine.OVERFLOWED)
    except actions.NoDestination:  # it is being deleted at this moment
        return False
    if moved:
        _remember(session, queue, wait)
    return bool(moved)


def _remember(session: MessagingSession, left: MessageQueue, wait: datetime) -> None:
    """Forgets earlier waits by the way."""
    Overflow.objects.filter(session=session).exclude(unanswered_since=wait).delete()
    Overflow.objects.create(session=session, unanswered_since=wait, queue=left, to_queue=left.overflow_queue)


def _as_it_was(session: MessagingSession) -> MessagingSessionQuerySet:
    """Finds the same row, unless something happened to it; that is judged at the row's lock."""
    return MessagingSession.objects.open().filter(
        pk=session.pk, queue=session.queue_id, unanswered_since=session.unanswered_since
    )
