"""A table as CSV that spreadsheets open: UTF-8 with its mark, and no cell that they would calculate."""

import csv
import re
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse
from django.utils import timezone


class _Echo:
    """What csv writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_response(name: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    file_name = f"{name}-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _lines(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(list(header))
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


# Full-width signs are signs, too. Behind these separators a spreadsheet may begin another cell, whatever
# stands around the whole; a list's dashes and a negative number are left alone there.
_FIRST = frozenset("=+-@＝＋－＠\t\r\n")
_BEHIND = re.compile(r"([;\t\r\n] *)([=@＝＠]|[+\-＋－](?=[^\s\d]))")
_GUARDED = re.compile(r"([;\t\r\n] *)'([=@＝＠]|[+\-＋－](?=[^\s\d]))")


def harmless(text: str) -> str:
    """The text as it is, unless a spreadsheet would take it for a formula. A phone number is none."""
    guarded = _BEHIND.sub(r"\1'\2", text)
    formula = text[:1] in _FIRST and not text.removeprefix("+").isalnum()
    return f"'{guarded}" if formula else guarded


def unharmed(text: str) -> str:
    """What `harmless` was given, of an export that is imported again."""
    bare = _GUARDED.sub(r"\1\2", text.removeprefix("'"))
    return bare if harmless(bare) == text else text
