"""A table as CSV that spreadsheets open: UTF-8 with its mark, and no cell that they would calculate."""

import csv
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


def harmless(text: str) -> str:
    """The text as it is, unless a spreadsheet would take it for a formula. A phone number is none."""
    formula = text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not text.removeprefix("+").isalnum()
    return f"'{text}" if formula else text


def unharmed(text: str) -> str:
    """What `harmless` was given, of an export that is imported again."""
    bare = text.removeprefix("'")
    return bare if harmless(bare) == text else text
