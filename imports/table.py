"""The rows of a CSV file, one after the other, however large it is."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import IO

from django.core.exceptions import ValidationError

from accounts.csv_export import unharmed
from accounts.pasted import cleaned
from imports import words

SEPARATORS = ";,\t"
CELL_MOST = 20_000  # characters
COLUMNS_MOST = 250
HEAD_MOST = 20_000  # characters that are read ahead, to find the separator
_QUOTED = re.compile(r'"(?:[^"]|"")*("|$)')
_NAMES_IT = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # Excel's own first line

Row = tuple[int, list[str]]  # the line that it begins in, and its cells


def rows_of(text: IO[str]) -> Iterator[Row]:
    """Those that aren't empty. Raises `ValidationError` in words."""
    head = text.read(HEAD_MOST)
    text.seek(0)
    lines = _numbered = iter(text)
    before, separator = 0, _separator_of(head)
    if told := _NAMES_IT.fullmatch(head.splitlines()[0]) if head.strip() else None:
        separator, before = told[1], 1
        next(_numbered)
    reader = csv.reader(_plain(lines), delimiter=separator)
    line = before + 1
    for cells in _read(reader):
        row, begun = [_cell(text, begun_in=line) for text in cells], line
        line = before + reader.line_num + 1
        while row and not row[-1]:
            row.pop()
        if len(row) > COLUMNS_MOST:
            raise ValidationError(words.TOO_MANY_COLUMNS(line=begun, most=COLUMNS_MOST))
        if row:
            yield begun, row


def _read(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        line = reader.line_num  # type: ignore[attr-defined]
        raise ValidationError(words.NO_CSV(line=line)) from error


def _plain(lines: Iterable[str]) -> Iterator[str]:
    """PostgreSQL stores no NUL, and csv reads none; a lone carriage return ends a line, too."""
    for line in lines:
        yield line.replace("\0", "")


def _cell(text: str, *, begun_in: int) -> str:
    if len(text) > CELL_MOST:
        raise ValidationError(words.LONG_CELL(line=begun_in))
    return unharmed(cleaned(text))


def _separator_of(head: str) -> str:
    """The one that is most often outside of quotes in the first line that has any; else in what follows."""
    outside = _QUOTED.sub("", head)
    lines = [line for line in outside.splitlines() if line.strip()]
    told = next((line for line in lines if any(one in line for one in SEPARATORS)), "")
    return max(SEPARATORS, key=told.count) if told else ","
