"""Stores the rows of imports, a piece at a time: each in a short transaction that also says that it is done.

Whoever stores holds the import for a while. If he is killed, his transaction is rolled back and another goes
on with the same piece. Between two transactions others who write get as much time as one took.
"""

import logging
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress

from django.db import Error, IntegrityError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.gone import Gone
from imports import words
from imports.kinds import STORED, Outcome, Row, Seen, Stored
from imports.leases import Lost, held_until
from imports.loading import load
from imports.models import Import, Piece, Source
from imports.reading import Faulty, Reading
from pbx_messaging.outside.shares import Shares

logger = logging.getLogger(__name__)

TURN_S = 20.0  # then whoever stores asks for a task anew, so that a thread is never taken for long
TRIES_MOST = 3  # of a piece that somebody else's change, or a defect, keeps from being stored
REST_MOST_S = 0.5
NOTES_MOST = 100
shares = Shares(in_all=1, each=1)
stopping = threading.Event()


def due() -> "QuerySet[Import]":
    """Those that run, or that are to be read, and that nobody holds."""
    free = Q(held_until=None) | Q(held_until__lt=timezone.now())
    to_be_read = Q(Exists(Source.objects.filter(import_of=OuterRef("pk"))), state=Import.State.LOADING)
    return Import.objects.filter(free, Q(state=Import.State.RUNNING) | to_be_read).order_by("pk")


def run_due() -> bool:
    """Goes on with each for a turn. True if something is left."""
    for import_ in due():
        run(import_, until=time.monotonic() + TURN_S)
    return due().exists()


def run(import_: Import, *, until: float | None = None) -> bool:
    """Reads it, or stores pieces of it; False if somebody else does. `until`: of the monotonic clock."""
    holder = uuid.uuid4().hex
    if not due().filter(pk=import_.pk).update(holder=holder, held_until=held_until()):
        return False
    try:
        if import_.state == Import.State.LOADING:
            load(import_, holder)
        else:
            _run(import_, holder, until)
    except Lost:
        pass
    finally:
        Import.objects.filter(pk=import_.pk, holder=holder).update(held_until=None)
    return True


def _run(import_: Import, holder: str, until: float | None) -> None:
    reading = Reading(import_, _seen_before(import_))
    for pk in list(_left(import_).values_list("pk", flat=True)):
        if stopping.is_set() or (until and time.monotonic() > until):
            return
        began = time.monotonic()
        try:
            _run_piece(reading, Piece.objects.get(pk=pk), holder)
        except Gone:
            end(import_, Import.State.CANCELLED, note=words.TARGET_DELETED())
            raise Lost from None
        if until:
            time.sleep(min(time.monotonic() - began, REST_MOST_S))
    if not _left(import_).exists():
        end(import_, Import.State.DONE)


def _left(import_: Import) -> "QuerySet[Piece]":
    return import_.pieces.filter(done_at=None).order_by("position")


def _seen_before(import_: Import) -> Seen:
    """Of the pieces that are done: what stands in the file twice is refused however far apart it is."""
    seen: Seen = {}
    done = import_.pieces.filter(done_at__isnull=False).order_by("position").values_list("seen", flat=True)
    for one in done.iterator(chunk_size=50):
        seen |= one
    return seen


def _run_piece(reading: Reading, piece: Piece, holder: str) -> None:
    """Read before the transaction, which stores only. At last its rows are stored one by one, or given up."""
    before, tries = reading.seen, piece.tries
    while True:
        tries += 1
        Piece.objects.filter(pk=piece.pk).update(tries=tries)  # so that even a crash is not for ever
        reading.seen = seen = _Added(before)
        try:
            read, faulty = _read(reading, piece, is_given_up=tries > TRIES_MOST)
            _store(reading, piece, holder, read, faulty, seen, singly=tries == TRIES_MOST)
        except IntegrityError:
            logger.info("piece %s of import %s is read again", piece.position, piece.import_of_id)
        except _Erased:
            piece.refresh_from_db(fields=["rows"])
        except OperationalError:  # the database is away, or too busy: no fault of the rows
            Piece.objects.filter(pk=piece.pk).update(tries=tries - 1)
            raise
        else:
            reading.seen = before | seen
            return


