"""What the rows of an import would do: all of a piece, or the first ones for the preview."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from imports import columns
from imports.kinds import Kind, Outcome, Seen, kind_class
from imports.kinds import Row as Read
from imports.models import Import, Piece
from imports.table import Row

SMALL = 100  # rows that are shown, checked and stored at once
SHOWN_MOST = 20  # of more rows


@dataclass
class Faulty:
    """A row of the file that is left out, or what of it is."""

    line: int
    cells: list[str]
    reasons: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return " · ".join(filter(None, self.cells))


class Reading:
    """`seen` is what stood in the rows before."""

    def __init__(self, import_: Import, seen: Seen | None = None) -> None:
        self.import_ = import_
        self.seen: Seen = {} if seen is None else seen

    @cached_property
    def kind(self) -> Kind:
        """Raises `Gone`."""
        return kind_class(self.import_.kind)(self.import_.target_id)

    def read(self, rows: Sequence[Row]) -> tuple[list[Read], list[Faulty]]:
        """What becomes of the rows; and which are faulty. A row can do several things."""
        most = columns.width(self.import_.columns, has_headings=self.import_.has_headings)
        wide = [
            Faulty(line, cells, [words]) for line, cells in rows if (words := columns.too_long(cells, most))
        ]
        left = {one.line for one in wide}
        whole = [row for row in rows if row[0] not in left]
        read = list(self.kind.read(columns.cells_of(whole, self.import_.meanings), self.seen))
        return read, sorted(wide + list(_faulty(whole, read)), key=lambda one: one.line)

    def data_of(self, piece: Piece) -> list[Row]:
        """The rows of a piece, without the headings."""
        first = 1 if piece.position == 0 and self.import_.has_headings else 0
        return [(line, cells) for line, cells in piece.rows[first:]]

    def preview(self) -> tuple[list[Read], list[Faulty]]:
        """Of a small file all rows, of others the first ones."""
        most = SMALL if self.import_.count <= SMALL else SHOWN_MOST
        rows: list[Row] = []
        for piece in self.import_.pieces.order_by("position").iterator(chunk_size=1):
            rows += self.data_of(piece)
            if len(rows) >= most:
                break
        return self.read(rows[:most])


def _faulty(rows: Sequence[Row], read: Sequence[Read]) -> Iterator[Faulty]:
    reasons: dict[int, list[str]] = {}
    for one in read:
        if one.outcome == Outcome.ERROR:
            reasons.setdefault(one.line, []).extend(one.errors)
    for line, cells in rows:
        if line in reasons:
            yield Faulty(line, cells, list(dict.fromkeys(reasons[line])))
