"""A file as spreadsheets and other tools write it, read as text a little at a time."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.core.exceptions import ValidationError

from imports import words
from pbx_messaging.said import joined

PIECE_BYTES = 64 * 1024
# What is chosen by mistake, by its first bytes.
_OTHERS = (
    (b"PK\x03\x04", words.WORKBOOK),
    (b"\xd0\xcf\x11\xe0", words.OLD_WORKBOOK),
    (b"%PDF", words.PDF),
    (b"{\\rtf", words.RTF),
)
_MARKUP = re.compile(rb"\s*<(!doctype|html|\?xml|table)", re.IGNORECASE)
_BINARY = re.compile(r"[\x01-\x08\x0e-\x1a\x7f]")


@contextmanager
def text_of(file: IO[bytes]) -> Iterator[IO[str]]:
    """Its text, line breaks as they are. Raises `ValidationError` in words where it is no text."""
    file.seek(0)
    _refuse_others(file.read(PIECE_BYTES))
    encoding = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        _refuse_binary(text)
        yield text
    finally:
        text.detach()  # else it would close the file


def _refuse_others(head: bytes) -> None:
    for begin, says in _OTHERS:
        if head.startswith(begin):
            raise _wrong(says())
    if _MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        raise _wrong(words.MARKUP())


def _wrong(why: str) -> ValidationError:
    return ValidationError(joined([why, words.AS_CSV()]))


def _refuse_binary(text: IO[str]) -> None:
    if _BINARY.search(text.read(2_000)):
        raise _wrong(words.NO_TEXT())
    text.seek(0)


def encoding_of(file: IO[bytes]) -> str:
    """By its mark, by the empty half of UTF-16, or UTF-8 if all of it is; else the Windows code page."""
    file.seek(0)
    head = file.read(PIECE_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if half := _empty_half(head[:1_000]):
        return half
    reader = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        piece = head
        while piece:
            reader.decode(piece)
            piece = file.read(PIECE_BYTES)
        reader.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _empty_half(head: bytes) -> str:
    """UTF-16 without a mark: most Latin letters have an empty byte beside them."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) or max(even, odd) < len(head) // 4:
        return ""
    return "utf-16-be" if even else "utf-16-le"
