"""What a file really is, found from its content: neither its name nor what its sender says is believed.

What messages carry is in our own table, which browsers judge by, too; beyond it the library says what it is,
as far as it can be relied on. Nothing that can run in a browser has a type here: it is unknown.
"""

from typing import IO

import puremagic

from sessions.media.containers import JUDGES
from sessions.media.signatures import (
    DOCX,
    EPUB,
    EXCEL,
    OPEN_DOCUMENTS,
    OUTLOOK,
    POWERPOINT,
    PPTX,
    UNKNOWN,
    WORD,
    XLSX,
    types_by,
)
from sessions.media.written import CALENDAR, CARD, PDF, PLAIN, RTF, type_of_text

EDGE = 64 * 1024  # bytes of a file's beginning, and of its end, that are looked at
UNKNOWN_SUFFIX = ".bin"
LEAST_CONFIDENCE = 0.3  # of the library's, which is that of three bytes

# What the library is relied on for, by its words; most types of its list are told by too few bytes.
_LIBRARY = {
    "audio/flac": "audio/flac",
    "audio/x-midi": "audio/midi",
    "audio/aiff": "audio/aiff",
    "audio/x-aiff": "audio/aiff",
    "audio/x-caf": "audio/x-caf",
    "video/avi": "video/x-msvideo",
    "video/x-msvideo": "video/x-msvideo",
    "video/x-flv": "video/x-flv",
    "video/x-ms-asf": "video/x-ms-asf",
    "video/mpeg": "video/mpeg",
    "application/x-gzip": "application/gzip",
    "application/x-bzip2": "application/x-bzip2",
    "application/x-7z-compressed": "application/x-7z-compressed",
    "application/x-rar-compressed": "application/vnd.rar",
    "application/vnd.rar": "application/vnd.rar",
    "application/x-xz": "application/x-xz",
    "application/x-tar": "application/x-tar",
}

# How the names of all types end that we tell, or believe where a file's content says nothing.
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/heic": ".heic",
    "image/tiff": ".tiff",
    "image/avif": ".avif",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/amr": ".amr",
    "audio/amr-wb": ".awb",
    "audio/aac": ".aac",
    "audio/wav": ".wav",
    "audio/qcelp": ".qcp",
    "audio/webm": ".weba",
    "audio/flac": ".flac",
    "audio/midi": ".mid",
    "audio/aiff": ".aiff",
    "audio/x-caf": ".caf",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/3gpp": ".3gp",
    "video/3gpp2": ".3g2",
    "video/ogg": ".ogv",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "video/x-msvideo": ".avi",
    "video/x-flv": ".flv",
    "video/x-ms-asf": ".asf",
    "video/mpeg": ".mpg",
    PDF: ".pdf",
    RTF: ".rtf",
    WORD: ".doc",
    EXCEL: ".xls",
    POWERPOINT: ".ppt",
    OUTLOOK: ".msg",
    DOCX: ".docx",
    XLSX: ".xlsx",
    PPTX: ".pptx",
    **OPEN_DOCUMENTS,
    EPUB: ".epub",
    "application/zip": ".zip",
    "application/gzip": ".gz",
    "application/x-bzip2": ".bz2",
    "application/x-7z-compressed": ".7z",
    "application/vnd.rar": ".rar",
    "application/x-xz": ".xz",
    "application/x-tar": ".tar",
    "application/vnd.apple.pkpass": ".pkpass",
    "application/json": ".json",
    CARD: ".vcf",
    CALENDAR: ".ics",
    "text/csv": ".csv",
    PLAIN: ".txt",
}
# What is said instead of the above by some.
_ALSO = {
    "image/jpg": "image/jpeg",
    "image/heif": "image/heic",
    "image/x-ms-bmp": "image/bmp",
    "audio/mp3": "audio/mpeg",
    "audio/x-wav": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/3gpp": "video/3gpp",
    "audio/3gpp2": "video/3gpp2",
    "audio/x-m4a": "audio/mp4",
    "audio/amr-nb": "audio/amr",
    "text/x-vcard": CARD,
    "text/directory": CARD,
    "text/x-vcalendar": CALENDAR,
    "text/rtf": RTF,
    "application/x-zip-compressed": "application/zip",
}
_WRITTEN = frozenset({"text/csv", "application/json"})  # nothing but text, until somebody says more


def type_of(content: bytes) -> str:
    """`UNKNOWN` for what we don't know."""
    return _judged(content[:EDGE], content[-EDGE:])


def type_of_file(file: IO[bytes], size: int) -> str:
    """The same of one that is not read as a whole; it stands at its beginning afterwards."""
    file.seek(0)
    head = file.read(EDGE)
    file.seek(max(size - EDGE, 0))
    tail = file.read(EDGE)
    file.seek(0)
    return _judged(head, tail)


def _judged(head: bytes, tail: bytes) -> str:
    if types := types_by(head):
        return types[0] if len(types) == 1 else JUDGES[types](head, tail)
    return type_of_text(head) or _type_by_library(head)


def _type_by_library(head: bytes) -> str:
    """By the longest signature that fits; several types can have the same."""
    try:
        found = puremagic.magic_string(head) if head else []
    except puremagic.PureError:
        return UNKNOWN
    best = [one.mime_type for one in found if one.confidence == found[0].confidence >= LEAST_CONFIDENCE]
    return next((_LIBRARY[kind] for kind in best if kind in _LIBRARY), UNKNOWN)


def declared(said: str) -> str:
    """A type as an ITSP says it, in our words; "" for what we would not name a file by."""
    kind = said.partition(";")[0].strip().lower()
    kind = _ALSO.get(kind, kind)
    return kind if kind in SUFFIXES else ""


def type_as_said(found: str, said: str) -> str:
    """What is nothing but text is what it is said to be, if that is a kind of text."""
    return said if found == PLAIN and said in _WRITTEN else found


def suffix_of(content_type: str) -> str:
    """How the name of a file of this type ends."""
    return SUFFIXES.get(content_type, UNKNOWN_SUFFIX)
