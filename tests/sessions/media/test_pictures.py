"""Pictures are made to fit: small enough, upright, as JPEG, and without the place where they were taken."""

import os
import subprocess
import zlib
from typing import Any

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageCms

from sessions.media.pictures.fitting import Busy, NotFitted, Picture, fitted, preview
from tests.sessions.media.pictures import PNG, all_turns_taken, encoded, opened, place, scene

pytestmark = pytest.mark.once
MOST = 600 * 1024


def made(content: bytes, most_bytes: int = MOST) -> Picture:
    return fitted(ContentFile(content), most_bytes=most_bytes)


def why_not(content: bytes, most_bytes: int = MOST) -> str:
    with pytest.raises(NotFitted) as refused:
        made(content, most_bytes)
    return refused.value.why


def is_red(picture: Image.Image, x: float, y: float) -> bool:
    """At a place that is given by parts of width and height."""
    red, green, blue = picture.convert("RGB").getpixel((int(x * picture.width), int(y * picture.height)))  # type: ignore[misc]
    return red > 150 and green < 90 and blue < 90


@pytest.mark.parametrize("kind", ["JPEG", "HEIF", "TIFF", "WEBP", "PNG", "AVIF"])
@pytest.mark.long
def test_large_picture_becomes_a_jpeg_that_carriers_take(kind: str) -> None:
    drawn = scene(4032, 3024) if kind not in {"HEIF", "AVIF"} else Image.new("RGB", (4032, 3024))
    drawn.paste((200, 30, 30), (0, 0, 2016, 3024))
    picture = made(encoded(drawn, kind))
    shown = opened(picture.content)
    assert (picture.content_type, shown.format, len(picture.content) <= MOST) == ("image/jpeg", "JPEG", True)
    assert shown.width / shown.height == pytest.approx(4 / 3, abs=0.01)
    assert is_red(shown, 0.25, 0.5)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize(("orientation", "red_at"), [(3, (0.75, 0.5)), (6, (0.5, 0.25)), (8, (0.5, 0.75))])
@pytest.mark.parametrize("size", [(40, 30), (2400, 1800)])
@pytest.mark.long
def test_picture_is_upright_and_knows_no_place(
    kind: str, orientation: int, red_at: tuple[float, float], size: tuple[int, int]
) -> None:
    picture = made(encoded(scene(*size), kind, exif=place(orientation)))
    shown = opened(picture.content)
    assert (dict(shown.getexif()), b"Exif" in picture.content, b"A phone" in picture.content) == (
        {},
        False,
        False,
    )
    assert is_red(shown, *red_at)


def test_small_jpeg_keeps_its_quality_and_loses_its_metadata() -> None:
    drawn = scene(800, 600)
    given = encoded(drawn, "JPEG", quality=93, exif=place(), comment=b"at home", xmp=b"<x:xmpmeta>home")
    picture = made(given + b"behind it")
    assert opened(picture.content).tobytes() == opened(given).tobytes()
    assert (b"home" in picture.content, picture.content[-2:]) == (False, b"\xff\xd9")
    progressive = encoded(drawn, "JPEG", progressive=True)
    assert made(progressive) == Picture(progressive, "image/jpeg")


def test_png_and_gif_that_fit_stay_as_they_are_but_for_what_is_not_seen() -> None:
    text = b"tEXtComment\0at home"
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    assert made(PNG[:33] + chunk + PNG[33:] + b"behind it") == Picture(PNG, "image/png")
    frames = [scene(64, 64, "P"), scene(64, 64, "P").rotate(90)]
    bare = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0)
    told = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=0, comment=b"at home")
    picture = made(told + b"behind it")
    assert (b"at home" in told, b"at home" in picture.content) == (True, False)
    shown = opened(picture.content)
    assert (picture.content_type, shown.n_frames, shown.info["loop"]) == ("image/gif", 2, 0)  # type: ignore[attr-defined]
    assert made(bare) == Picture(bare, "image/gif")


