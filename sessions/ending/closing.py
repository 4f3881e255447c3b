"""Closes sessions in which nothing happened for the time-out of their channel, or of their message queue.

Never one that has a text to be sent: it would leave from a closed session, and its answer begin another one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from channels.itsp.delivery import IN_FLIGHT, WAITING
from channels.models import Channel, Number
from channels.senders import Sender, sender_of
from routing.models import MessageQueue
from sessions import actions
from sessions.ending import unanswered
from sessions.models import Attempt, Message, MessagingSession, MessagingSessionQuerySet
from sessions.sending import automatic

BATCH = 100  # that are closed together; a text that comes into one of them waits for all
RUN = 20_000  # of one number in one run
OWN = MessageQueue.SessionClosing.OWN
# What closing reads of a session: to carry the rest costs as much as to close it.
_READ = ("number", "contact", "queue", "agent", "last_active_at")


def close_idle(*, now: datetime) -> int:
    """Returns how many were closed. Of those that stay, because somebody waits, supervisors are told."""
    closed = 0
    for sessions, timeout in _time_outs():
        idle = _idle(sessions, now - timeout)
        keeping = Q(number__channel__keeps_unanswered=True, unanswered_since__isnull=False)
        unanswered.alert_of(idle.filter(keeping, alerted_at=None), now=now)
        numbers = sessions.idle(since=now - timeout).order_by().values_list("number", flat=True).distinct()
        closed += sum(_close(idle.exclude(keeping), number) for number in list(numbers))
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
    sent = Message.Kind.OUTBOUND  # of inbound ones no attempt is looked for
    of_session = Attempt.objects.filter(message__session=OuterRef("pk"), message__kind=sent)
    return sessions.idle(since=since).exclude(Exists(of_session.filter(to_be_sent_or_just_sent)))


def _close(idle: MessagingSessionQuerySet, number: int) -> int:
    """Those of a number, the oldest first, as an index has them; none is looked at twice."""
    of_number = idle.filter(number=number).order_by("last_active_at")
    closed, rest = 0, of_number
    while closed < RUN and (batch := _close_batch(rest)):
        closed += len(batch)
        rest = of_number.filter(last_active_at__gte=batch[-1].last_active_at)
    return closed


@transaction.atomic
def _close_batch(idle: MessagingSessionQuerySet) -> list[MessagingSession]:
    """Those that somebody writes in at this moment are left alone."""
    locked = idle.select_for_update(of=("self",), no_key=True, skip_locked=True)
    sessions = list(locked.only(*_READ)[:BATCH])
    _say_good_bye(sessions)
    if sessions:
        line = Message.SystemLine.CLOSED_IDLE
        actions.end_all(sessions, by=MessagingSession.ClosedBy.TIMEOUT, line=line)
    return sessions


def _say_good_bye(sessions: Sequence[MessagingSession]) -> None:
    """From numbers that are there still, where their channel has words for it."""
    wordy = Number.objects.live().exclude(channel__closing_text="").select_related("channel")
    numbers = wordy.defer("channel__credentials").in_bulk({session.number_id for session in sessions})
    for session in sessions:
        number = numbers.get(session.number_id)
        if number and sender_of(session.contact) is Sender.PHONE:
            automatic.write(session, number, number.channel.closing_text)