def _read(reading: Reading, piece: Piece, *, is_given_up: bool) -> tuple[list[Row], list[Faulty]]:
    rows = reading.data_of(piece)
    if not is_given_up:
        return reading.read(rows)
    return [], [Faulty(line, cells, [words.NOT_STORED()]) for line, cells in rows]


class _Erased(Exception):
    """Rows of the piece were, after it was read: they must not come back."""


class _Added(dict[str, int]):
    """What is seen now, and wasn’t before."""

    def __init__(self, before: Seen) -> None:
        super().__init__()
        self._before = before

    def setdefault(self, key: str, line: int = 0) -> int:
        earlier = self._before.get(key)
        return super().setdefault(key, line) if earlier is None else earlier


def _store(
    reading: Reading,
    piece: Piece,
    holder: str,
    read: list[Row],
    faulty: list[Faulty],
    seen: _Added,
    *,
    singly: bool,
) -> None:
    import_ = reading.import_
    with transaction.atomic():
        mine = Import.objects.filter(pk=import_.pk, state=Import.State.RUNNING, holder=holder)
        if not mine.update(held_until=held_until(), rows_done=F("rows_done") + len(piece.rows)):
            raise Lost
        if Piece.objects.select_for_update().values_list("rows", flat=True).get(pk=piece.pk) != piece.rows:
            raise _Erased
        stored = _stored_singly(reading, read, piece, faulty) if singly else _stored(reading, read)
        counts = Counter(row.outcome for row in read)
        done = Piece.objects.filter(pk=piece.pk, done_at=None).update(
            done_at=timezone.now(),
            rows=[],
            seen=dict(seen),
            faults=[[one.line, one.cells, one.reasons] for one in faulty],
            invitations=stored.invitations,
        )
        if not done:
            raise Lost
        import_.notes = [*import_.notes, *stored.notes][:NOTES_MOST]
        mine.update(
            added=F("added") + counts[Outcome.ADD],
            changed=F("changed") + counts[Outcome.CHANGE],
            unchanged=F("unchanged") + counts[Outcome.UNCHANGED],
            faulty=F("faulty") + len(faulty),
            notes=import_.notes,
            links=F("links") + len(stored.invitations),
        )


def _stored(reading: Reading, read: list[Row]) -> Stored:
    return reading.kind.store([row for row in read if row.outcome in STORED], by=reading.import_.user)


def _stored_singly(reading: Reading, read: list[Row], piece: Piece, faulty: list[Faulty]) -> Stored:
    """A row that can't be stored costs the others nothing: it is faulty."""
    stored, cells = Stored(), dict(reading.data_of(piece))
    for row in [row for row in read if row.outcome in STORED]:
        try:
            with transaction.atomic():
                more = _stored(reading, [row])
        except (Error, ValueError):
            logger.exception("a row of import %s can't be stored", piece.import_of_id)
            row.outcome = Outcome.ERROR
            faulty.append(Faulty(row.line, cells[row.line], [words.CHANGED_MEANWHILE()]))
        else:
            stored.notes += more.notes
            stored.invitations += more.invitations
    faulty.sort(key=lambda one: one.line)
    return stored


@transaction.atomic
def end(import_: Import, state: Import.State, *, note: str = "") -> bool:
    """Once; and its line in the audit log says what it has done. Rows that were not stored are forgotten."""
    running = Import.objects.filter(pk=import_.pk, state=Import.State.RUNNING)
    if not running.update(state=state, ended_at=timezone.now(), held_until=None):
        return False
    _left(import_).update(rows=[])
    import_.refresh_from_db()
    with suppress(Gone):
        Reading(import_).kind.finish()
    if note:
        import_.notes = [*import_.notes, note]
        import_.save(update_fields=["notes"])
    audit.complete(import_.audit_entry, _told(import_))
    return True


def _told(import_: Import) -> audit.Changes:
    counts = {
        "import_added": import_.added,
        "import_changed": import_.changed,
        "import_faulty": import_.faulty,
    }
    if import_.state == Import.State.CANCELLED:
        counts["import_not_begun"] = import_.rows - import_.rows_done
    return {name: {"old": "", "new": str(count)} for name, count in counts.items() if count}