def test_transparency_becomes_white() -> None:
    shown = opened(made(encoded(Image.new("RGBA", (3000, 3000), (0, 0, 0, 0)), "WEBP")).content)
    assert shown.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "LA", "I;16", "1", "CMYK"])
def test_all_kinds_of_colours_can_be_read(mode: str) -> None:
    drawn = Image.new("I;16", (900, 900), 40_000) if mode == "I;16" else scene(900, 900, mode)
    shown = opened(made(encoded(drawn, "TIFF")).content).convert("L")
    if mode == "I;16":
        assert shown.getpixel((5, 5)) == pytest.approx(40_000 / 256, abs=3)
    assert (shown.width, shown.height) == (900, 900)


def moving(kind: str) -> bytes:
    frames = [scene(500, 500) for _ in range(4)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:])


def test_what_can_not_be_made_to_fit_is_refused_and_says_why(settings: Any) -> None:
    assert why_not(moving("GIF"), 100_000) == "animated"
    assert why_not(moving("WEBP"), 100_000) == "animated"
    assert why_not(moving("TIFF"), 100_000) == "pages"
    assert why_not(b"\xff\xd8\xff\xe0JFIF") == "unreadable"
    assert why_not(encoded(scene(900, 900), "JPEG")[:20_000]) == "unreadable"
    assert why_not(PNG[:-20]) == "unreadable"
    assert why_not(encoded(scene(3000, 3000), "JPEG"), 1_000) == "too_large"
    settings.PICTURE_MOST_PIXELS = 80_000_000
    assert why_not(bomb(10_000, 9_000)) == "too_many_pixels"
    words = NotFitted("too_many_pixels").words("x.png")
    assert words == "“x.png” has too many pixels: 80 million is the most. Make it smaller, or send a link."


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred kilobytes that takes as many pixels as it likes."""
    return encoded(Image.new("1", (width, height)), "PNG")


def test_picture_that_takes_too_much_memory_or_time_ends_alone(settings: Any) -> None:
    settings.PICTURE_MOST_PIXELS = 10**9
    settings.PICTURE_MEMORY_BYTES = 400 * 2**20
    assert why_not(bomb(20_000, 20_000), 1_000) == "too_hard"
    settings.PICTURE_TOTAL_S = 0.05  # its child takes longer to begin
    settings.PICTURE_MEMORY_BYTES = 4 * 2**30
    assert why_not(encoded(scene(6000, 6000), "TIFF"), 1_000) == "too_hard"


def test_child_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    run = subprocess.run

    def noted(command: Any, **options: Any) -> Any:
        given.update(options["env"])
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", noted)
    made(PNG)
    assert set(given) & set(os.environ) <= {"PYTHONDONTWRITEBYTECODE"}


def test_one_too_many_at_once_is_told_to_come_again(settings: Any) -> None:
    settings.PICTURE_WAIT_S = 0.1
    with all_turns_taken(), pytest.raises(Busy):
        made(PNG)
    assert made(PNG).content == PNG


def test_preview_of_a_phones_picture_is_a_jpeg() -> None:
    shown = opened(preview(ContentFile(encoded(scene(1200, 900), "HEIF", exif=place(6).tobytes()))).content)
    assert (shown.format, shown.width < shown.height, dict(shown.getexif())) == ("JPEG", True, {})


def test_colours_of_a_phone_are_those_of_the_web() -> None:
    """Their profile is applied before it is removed; one that can't be read is left out."""
    grey = Image.new("RGB", (3000, 3000), (128, 128, 128))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = opened(made(encoded(grey, "WEBP", icc_profile=lab)).content)
    assert picture.getpixel((5, 5)) == (128, 128, 128)
    assert "icc_profile" not in picture.info
    broken = opened(made(encoded(grey, "WEBP", icc_profile=b"broken" * 40)).content)
    assert broken.getpixel((5, 5)) == (128, 128, 128)
