"""Files that agents send."""

import base64
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pillow_heif
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, TiffImagePlugin

from sessions.media.pictures import fitting

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
OUR_US_NUMBER = "+14155550100"  # of the simulator's, which takes pictures

pillow_heif.register_heif_opener()


def picture(name: str = "map.png", content: bytes = PNG) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/png")


def scene(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Nothing that compresses well: its left half is red."""
    drawn = Image.effect_noise((width, height), 80).convert("RGB")
    drawn.paste((200, 30, 30), (0, 0, width // 2, height))
    return drawn.convert(mode)


def place(orientation: int = 1) -> Image.Exif:
    """Metadata as phones write it: how the phone was held, and where."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A phone"
    degrees = tuple(TiffImagePlugin.IFDRational(one) for one in (1, 17, 31))
    exif.get_ifd(0x8825).update({1: "S", 2: degrees, 3: "E", 4: degrees})
    return exif


def encoded(drawn: Image.Image, kind: str, **options: Any) -> bytes:
    made = io.BytesIO()
    drawn.save(made, kind, **options)
    return made.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@contextmanager
def all_turns_taken() -> Iterator[None]:
    """So many pictures are being made to fit that there is no room for another."""
    with ExitStack() as turns:
        for _ in range(fitting.AT_ONCE):
            turns.enter_context(fitting.turn(1.0))
        yield
