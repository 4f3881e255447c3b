"""Reads a large file that was taken in as it is: in a request, it would hold up all others of the process."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.gone import Gone
from imports import storing, words
from imports.files import text_of
from imports.kinds import kind_class, reasons_of
from imports.leases import Lost, held_until
from imports.models import Import

REST_MOST_S = 0.5
State = Import.State


def load(import_: Import, holder: str) -> None:
    """All of it, from its beginning: whoever was killed left some rows. Raises `Lost`."""
    _hold(import_, holder, rows=0)
    import_.pieces.all().delete()
    import_.rows = 0
    try:
        kind = kind_class(import_.kind)(import_.target_id)
        with _content(import_) as file, text_of(file) as text:
            for pieces in storing.pieces_of(import_, kind, text):
                began = time.monotonic()
                with transaction.atomic():
                    _hold(import_, holder, rows=import_.rows)
                    storing.store(pieces)
                time.sleep(min(time.monotonic() - began, REST_MOST_S))
    except ValidationError as error:
        _end(import_, holder, state=State.REFUSED, notes=reasons_of(error), ended_at=timezone.now())
    except Gone:
        notes = [words.TARGET_DELETED()]
        _end(import_, holder, state=State.REFUSED, notes=notes, ended_at=timezone.now())
    else:
        _end(import_, holder, **{name: getattr(import_, name) for name in storing.READ_FIELDS})


@contextmanager
def _content(import_: Import) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        for content in import_.sources.values_list("content", flat=True).iterator(chunk_size=1):
            file.write(content)
        yield file


def _hold(import_: Import, holder: str, **values: Any) -> None:
    mine = Import.objects.filter(pk=import_.pk, state=State.LOADING, holder=holder)
    if not mine.update(held_until=held_until(), **values):
        raise Lost


@transaction.atomic
def _end(import_: Import, holder: str, **values: Any) -> None:
    """What was read, or why it can’t be. The file itself is kept no longer."""
    _hold(import_, holder, **values)
    import_.sources.all().delete()
    if values["state"] == State.REFUSED:
        import_.pieces.all().delete()
