"""What a file really is."""

import pytest

from sessions.media.content_types import type_of


@pytest.mark.parametrize(
    ("content", "real"),
    [
        (b"<html><script>alert(1)</script>", "application/octet-stream"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "application/octet-stream"),
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"GIF89a......", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7", "application/pdf"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypqt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypisom", "video/mp4"),
        (b"\0\0\0\x18ftyp3gp4", "video/3gpp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"II*\0\x08\0\0\0", "image/tiff"),
        (b"MM\0*\0\0\0\x08", "image/tiff"),
        (b"ID3\x04", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),  # no tag before its first frame
        (b"\xff\xf3\x40\xc4", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "application/octet-stream"),  # AAC, which looks much like it
        (b"BEGIN:VCARD\r\nVERSION:3.0", "text/vcard"),
        (b"\xef\xbb\xbfBEGIN:VCARD\r\n", "text/vcard"),
        (b"begin:vcard\n", "text/vcard"),
        (b"", "application/octet-stream"),
    ],
)
def test_real_type_is_found_from_the_content(content: bytes, real: str) -> None:
    assert type_of(content) == real
