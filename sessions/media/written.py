"""Files that are text: which of them are something that we know, and which could run in a browser."""

import codecs
import re

from sessions.media.signatures import UNKNOWN

CARD, CALENDAR, PDF, RTF, PLAIN = (
    "text/vcard",
    "text/calendar",
    "application/pdf",
    "application/rtf",
    "text/plain",
)

_PDF_WITHIN = 1024  # bytes, before which other programs put things
# What stands before the first word, and is not seen: blanks, marks, zero-width characters.
_BEFORE = re.compile(r"[\s\ufeff\u200b-\u200f\u2060\0]*")
_BEGINNING_MOST = 4096  # bytes in which the first word stands
_KINDS = {"begin:vcard": CARD, "begin:vcalendar": CALENDAR, "{\\rtf": RTF}
_PDF_BEGIN = "%PDF-"
# What stands in the beginning of a file of text that has a type, for browsers.
WORDS = [{"type": kind, "text": text.lower()} for text, kind in {**_KINDS, _PDF_BEGIN: PDF}.items()]
_NEVER_IN_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile(r"<[!?a-z/]", re.IGNORECASE)
_LEAST_ASCII = 0.7  # of what is no UTF-8


def type_of_text(head: bytes) -> str:
    """ "" if it is none. Markup is `UNKNOWN`: HTML, SVG, XML and scripts have no type with us."""
    begin = _begin_of(head)
    low = begin[:32].lower()
    if known := next((kind for start, kind in _KINDS.items() if low.startswith(start)), ""):
        return known
    if _MARKUP.match(begin):
        return UNKNOWN
    if _PDF_BEGIN.encode() in head[:_PDF_WITHIN]:
        return PDF
    return PLAIN if begin and _is_text(head) else ""


def _begin_of(head: bytes) -> str:
    """The first characters behind what is not seen, whatever the encoding."""
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head[:_BEGINNING_MOST].decode("utf-16" if marked else "utf-8", "replace").replace("\0", "")
    return text[_BEFORE.match(text).end() :]  # type: ignore[union-attr]


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if _NEVER_IN_TEXT.search(head):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # which may be cut within a character
    except UnicodeDecodeError:
        return sum(byte < 0x80 for byte in head) >= _LEAST_ASCII * len(head)
    return True
