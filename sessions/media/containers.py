"""Of files whose beginning is that of several types: which it is, from what lies in them.

Nothing is unpacked; what is looked at is bounded, and any bytes may come.
"""

import re
from collections.abc import Callable

from sessions.media.signatures import (
    DOCX,
    EPUB,
    EXCEL,
    ISO,
    MATROSKA,
    OGG,
    OLE,
    OPEN_DOCUMENTS,
    OUTLOOK,
    POWERPOINT,
    PPTX,
    UNKNOWN,
    WORD,
    XLSX,
    ZIPS,
)

_BRANDS_MOST = 64  # that are looked at, of the ISO base media format
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"heif"})
_AVIF = frozenset({b"avif", b"avis"})
_STILL = frozenset({b"mif1", b"mif2", b"msf1", b"miaf", b"MiHB", b"MiHA"})  # pictures of any codec
_AUDIO = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "})
_NOTHING_FOR_US = frozenset({b"crx ", b"jp2 ", b"jpx ", b"jpm ", b"mjp2"})  # cameras' raw pictures, JPEG 2000

# A name in a ZIP file, before its entry or in the directory at its end.
_NAME_IN_ZIP = rb"PK(?:\x03\x04.{26}|\x01\x02.{42})%s"
_IN_ZIP = {
    kind: re.compile(_NAME_IN_ZIP % re.escape(name), re.DOTALL)
    for kind, name in ((DOCX, b"word/"), (XLSX, b"xl/"), (PPTX, b"ppt/"))
}
_OFFICE = re.compile(_NAME_IN_ZIP % rb"(?:\[Content_Types\]\.xml|_rels/)", re.DOTALL)

# The class that a compound file says of itself, and the streams by which others tell.
_CLASSES = {
    "0609020000000000c000000000000046": WORD,
    "0009020000000000c000000000000046": WORD,
    "2008020000000000c000000000000046": EXCEL,
    "1008020000000000c000000000000046": EXCEL,
    "108d81649b4fcf1186ea00aa00b929e8": POWERPOINT,
    "0b0d020000000000c000000000000046": OUTLOOK,
}
_STREAMS = tuple(
    (name.encode("utf-16-le"), kind)
    for name, kind in (
        ("__substg1.0_", OUTLOOK),
        ("PowerPoint Document", POWERPOINT),
        ("WordDocument", WORD),
        ("Workbook\0", EXCEL),
        ("Book\0", EXCEL),
    )
)
_VIDEO_CODECS = (b"V_VP", b"V_AV1", b"V_MPEG", b"V_THEORA")


def of_iso(head: bytes, _tail: bytes) -> str:
    """By the brand that the file calls its own, and for pictures of any codec by those that it fits."""
    size = min(int.from_bytes(head[:4], "big"), 16 + 4 * _BRANDS_MOST)
    major, others = head[8:12], {head[at : at + 4] for at in range(16, size, 4)}
    if major in _NOTHING_FOR_US:
        return UNKNOWN
    if major in _AVIF or (major in _STILL and others & _AVIF and not others & _HEIC):
        return "image/avif"
    if major in _HEIC | _STILL:
        return "image/heic"
    if major in _AUDIO:
        return "audio/mp4"
    by_start = {b"qt": "video/quicktime", b"3g2": "video/3gpp2", b"3g": "video/3gpp"}
    return next((kind for start, kind in by_start.items() if major.startswith(start)), "video/mp4")


def of_zip(head: bytes, tail: bytes) -> str:
    """OpenDocument and EPUB say what they are in their first entry; Office is known by its folders."""
    if head[30:38] == b"mimetype":
        said = head[38:118]
        return next((kind for kind in (*OPEN_DOCUMENTS, EPUB) if _says(said, kind)), "application/zip")
    if any(_OFFICE.search(part) for part in (head, tail)):
        for kind, folder in _IN_ZIP.items():
            if any(folder.search(part) for part in (tail, head)):
                return kind
    return "application/zip"


def _says(said: bytes, kind: str) -> bool:
    """The entry ends where the next begins, or with its description."""
    return said.startswith(kind.encode()) and said[len(kind) : len(kind) + 2] in (b"PK", b"")


def of_ole(head: bytes, tail: bytes) -> str:
    """Word, Excel and PowerPoint up to 2003, and Outlook's messages."""
    size = 1 << min(int.from_bytes(head[30:32], "little"), 12)
    root = (int.from_bytes(head[48:52], "little") + 1) * size
    if known := _CLASSES.get(head[root + 80 : root + 96].hex()):
        return known
    return next((kind for name, kind in _STREAMS if name in head or name in tail), UNKNOWN)


def of_ogg(head: bytes, _tail: bytes) -> str:
    return "video/ogg" if b"\x80theora" in head[:4096] else "audio/ogg"


def of_matroska(head: bytes, _tail: bytes) -> str:
    if b"matroska" in head[:64]:
        return "video/x-matroska"
    if b"webm" not in head[:64]:
        return UNKNOWN
    is_audio = b"A_" in head and not any(codec in head for codec in _VIDEO_CODECS)
    return "audio/webm" if is_audio else "video/webm"


JUDGES: dict[tuple[str, ...], Callable[[bytes, bytes], str]] = {
    ISO: of_iso,
    ZIPS: of_zip,
    OLE: of_ole,
    OGG: of_ogg,
    MATROSKA: of_matroska,
}
