"""What the signs of life of those who serve webhooks tell: gaps, in which texts may have been missed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from channels.actions import note_gap_of_all
from channels.models import FetchGap
from sessions.models import SignOfLife
from sessions.receiving import refused_calls

STORED_EVERY = timedelta(minutes=1)
STORED_GAP = timedelta(minutes=3)  # a stored sign that is so much older than Redis's
BEFORE = timedelta(minutes=1)  # a text that came at the end may have been on its way to us already

Cause = FetchGap.Cause


def store(name: str, *, last_seen: datetime | None, is_gap: bool) -> None:
    """Leaves a sign in the database, and notes what was a gap. `last_seen` is the sign that Redis had.

    A database that is away raises `django.db.Error`; then nothing is forgotten.
    """
    now, refused_since = timezone.now(), refused_calls.take()
    try:
        with transaction.atomic():
            stored = SignOfLife.objects.filter(name=name).values_list("at", flat=True).first()
            if refused_since:
                note_gap_of_all(since=refused_since - BEFORE, cause=Cause.REFUSED)
            if last := last_seen or stored:
                _note_gap(last, stored, is_gap=is_gap)
            SignOfLife.objects.update_or_create(name=name, defaults={"at": now})
    except Exception:
        if refused_since:
            refused_calls.note(refused_since)
        raise


def _note_gap(last: datetime, stored: datetime | None, *, is_gap: bool) -> None:
    if stored and last - stored > STORED_GAP:
        note_gap_of_all(since=stored - BEFORE, cause=Cause.DATABASE)
    elif is_gap:
        note_gap_of_all(since=last - BEFORE, cause=Cause.AWAY)
