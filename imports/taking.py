"""Takes a file in: its rows are stored as they are, so that any machine's worker can go on with them."""

from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice
from typing import IO, Any, Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from imports import columns
from imports.card_rows import rows_of_cards
from imports.files import text_of
from imports.kinds import Kind
from imports.models import Import, Piece
from imports.table import Row, rows_of
from imports.vcards import begins_like_cards

ROWS_MOST = 50_000
BYTES_MOST = 20 * 1024 * 1024
PIECES_AT_ONCE = 5  # of one statement, which is a transaction of its own
BEGIN_CHARACTERS = 4096  # that tell contact cards from a table
WAITING_MOST = 5  # files of one user that were not started

Thing = TypeVar("Thing")


class Uploaded(Protocol):
    """What a form's file field gives."""

    name: str | None
    file: Any

    @property
    def size(self) -> int | None: ...


def take(kind: Kind, *, user: User, file: Uploaded | None = None, text: str = "") -> Import:
    """A file, or pasted text. Raises `ValidationError` in words; then nothing is kept."""
    if file is None:
        return _taken(kind, user, "", StringIO(text, newline=""))
    if (file.size or 0) > BYTES_MOST:
        words = _("The file is larger than %s MB. Split it, and import the parts one after the other.")
        raise ValidationError(words % (BYTES_MOST // 1024 // 1024))
    with text_of(file.file) as opened:
        return _taken(kind, user, (file.name or "")[:127], opened)


def _taken(kind: Kind, user: User, name: str, text: IO[str]) -> Import:
    _forget_unstarted(user)
    taken = Import.objects.create(kind=kind.name, target_id=kind.target_id, user=user, name=name)
    try:
        _store(taken, kind, _rows_of(kind, text))
    except BaseException:
        taken.delete()
        raise
    return taken


def _rows_of(kind: Kind, text: IO[str]) -> Iterator[Row]:
    """Of a CSV file, or of contact cards where the kind knows what to do with them."""
    begin = text.read(BEGIN_CHARACTERS)
    text.seek(0)
    if not begins_like_cards(begin):
        return rows_of(text)
    if not kind.takes_cards:
        raise ValidationError(_("These are vCards, which contacts are imported from. Choose a CSV file."))
    return rows_of_cards(text)


def _store(taken: Import, kind: Kind, rows: Iterable[Row]) -> None:
    counting = columns.Counting()
    pieces = _pieces(taken, kind.piece_rows, _counted(taken, counting, rows))
    for some in _some(pieces, PIECES_AT_ONCE):
        Piece.objects.bulk_create(some)
    fields = kind.fields()
    taken.has_headings = columns.is_heading(counting.first or [], fields)
    if not taken.count:
        raise ValidationError(_("There are no rows. Write them as in the example file."))
    taken.columns = counting.columns
    taken.meanings = columns.guess(counting.columns, fields, has_headings=taken.has_headings)
    taken.state = Import.State.MAPPING
    taken.save()


def _counted(taken: Import, counting: columns.Counting, rows: Iterable[Row]) -> Iterator[Row]:
    for line, cells in rows:
        counting.add(cells)
        taken.rows += 1
        if taken.rows > ROWS_MOST + 1:
            words = _(
                "These are more than %s rows. Split the file, and import the parts one after the other."
            )
            raise ValidationError(words % f"{ROWS_MOST:,}")
        yield line, cells


def _pieces(taken: Import, size: int, rows: Iterable[Row]) -> Iterator[Piece]:
    for position, some in enumerate(_some(rows, size)):
        yield Piece(import_of=taken, position=position, rows=some)


def _some(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    left = iter(things)
    while some := list(islice(left, size)):
        yield some


def _forget_unstarted(user: User) -> None:
    """A user keeps some at most, so that nobody fills the disk by uploading."""
    unstarted = Import.objects.filter(user=user, state__in=(Import.State.LOADING, Import.State.MAPPING))
    old = unstarted.order_by("-pk").values_list("pk", flat=True)[WAITING_MOST - 1 :]
    Import.objects.filter(pk__in=list(old)).delete()
