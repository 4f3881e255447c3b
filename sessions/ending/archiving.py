"""Deletes a channel, an extension or a message queue, or deactivates an extension.

Rows stay for the sake of the sessions that name them; they are archived.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.actions import deactivate_login
from accounts.models import Role
from channels import actions as channel_actions
from channels.itsp.delivery import IN_FLIGHT, WAITING, DeliveryStatus
from channels.models import Channel
from routing.models import Extension, MessageQueue
from sessions import actions, causes
from sessions.actions.transferring import Destination, move
from sessions.ending.consequences import (
    Consequences,
    consequences_of,
    consequences_of_deactivating,
    open_of_channel,
    waiting_of,
)
from sessions.lanes import progress, seats
from sessions.models import Attempt, Lane, Message, MessagingSession, MessagingSessionQuerySet

Holder = TypeVar("Holder", Extension, MessageQueue)


@dataclass(eq=False)
class Hindered(Exception):
    """Something still depends on what should be deleted."""

    consequences: Consequences


def _locked(
    subject: Holder,
    held: MessagingSessionQuerySet,
    to: Destination | None,
    consequences_for: Callable[[Holder], Consequences] = consequences_of,
) -> Holder:
    """The live row, locked, unless something hinders: whoever wants to point to it waits and sees.

    First the sessions that it holds, as whoever writes in one has it locked when he names his extension;
    then the two places in one order, as another administrator may be moving the other way round.
    """
    list(held.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    rows = [row for row in (subject, to) if row is not None]
    for row in sorted(rows, key=lambda row: (type(row).__name__, row.pk)):
        type(row).objects.live().select_for_update(no_key=row is to).filter(pk=row.pk).first()
    live = type(subject).objects.live().get(pk=subject.pk)
    consequences = consequences_for(live)
    if consequences.is_hindered:
        raise Hindered(consequences)
    return live


def _archive(row: Extension | MessageQueue) -> None:
    row.archived_at = timezone.now()
    row.save(update_fields=["archived_at"])


def archive_channel(channel: Channel, *, cancel_waiting: bool = False) -> None:
    """Closes its sessions, archives its numbers. Raises `Hindered` while messages wait uncancelled.

    Whoever accepts a text, or is told of one, holds its session or lane and wants the channel's row; so that
    is not held while sessions and lanes are locked. What a kill leaves undone in between, beat does.
    """
    with transaction.atomic():
        live = Channel.objects.live().select_for_update(no_key=True).get(pk=channel.pk)
        if not cancel_waiting and (consequences := consequences_of(live)).waiting:
            raise Hindered(consequences)
        channel_actions.archive_channel(live)
    _close_open(channel)
    _cancel_waiting(channel)


def archive_drained() -> None:
    """Channels that were to be deleted once nothing waits, nor is on its way to the ITSP."""
    waiting = waiting_of(OuterRef("pk"))
    on_its_way = Attempt.objects.filter(channel=OuterRef("pk"), status__in=IN_FLIGHT)
    draining = Channel.objects.live().filter(draining_since__isnull=False)
    for channel in draining.exclude(Exists(waiting)).exclude(Exists(on_its_way)):
        with suppress(Hindered, Channel.DoesNotExist):  # somebody was faster
            archive_channel(channel)


def close_left_behind() -> None:
    """Sessions that were opened, or left open, when the channel had just been deleted."""
    open_ones = MessagingSession.objects.open().filter(number__channel=OuterRef("pk"))
    for channel in Channel.objects.filter(Exists(open_ones), archived_at__isnull=False):
        _close_open(channel)


def cancel_left_behind() -> None:
    """What came back from the ITSP, or was accepted, when the channel had just been deleted."""
    of_channel = Lane.objects.filter(number__channel=OuterRef("pk"))
    waits = of_channel.filter(head__isnull=False, in_flight=None, held_until=None)
    for channel in Channel.objects.filter(Exists(waits), archived_at__isnull=False):
        _cancel_waiting(channel)


@transaction.atomic
def _cancel_waiting(channel: Channel) -> None:
    """What is in flight goes on: the ITSP may have it already."""
    all_waiting = waiting_of(channel)
    locked = seats.lock(set(all_waiting.values_list("lane", flat=True)))
    waiting = Attempt.objects.filter(lane__in=locked, status__in=WAITING)
    reason = causes.CHANNEL_DELETED()
    moves = [
        progress.Move(attempt, DeliveryStatus.CANCELLED, reason=reason)
        for attempt in waiting.select_related("message__session__queue")
    ]
    progress.advance(moves, at=timezone.now())
    seats.reseat(locked)


@transaction.atomic
def _close_open(channel: Channel) -> None:
    locked = open_of_channel(channel).select_for_update(of=("self",), no_key=True)
    by, line = MessagingSession.ClosedBy.AGENT, Message.SystemLine.CLOSED
    actions.end_all(list(locked.order_by("pk")), by=by, line=line)


@transaction.atomic
def archive_extension(extension: Extension, *, to: Destination | None = None) -> None:
    """Gives its sessions away and ends its agent's login. Raises `Hindered` or `NoDestination`."""
    owned = MessagingSession.objects.open().filter(agent=extension)
    extension = _locked(extension, owned, to)
    _archive(extension)
    move(owned, to=to, line=Message.SystemLine.REHOMED)
    extension.queues.set([])
    channel_actions.forbid_initiating(extension)
    if extension.user.role == Role.AGENT:
        deactivate_login(extension.user)


@transaction.atomic
def deactivate_extension(extension: Extension, *, to: Destination | None = None) -> None:
    """Gives its sessions away and ends its login, until it is activated again.

    Raises `Hindered`, `NoDestination` or `accounts.actions.Refused`.
    """
    owned = MessagingSession.objects.open().filter(agent=extension)
    extension = _locked(extension, owned, to, consequences_of_deactivating)
    move(owned, to=to, line=Message.SystemLine.REHOMED)
    deactivate_login(extension.user)


@transaction.atomic
def archive_queue(queue: MessageQueue, *, to: Destination | None = None) -> None:
    """Gives what waits in it away. Raises `Hindered` or `NoDestination`."""
    waiting = MessagingSession.objects.waiting().filter(queue=queue)
    queue = _locked(queue, waiting, to)
    _archive(queue)
    move(waiting, to=to, line=Message.SystemLine.REHOMED)
