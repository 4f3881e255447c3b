"""Removes all sessions of a contact, open ones too. A text that comes later begins a new one."""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels.itsp.delivery import IN_FLIGHT, WAITING, DeliveryStatus
from retention.sweeping import texts
from retention.sweeping.pace import Pace
from sessions import causes, events
from sessions.bulk import insert_missing
from sessions.lanes import progress, seats
from sessions.models import Attempt, ErasedText, Lane, Message, MessagingSession

# What the ITSP has, or may have: what comes of it is not known, and not counted yet.
ON_THE_WAY = IN_FLIGHT | {DeliveryStatus.ACCEPTED}


class OnTheWay(Exception):
    """Texts to the contact whose fate is not known yet."""


def on_the_way(address: str) -> int:
    return Attempt.objects.filter(lane__contact=address, status__in=ON_THE_WAY).count()


def remembered_since() -> datetime:
    """What is older is never fetched from an ITSP again."""
    return timezone.now() - timedelta(days=settings.FETCH_MOST_DAYS + 1)


@transaction.atomic
def cancel_waiting(address: str) -> None:
    """Nothing more is sent. An agent who writes meanwhile is cancelled at the next time."""
    _cancel(seats.lock(Lane.objects.filter(contact=address).values_list("pk", flat=True)))


def remove(address: str, pace: Pace) -> int:
    """Returns how many texts and notes were removed. Raises `OnTheWay`; what is gone then is gone."""
    removed = 0
    for pk in list(MessagingSession.objects.filter(contact=address).values_list("pk", flat=True)):
        more = True
        while more:
            with pace.batch() as batch, transaction.atomic():
                batch.rows = _remove_some(pk, address, batch.size)
            removed, more = removed + batch.rows, batch.rows == batch.size
    with transaction.atomic():
        texts.remove_lanes_of(address)
    return removed


def _remove_some(pk: int, address: str, size: int) -> int:
    session = MessagingSession.objects.select_for_update().filter(pk=pk).first()
    if session is None:
        return 0
    lanes = Lane.objects.filter(number=session.number_id, contact=address).values_list("pk", flat=True)
    locked = seats.lock(lanes)
    _cancel(locked)
    if Attempt.objects.filter(message__session=pk, status__in=ON_THE_WAY).exists():
        raise OnTheWay
    of_session = Message.objects.filter(session=pk)
    ids = list(of_session.order_by("pk").values_list("pk", flat=True)[:size])
    _remember(of_session.filter(pk__in=ids))
    texts.remove_messages(ids, of=[pk])
    if len(ids) < size:
        told = events.audience_of(session)
        texts.remove_sessions([pk])
        transaction.on_commit(partial(events.tell, events.EventKind.SESSION, pk, told), robust=True)
    return len(ids)


def _remember(messages: "QuerySet[Message]") -> None:
    """The ids under which the ITSP may still name them."""
    since = remembered_since()
    received = messages.filter(itsp_message_id__isnull=False, created_at__gte=since)
    sent = Attempt.objects.filter(message__in=messages, itsp_message_id__isnull=False, created_at__gte=since)
    named = [*received.values_list("channel", "itsp_message_id")]
    named += sent.values_list("channel", "itsp_message_id")
    now = timezone.now()
    insert_missing([ErasedText(channel_id=pk, itsp_message_id=str(name), at=now) for pk, name in named])


def _cancel(locked: list[Lane]) -> None:
    """Under the lanes' locks."""
    waiting = Attempt.objects.filter(lane__in=locked, status__in=WAITING)
    reason = causes.ERASED()
    moves = [
        progress.Move(attempt, DeliveryStatus.CANCELLED, reason=reason)
        for attempt in waiting.select_related("message__session__queue")
    ]
    if moves:
        progress.advance(moves, at=timezone.now())
        seats.reseat(locked)
