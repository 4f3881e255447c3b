"""A table as CSV that spreadsheets open: UTF-8 with its mark, and no cell that they would calculate.

Its lines are made while they are read: the first leave at once, and with the reader's connection all ends.
"""

import csv
import re
from array import array
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db.models import Model, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

Row = TypeVar("Row", bound=Model)
PIECE = 32_768  # characters that are sent together


class CsvResponse(StreamingHttpResponse):
    """Under ASGI, too, it is made piece by piece; Django would make all of it before it sends anything."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self)
        while piece := await sync_to_async(lambda: next(pieces, b""))():
            yield piece


class _Echo:
    """What csv writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_response(name: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> CsvResponse:
    response = CsvResponse(_pieces(header, rows), content_type="text/csv; charset=utf-8")
    file_name = f"{name}-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def in_batches(which: "QuerySet[Row]", rows: "QuerySet[Row]", size: int = 1_000) -> Iterator[list[Row]]:
    """What `which` finds, in its order, as `rows` fetches it.

    A search is made once, and no cursor stays open while somebody reads slowly; what is gone meanwhile is
    left out. Of each row eight bytes are held; where a pooler allows no cursors, more while it is searched.
    """
    pks = array("q", which.values_list("pk", flat=True).iterator())
    for start in range(0, len(pks), size):
        batch = pks[start : start + size].tolist()
        found = rows.in_bulk(batch)
        yield [found[pk] for pk in batch if pk in found]


def _pieces(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(list(header))
    piece = ""
    for row in rows:
        piece += writer.writerow([harmless(cell) for cell in row])
        if len(piece) >= PIECE:
            yield piece
            piece = ""
    if piece:
        yield piece


# Full-width signs are signs, too. Behind these separators a spreadsheet may begin another cell, whatever
# stands around the whole; a list's dashes and a negative number are left alone there.
_FIRST = frozenset("=+-@＝＋－＠\t\r\n")
_BEHIND = re.compile(r"([;\t\r\n] *)([=@＝＠]|[+\-＋－](?=[^\s\d]))")
_GUARDED = re.compile(r"([;\t\r\n] *)'([=@＝＠]|[+\-＋－](?=[^\s\d]))")


def harmless(text: str) -> str:
    """The text as it is, unless a spreadsheet would take it for a formula, or a phone number for a number.

    Of that it would show the first digits only, and write them as +4.42E+11.
    """
    guarded = _BEHIND.sub(r"\1'\2", text)
    return f"'{guarded}" if text[:1] in _FIRST else guarded


def unharmed(text: str) -> str:
    """What `harmless` was given, of an export that is imported again."""
    bare = _GUARDED.sub(r"\1\2", text.removeprefix("'"))
    return bare if harmless(bare) == text else text
