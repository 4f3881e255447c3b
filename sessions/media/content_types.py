"""What a file really is, found from its content: neither its name nor what its sender says is believed."""

import mimetypes

UNKNOWN = "application/octet-stream"  # which browsers only download
HEAD = 16  # bytes from a file's beginning that tell its type

# (what stands where in the head), type; the first that fits is it.
_SIGNATURES: list[tuple[dict[int, bytes], str]] = [
    ({0: b"\xff\xd8\xff"}, "image/jpeg"),
    ({0: b"\x89PNG\r\n\x1a\n"}, "image/png"),
    ({0: b"GIF87a"}, "image/gif"),
    ({0: b"GIF89a"}, "image/gif"),
    ({0: b"%PDF-"}, "application/pdf"),
    ({0: b"OggS"}, "audio/ogg"),
    ({0: b"ID3"}, "audio/mpeg"),
    ({0: b"#!AMR"}, "audio/amr"),
    ({0: b"BEGIN:VCARD"}, "text/vcard"),
    ({0: b"RIFF", 8: b"WEBP"}, "image/webp"),
    # Brands of the ISO base media format.
    ({4: b"ftyphei"}, "image/heic"),
    ({4: b"ftypmif"}, "image/heic"),
    ({4: b"ftypqt "}, "video/quicktime"),
    ({4: b"ftyp3gp"}, "video/3gpp"),
    ({4: b"ftypM4A"}, "audio/mp4"),
    ({4: b"ftyp"}, "video/mp4"),
]

# The same for `frontend/composer/files.js`, which looks into files as they are chosen.
SIGNATURES = [
    {"type": content_type, "parts": [{"at": at, "bytes": list(part)} for at, part in parts.items()]}
    for parts, content_type in _SIGNATURES
]


def type_of(content: bytes) -> str:
    """The type by the first bytes; `UNKNOWN` for what we don't know."""
    for parts, content_type in _SIGNATURES:
        if all(content.startswith(part, at) for at, part in parts.items()):
            return content_type
    return UNKNOWN


def suffix_of(content_type: str) -> str:
    """How the name of a file of this type ends."""
    return mimetypes.guess_extension(content_type) or ".bin"
