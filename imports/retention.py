"""Imports past their time, and files that nobody has started."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from imports.models import Import, Piece

State = Import.State
UNSTARTED_H = 24
PIECES_AT_ONCE, BATCHES_MOST = 100, 100  # what is left then is for the next time


def forget() -> None:
    """A few pieces at a time, so that nobody waits for it."""
    now = timezone.now()
    unstarted = Q(state__in=(State.LOADING, State.MAPPING), created_at__lt=now - timedelta(hours=UNSTARTED_H))
    ended = Q(ended_at__lt=now - timedelta(days=settings.IMPORT_DAYS))
    old = list(Import.objects.filter(unstarted | ended).order_by("pk").values_list("pk", flat=True)[:100])
    pieces = Piece.objects.filter(import_of__in=old)
    for _batch in range(BATCHES_MOST):
        some = list(pieces.values_list("pk", flat=True)[:PIECES_AT_ONCE])
        Piece.objects.filter(pk__in=some).delete()
        if len(some) < PIECES_AT_ONCE:
            Import.objects.filter(pk__in=old).delete()
            return
