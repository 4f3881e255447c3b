"""What a file really is, found from its content: neither its name nor what its sender says is believed."""

import mimetypes

UNKNOWN = "application/octet-stream"  # which browsers only download

_SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"#!AMR": "audio/amr",
    b"BEGIN:VCARD": "text/vcard",
}

_BRANDS = {  # of the ISO base media format, by their first three characters
    b"hei": "image/heic",
    b"mif": "image/heic",
    b"qt ": "video/quicktime",
    b"3gp": "video/3gpp",
    b"M4A": "audio/mp4",
}


def type_of(content: bytes) -> str:
    """The type by the first bytes; `UNKNOWN` for what we don't know."""
    head = content[:16]
    for signature, content_type in _SIGNATURES.items():
        if head.startswith(signature):
            return content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:11], "video/mp4")
    return UNKNOWN


def suffix_of(content_type: str) -> str:
    """How the name of a file of this type ends."""
    return mimetypes.guess_extension(content_type) or ".bin"
