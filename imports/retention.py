"""Imports past their time, and files that nobody has started."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from imports.models import Import, Piece

State = Import.State
UNSTARTED_H = 24
PIECES_AT_ONCE, BATCHES_MOST = 100, 100  # what is left then is for the next time


def forget(*, now: datetime, ended_before: datetime | None) -> int:
    """A few pieces at a time, so that nobody waits for it. Returns how many imports were forgotten.

    What has ended is kept for ever where `ended_before` is None.
    """
    old = list(due(now=now, ended_before=ended_before).values_list("pk", flat=True)[:100])
    pieces = Piece.objects.filter(import_of__in=old)
    for _batch in range(BATCHES_MOST):
        some = list(pieces.values_list("pk", flat=True)[:PIECES_AT_ONCE])
        Piece.objects.filter(pk__in=some).delete()
        if len(some) < PIECES_AT_ONCE:
            Import.objects.filter(pk__in=old).delete()
            return len(old)
    return 0


def due(*, now: datetime, ended_before: datetime | None) -> QuerySet[Import]:
    unstarted = Q(state__in=(State.LOADING, State.MAPPING), created_at__lt=now - timedelta(hours=UNSTARTED_H))
    ended = Q(pk__in=[]) if ended_before is None else Q(ended_at__lt=ended_before)
    return Import.objects.filter(unstarted | ended).order_by("pk")
