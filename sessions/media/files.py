"""Stored files whose rows are gone: named in the transaction that removes the rows, removed afterwards.

So a kill in between leaves no file behind, and no row that has none. A storage elsewhere may hang, which
holds no transaction.
"""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from sessions.models import Attachment, FileToRemove
from sessions.nudges import nudge

logger = logging.getLogger(__name__)

BATCH = 200
RUN_S = 60.0  # a storage that hangs takes a thread for no longer, and for one file
FIRST_WAIT, MOST_WAIT = timedelta(minutes=10), timedelta(days=1)
NAMES = ("file", "preview")


def names_of(attachments: Iterable[Attachment]) -> list[str]:
    return [file.name for one in attachments for name in NAMES if (file := getattr(one, name)).name]


def remove_later(names: Iterable[str]) -> None:
    """Within a transaction."""
    rows = [FileToRemove(name=name) for name in names]
    if rows:
        FileToRemove.objects.bulk_create(rows)
        transaction.on_commit(lambda: nudge("sessions.tasks.remove_files"))


def remove() -> bool:
    """Removes what is due. True if it is worth going on: some were removed, and more are due.

    What the storage refuses costs the others nothing, and is tried again later each time.
    """
    removed, ends_at = 0, time.monotonic() + RUN_S
    for row in due()[:BATCH]:
        if time.monotonic() > ends_at:
            break
        removed += _remove(row)
    return bool(removed) and due().exists()


def due() -> "QuerySet[FileToRemove]":
    is_due = Q(next_try_at=None) | Q(next_try_at__lte=timezone.now())
    return FileToRemove.objects.filter(is_due).order_by("pk")


def are_left(*, since: datetime) -> bool:
    """Whether some are there still that may have been asked for since then."""
    return FileToRemove.objects.filter(Q(refused_since=None) | Q(refused_since__gte=since)).exists()


def _remove(row: FileToRemove) -> bool:
    try:
        default_storage.delete(row.name)
    except Exception as error:
        logger.warning("a file can't be removed: %s", type(error).__name__)
        _put_off(row, timezone.now())
        return False
    row.delete()
    return True


def _put_off(row: FileToRemove, now: datetime) -> None:
    wait = min(FIRST_WAIT * 2 ** min(row.tries, 10), MOST_WAIT)
    since = row.refused_since or now
    again = {"tries": row.tries + 1, "refused_since": since, "next_try_at": now + wait}
    FileToRemove.objects.filter(pk=row.pk).update(**again)
