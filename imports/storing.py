"""The rows of a file as they are stored, in pieces, so that any machine's worker can go on with them."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, TypeVar

from django.core.exceptions import ValidationError

from imports import columns, words
from imports.card_rows import rows_of_cards
from imports.kinds import Kind
from imports.models import Import, Piece
from imports.table import Row, rows_of
from imports.vcards import begins_like_cards

ROWS_MOST = 50_000
PIECES_AT_ONCE = 5  # of one statement, which is a transaction of its own
BEGIN_CHARACTERS = 4096  # that tell contact cards from a table
READ_FIELDS = ("state", "rows", "has_headings", "columns", "meanings")  # of an import, once it is read

Thing = TypeVar("Thing")


def pieces_of(import_: Import, kind: Kind, text: IO[str]) -> Iterator[list[Piece]]:
    """Some at a time; at the end the import has its `READ_FIELDS`. Raises `ValidationError` in words."""
    counting = columns.Counting()
    rows = _counted(import_, counting, _rows_of(kind, text))
    pieces = (
        Piece(import_of=import_, position=position, rows=some)
        for position, some in enumerate(_some(rows, kind.piece_rows))
    )
    yield from _some(pieces, PIECES_AT_ONCE)
    fields = kind.fields()
    import_.has_headings = columns.is_heading(counting.first or [], fields)
    if not import_.count:
        raise ValidationError(words.NO_ROWS())
    import_.columns = counting.columns
    import_.meanings = columns.guess(counting.columns, fields, has_headings=import_.has_headings)
    import_.state = Import.State.MAPPING


def store(pieces: list[Piece]) -> None:
    Piece.objects.bulk_create(pieces)


def refuse_cards(kind: Kind, begin: str) -> None:
    """Where the kind does not know what to do with them."""
    if begins_like_cards(begin) and not kind.takes_cards:
        raise ValidationError(words.CARDS())


def _rows_of(kind: Kind, text: IO[str]) -> Iterator[Row]:
    begin = text.read(BEGIN_CHARACTERS)
    text.seek(0)
    refuse_cards(kind, begin)
    return rows_of_cards(text) if begins_like_cards(begin) else rows_of(text)


def _counted(import_: Import, counting: columns.Counting, rows: Iterable[Row]) -> Iterator[Row]:
    for line, cells in rows:
        counting.add(cells)
        import_.rows += 1
        if import_.rows > ROWS_MOST + 1:
            raise ValidationError(words.TOO_MANY_ROWS(most=f"{ROWS_MOST:,}"))
        yield line, cells


def _some(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    left = iter(things)
    while some := list(islice(left, size)):
        yield some
