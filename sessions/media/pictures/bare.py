"""JPEG, PNG and GIF without what is not seen: comments, places, and whatever stands behind the picture.

The picture itself stays as it is, byte for byte. Raises `ValueError` if it is not formed as it should be.
"""

from collections.abc import Iterator

_PNG_HEAD = 8  # bytes
_UNSEEN = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}  # chunks of a PNG
_EXTENSION, _PICTURE, _END = 0x21, 0x2C, 0x3B  # what a block of a GIF begins with
_COMMENT, _APPLICATION = 0xFE, 0xFF  # kinds of extensions
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")  # applications that say how often an animation runs
_MARKER = 0xFF  # what each segment of a JPEG begins with
_SCAN, _DONE = 0xDA, 0xD9  # segments: the picture's data, behind which there is no length; the end
_APPLICATIONS = range(0xE0, 0xF0)  # segments that say what somebody liked to
_NEEDED = (b"JFIF\0", b"ICC_PROFILE\0", b"Adobe")  # of them: how the colours are meant
_DATA = {0x00, *range(0xD0, 0xD8)}  # what follows on 0xFF within data
_JPEG_COMMENT = 0xFE


def bare_jpeg(content: bytes) -> bytes:
    return content[:2] + b"".join(_jpeg_parts(content))


def _jpeg_parts(content: bytes) -> Iterator[bytes]:
    at = 2
    while True:
        kind = _byte(content, at + 1)
        if _byte(content, at) != _MARKER:
            raise ValueError("no segment begins here")
        if kind == _DONE:
            yield content[at : at + 2]
            return
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if kind == _SCAN:
            end = _end_of_scan(content, end)
        is_told = kind in _APPLICATIONS and not content.startswith(_NEEDED, at + 4)
        if kind != _JPEG_COMMENT and not is_told:
            yield content[at:end]
        at = end


def _end_of_scan(content: bytes, at: int) -> int:
    while True:
        at = content.find(_MARKER, at)
        if at < 0:
            raise ValueError("the end is missing")
        if _byte(content, at + 1) not in _DATA:
            return at
        at += 2


def bare_png(content: bytes) -> bytes:
    kept, at = [content[:_PNG_HEAD]], _PNG_HEAD
    while at < len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        kind = content[at + 4 : at + 8]
        if end > len(content):
            raise ValueError("a chunk is cut off")
        if kind not in _UNSEEN:
            kept.append(content[at:end])
        if kind == b"IEND":
            return b"".join(kept)
        at = end
    raise ValueError("the end is missing")


def bare_gif(content: bytes) -> bytes:
    return b"".join(_gif_parts(content))


def _gif_parts(content: bytes) -> Iterator[bytes]:
    at = 13 + _colours(content, 10)
    yield content[:at]
    while True:
        kind = _byte(content, at)
        if kind == _END:
            yield content[at : at + 1]
            return
        if kind not in {_EXTENSION, _PICTURE}:
            raise ValueError("no block begins here")
        head = 2 if kind == _EXTENSION else 11 + _colours(content, at + 9)
        end = _end_of_data(content, at + head)
        if kind == _PICTURE or _is_seen(content, at):
            yield content[at:end]
        at = end


def _is_seen(content: bytes, at: int) -> bool:
    """Of an extension."""
    kind = _byte(content, at + 1)
    return kind != _COMMENT and (kind != _APPLICATION or content[at + 3 : at + 14] in _LOOPS)


def _colours(content: bytes, flags_at: int) -> int:
    """How many bytes the table of colours takes that these flags tell of."""
    flags = _byte(content, flags_at)
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_data(content: bytes, at: int) -> int:
    """Data comes in pieces of up to 255 bytes, each after its length; the last one is empty."""
    while length := _byte(content, at):
        at += 1 + length
    return at + 1


def _byte(content: bytes, at: int) -> int:
    if at >= len(content):
        raise ValueError("it is cut off")
    return content[at]
