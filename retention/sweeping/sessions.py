"""Removes messages and sessions that are past their rule, number by number and oldest first.

Each batch is a transaction that asks again whether its sessions are due, and leaves those alone that somebody
holds at this moment. What is on hold, or too young in part, is passed over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from channels.models import Number
from retention import rules
from retention.models import Kind, Way
from retention.rules import Term
from retention.sweeping import due, texts
from retention.sweeping.pace import Pace
from sessions.models import Message, MessagingSession

Kept = MessagingSession.Kept
SESSIONS_PER_ROW = 5  # of so many rows of a batch there is one session


@dataclass(frozen=True)
class Taken:
    """Sessions that may be touched, and some of their messages that are due.

    `is_whole`: there are no more such messages of these sessions. `last` is the last that was looked at.
    """

    ids: list[int]
    messages: list[int]
    is_whole: bool
    last: MessagingSession


Act = Callable[[Taken], int]


def sweep(pace: Pace, *, now: datetime) -> int:
    """Returns how many messages and sessions were removed or anonymised."""
    done = 0
    for kind, step in ((Kind.SESSIONS, _forget_sessions), (Kind.MESSAGES, _forget_messages)):
        terms = rules.by_channel(kind)
        numbers = Number.objects.filter(channel__in=terms).order_by("pk").values_list("pk", "channel")
        for number, channel in list(numbers):
            if (before := terms[channel].before(now)) is not None and not pace.is_over:
                done += step(pace, number, terms[channel], before)
    return done


def _forget_messages(pace: Pace, number: int, term: Term, before: datetime) -> int:
    sessions = due.with_messages(before).filter(number=number)
    deletes, old = term.way == Way.DELETE, Q(created_at__lt=before)
    messages = Message.objects.filter(old if deletes else old & texts.WORDY)
    left = Q() if deletes else Q(created_at__gte=before) | texts.WORDY

    def act(taken: Taken) -> int:
        if deletes:
            texts.remove_messages(taken.messages, of=taken.ids)
        else:
            texts.empty_messages(taken.messages)
        _done(taken, left).update(kept=Kept.EMPTIED)
        return len(taken.messages)

    return _in_batches(pace, sessions, messages, act)


def _forget_sessions(pace: Pace, number: int, term: Term, before: datetime) -> int:
    deletes = term.way == Way.DELETE
    left = Q() if deletes else texts.WORDY

    def act(taken: Taken) -> int:
        if deletes:
            texts.remove_messages(taken.messages, of=taken.ids)
        else:
            texts.empty_messages(taken.messages)
        done = list(_done(taken, left).values_list("pk", flat=True))
        (texts.remove_sessions if deletes else texts.make_anonymous)(done)
        return len(taken.messages) + len(done)

    return sum(
        _in_batches(
            pace, due.closed(before).filter(number=number, kept=kept), Message.objects.filter(left), act
        )
        for kept in (Kept.WHOLE, Kept.EMPTIED)
    )


def _done(taken: Taken, left: Q) -> "QuerySet[MessagingSession]":
    """Those of the sessions that have no message of this kind any more."""
    messages = Message.objects.filter(left, session=OuterRef("pk"))
    return MessagingSession.objects.filter(pk__in=taken.ids).exclude(Exists(messages))


def _in_batches(
    pace: Pace, sessions: "QuerySet[MessagingSession]", messages: "QuerySet[Message]", act: Act
) -> int:
    done, rest = 0, sessions
    while not pace.is_over:
        with pace.batch() as batch, transaction.atomic():
            taken = _next(rest, messages, batch.size)
            batch.rows = act(taken) if taken else 0
        done += batch.rows
        if taken is None:
            break
        if taken.is_whole:  # else the same sessions have more
            last = taken.last
            later = Q(opened_at__gt=last.opened_at) | Q(opened_at=last.opened_at, pk__gt=last.pk)
            rest = sessions.filter(later, opened_at__gte=last.opened_at)
    return done


def _next(rest: "QuerySet[MessagingSession]", messages: "QuerySet[Message]", size: int) -> Taken | None:
    locked = rest.select_for_update(of=("self",), skip_locked=True).order_by("opened_at", "pk")
    sessions = list(locked.only("opened_at")[: max(1, size // SESSIONS_PER_ROW)])
    if not sessions:
        return None
    ids = due.settled_among([one.pk for one in sessions])
    of_these = messages.filter(session__in=ids).order_by("session", "pk")
    found = list(of_these.values_list("pk", flat=True)[:size])
    return Taken(ids, found, is_whole=len(found) < size, last=sessions[-1])
