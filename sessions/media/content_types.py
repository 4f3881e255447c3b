"""What a file really is, found from its content: neither its name nor what its sender says is believed."""

import mimetypes

UNKNOWN = "application/octet-stream"  # which browsers only download
HEAD = 16  # bytes from a file's beginning that tell its type
_BOM = b"\xef\xbb\xbf"  # which some programs put before a text in UTF-8

# (what stands where in the head), type; the first that fits is it.
_SIGNATURES: list[tuple[dict[int, bytes], str]] = [
    ({0: b"\xff\xd8\xff"}, "image/jpeg"),
    ({0: b"\x89PNG\r\n\x1a\n"}, "image/png"),
    ({0: b"GIF87a"}, "image/gif"),
    ({0: b"GIF89a"}, "image/gif"),
    ({0: b"II*\0"}, "image/tiff"),
    ({0: b"MM\0*"}, "image/tiff"),
    ({0: b"%PDF-"}, "application/pdf"),
    ({0: b"OggS"}, "audio/ogg"),
    ({0: b"ID3"}, "audio/mpeg"),
    # Frames of MPEG layer III without a tag before them: version 1, 2 and 2.5, with and without a checksum.
    *(({0: b"\xff" + bytes([second])}, "audio/mpeg") for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xE3, 0xE2)),
    ({0: b"#!AMR"}, "audio/amr"),
    *(
        ({0: bom + begin}, "text/vcard")
        for bom in (b"", _BOM)
        for begin in (b"BEGIN:VCARD", b"begin:vcard", b"Begin:vCard")
    ),
    ({0: b"RIFF", 8: b"WEBP"}, "image/webp"),
    # Brands of the ISO base media format.
    ({4: b"ftyphei"}, "image/heic"),
    ({4: b"ftyphev"}, "image/heic"),
    ({4: b"ftypmif"}, "image/heic"),
    ({4: b"ftypavif"}, "image/avif"),
    ({4: b"ftypavis"}, "image/avif"),
    ({4: b"ftypqt "}, "video/quicktime"),
    ({4: b"ftyp3g"}, "video/3gpp"),
    ({4: b"ftypM4A"}, "audio/mp4"),
    ({4: b"ftyp"}, "video/mp4"),
]

# The same for `frontend/composer/files.js`, which looks into files as they are chosen.
SIGNATURES = [
    {"type": content_type, "parts": [{"at": at, "bytes": list(part)} for at, part in parts.items()]}
    for parts, content_type in _SIGNATURES
]

# Not all systems know them.
_SUFFIXES = {"audio/amr": ".amr", "image/heic": ".heic", "image/avif": ".avif", "video/3gpp": ".3gp"}


def type_of(content: bytes) -> str:
    """The type by the first bytes; `UNKNOWN` for what we don't know."""
    for parts, content_type in _SIGNATURES:
        if all(content.startswith(part, at) for at, part in parts.items()):
            return content_type
    return UNKNOWN


def suffix_of(content_type: str) -> str:
    """How the name of a file of this type ends."""
    return _SUFFIXES.get(content_type) or mimetypes.guess_extension(content_type) or ".bin"
