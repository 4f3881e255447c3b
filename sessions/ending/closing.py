"""Closes sessions in which nothing happened for the time-out of their channel, or of their message queue.

Never one that has a text to be sent: it would leave from a closed session, and its answer begin another one.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from channels.itsp.delivery import IN_FLIGHT, WAITING
from channels.models import Channel
from channels.phone_numbers import is_e164
from routing.models import MessageQueue
from sessions import actions
from sessions.ending import unanswered
from sessions.models import Attempt, Message, MessagingSession, MessagingSessionQuerySet
from sessions.sending import automatic

BATCH = 500  # that are closed together; nobody waits long for them
RUN = 20_000  # of one time-out in one run
OWN = MessageQueue.SessionClosing.OWN


def close_idle(*, now: datetime) -> int:
    """Returns how many were closed. Of those that stay, because somebody waits, supervisors are told."""
    closed = 0
    for sessions, timeout in _time_outs():
        idle = _idle(sessions, now - timeout)
        keeping = Q(number__channel__keeps_unanswered=True, unanswered_since__isnull=False)
        unanswered.alert_of(idle.filter(keeping, alerted_at=None), now=now)
        closed += _close(idle.exclude(keeping))
    return closed


def _time_outs() -> Iterator[tuple[MessagingSessionQuerySet, timedelta]]:
    """Each time-out that is set, with the sessions that it is for."""
    open_ones = MessagingSession.objects.open()
    by_channel = Q(queue=None) | Q(queue__session_closing=MessageQueue.SessionClosing.CHANNEL)
    for channel in Channel.objects.live().exclude(session_timeout_days=None):
        yield open_ones.filter(by_channel, number__channel=channel), channel.session_timeout or timedelta.max
    for queue in MessageQueue.objects.live().filter(session_closing=OWN):
        yield open_ones.filter(queue=queue), queue.session_timeout or timedelta.max


def _idle(sessions: MessagingSessionQuerySet, since: datetime) -> MessagingSessionQuerySet:
    """A text that leaves is something that happens, however long it waited for that."""
    to_be_sent_or_just_sent = Q(status__in=WAITING | IN_FLIGHT) | Q(claimed_at__gt=since)
    of_session = Attempt.objects.filter(message__session=OuterRef("pk"))
    return sessions.idle(since=since).exclude(Exists(of_session.filter(to_be_sent_or_just_sent)))


def _close(idle: MessagingSessionQuerySet) -> int:
    closed = 0
    while closed < RUN and (batch := _close_batch(idle)):
        closed += batch
    return closed


@transaction.atomic
def _close_batch(idle: MessagingSessionQuerySet) -> int:
    """Those that somebody writes in at this moment are left alone."""
    oldest = list(idle.order_by("last_active_at").values_list("pk", flat=True)[:BATCH])
    locked = idle.filter(pk__in=oldest).select_for_update(of=("self",), no_key=True, skip_locked=True)
    sessions = list(locked.select_related("number__channel").order_by("pk"))
    for session in sessions:
        _say_good_bye(session)
    if sessions:
        line = Message.SystemLine.CLOSED_IDLE
        actions.end_all(sessions, by=MessagingSession.ClosedBy.TIMEOUT, line=line)
    return len(sessions)


def _say_good_bye(session: MessagingSession) -> None:
    number = session.number
    text = number.channel.closing_text
    if text and not number.archived_at and is_e164(session.contact):
        automatic.write(session, number, text)
