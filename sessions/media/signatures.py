"""What stands at the beginning of a file of a type: of those that messages carry, and that people choose.

Some of it is the beginning of several types, which only the rest of the file tells apart (`containers`).
"""

UNKNOWN = "application/octet-stream"  # which browsers only download

Parts = dict[int, bytes]  # what stands where

WORD, EXCEL, POWERPOINT, OUTLOOK = (
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-outlook",
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX, XLSX, PPTX = (
    f"{_OFFICE}.wordprocessingml.document",
    f"{_OFFICE}.spreadsheetml.sheet",
    f"{_OFFICE}.presentationml.presentation",
)
_OPEN = "application/vnd.oasis.opendocument"
OPEN_DOCUMENTS = {
    f"{_OPEN}.{kind}": suffix
    for kind, suffix in (
        ("text", ".odt"),
        ("spreadsheet", ".ods"),
        ("presentation", ".odp"),
        ("graphics", ".odg"),
    )
}
EPUB = "application/epub+zip"

ISO = (
    "image/heic",
    "image/avif",
    "video/mp4",
    "audio/mp4",
    "video/3gpp",
    "video/3gpp2",
    "video/quicktime",
    UNKNOWN,
)
ZIPS = (DOCX, XLSX, PPTX, *OPEN_DOCUMENTS, EPUB, "application/zip")
OLE = (WORD, EXCEL, POWERPOINT, OUTLOOK, UNKNOWN)
OGG = ("audio/ogg", "video/ogg")
MATROSKA = ("video/webm", "audio/webm", "video/x-matroska", UNKNOWN)

_BITMAP_HEADERS = (12, 40, 52, 56, 64, 108, 124)  # bytes of a BMP's second header
# Frames of MPEG layer III without a tag before them: version 1, 2 and 2.5, with and without a checksum.
_MP3_FRAMES = (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)
_AAC_FRAMES = (0xF1, 0xF0, 0xF9, 0xF8)

# The first that fits is it.
TABLE: list[tuple[Parts, tuple[str, ...]]] = [
    ({0: b"\xff\xd8\xff"}, ("image/jpeg",)),
    ({0: b"\x89PNG\r\n\x1a\n"}, ("image/png",)),
    ({0: b"GIF87a"}, ("image/gif",)),
    ({0: b"GIF89a"}, ("image/gif",)),
    *(({0: begin}, ("image/tiff",)) for begin in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    *(({0: b"BM", 14: size.to_bytes(4, "little")}, ("image/bmp",)) for size in _BITMAP_HEADERS),
    ({0: b"RIFF", 8: b"WEBP"}, ("image/webp",)),
    ({0: b"RIFF", 8: b"WAVE"}, ("audio/wav",)),
    ({0: b"RIFF", 8: b"QLCM"}, ("audio/qcelp",)),
    ({0: b"%PDF-"}, ("application/pdf",)),
    ({0: b"OggS"}, OGG),
    *(({0: b"ID3" + bytes([version])}, ("audio/mpeg",)) for version in (2, 3, 4)),
    *(({0: bytes([0xFF, second])}, ("audio/mpeg",)) for second in _MP3_FRAMES),
    *(({0: bytes([0xFF, second])}, ("audio/aac",)) for second in _AAC_FRAMES),
    ({0: b"#!AMR-WB"}, ("audio/amr-wb",)),
    ({0: b"#!AMR"}, ("audio/amr",)),
    ({4: b"ftyp"}, ISO),
    *(({0: b"\0", 4: box}, ("video/quicktime",)) for box in (b"moov", b"mdat", b"wide")),  # without brands
    ({0: b"\x1aE\xdf\xa3"}, MATROSKA),
    ({0: b"PK\x03\x04"}, ZIPS),
    ({0: b"PK\x05\x06"}, ("application/zip",)),  # an empty one
    ({0: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}, OLE),
]

# The same for browsers.
SIGNATURES = [
    {"types": list(types), "parts": [{"at": at, "bytes": list(part)} for at, part in parts.items()]}
    for parts, types in TABLE
]


def types_by(head: bytes) -> tuple[str, ...]:
    """Those that a file can be of which begins so; () if that is not in the table."""
    fitting = (
        types for parts, types in TABLE if all(head.startswith(part, at) for at, part in parts.items())
    )
    return next(fitting, ())
