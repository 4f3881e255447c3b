"""How a picture is made to fit: turned upright, scaled, in the web's colours, without its metadata, as JPEG.

A JPEG, PNG or GIF that is small enough and upright stays as it is, but for its metadata.
"""

import io

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from sessions.media.pictures.bare import bare_gif, bare_jpeg, bare_png
from sessions.media.signatures import types_by

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "HEIF", "BMP")
MOST_SIDE = 2048  # pixels; phones show no more
# Of what is tried one after the other: longest side, JPEG's quality.
STEPS = (
    (2048, 85),
    (2048, 75),
    (1600, 80),
    (1600, 70),
    (1280, 75),
    (1024, 75),
    (800, 70),
    (640, 60),
    (480, 50),
)
_BARE = {"JPEG": bare_jpeg, "MPO": bare_jpeg, "PNG": bare_png, "GIF": bare_gif}
_ORIENTATION = 0x0112  # in EXIF; 1 is upright
_MOST_PROFILE = 1024 * 1024  # bytes of a colour profile that is read

pillow_heif.register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = None  # the limit is ours, below


class Refused(Exception):
    """Its only argument is why: a key of `fitting.WORDS`."""


def make(content: bytes, *, most_bytes: int, most_pixels: int, is_preview: bool = False) -> tuple[bytes, str]:
    """The picture as it goes out, and its type. Of several pages a preview shows the first."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            _check(picture, most_pixels, is_preview)
            kept = None if is_preview else _kept(content, picture, most_bytes)
            return kept or (_smaller(picture, most_bytes), "image/jpeg")
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Refused("unreadable") from error


def _check(picture: Image.Image, most_pixels: int, is_preview: bool) -> None:
    if picture.width * picture.height > most_pixels:
        raise Refused("too_many_pixels")
    if picture.format == "TIFF" and getattr(picture, "n_frames", 1) > 1 and not is_preview:
        raise Refused("pages")


def _kept(content: bytes, picture: Image.Image, most_bytes: int) -> tuple[bytes, str] | None:
    """As it is, but for its metadata; None if that is too large, not upright, or of another type."""
    kind = picture.format or ""
    is_upright = picture.getexif().get(_ORIENTATION, 1) == 1
    if kind in _BARE and is_upright and picture.mode != "CMYK":
        kept = _BARE[kind](content)
        if len(kept) <= most_bytes:
            picture.load()  # one that can't be shown is not sent
            return kept, types_by(kept)[0]
    if getattr(picture, "is_animated", False) and kind in {"GIF", "PNG", "WEBP", "AVIF"}:
        raise Refused("animated")
    return None


def _smaller(picture: Image.Image, most_bytes: int) -> bytes:
    picture.draft("RGB", (MOST_SIDE, MOST_SIDE))  # a JPEG is then not even unpacked in full
    if picture.mode not in {"RGB", "RGBA", "L", "CMYK"}:
        picture = _simple(picture)
    profile = _profile(picture)
    picture.thumbnail((MOST_SIDE, MOST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    upright = ImageOps.exif_transpose(picture)
    shown = _on_white(_in_colours_of_the_web(upright, profile))
    for side, quality in STEPS:
        scaled = shown.copy()
        scaled.thumbnail((side, side), Image.Resampling.LANCZOS)
        if len(made := _saved(scaled, quality)) <= most_bytes:
            return made
    raise Refused("too_large")


def _simple(picture: Image.Image) -> Image.Image:
    """Palettes, 16 bits of grey and the like, in 8 bits, with its transparency and orientation."""
    if picture.mode.startswith("I"):
        plain = picture.convert("I").point(lambda grey: grey * (1 / 256)).convert("L")
    else:
        plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    plain.info |= picture.info
    return plain


def _profile(picture: Image.Image) -> bytes | None:
    profile = picture.info.get("icc_profile")
    return profile if profile and len(profile) <= _MOST_PROFILE else None


def _in_colours_of_the_web(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Phones' own colours would look pale without the profile that says so."""
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if profile and picture.mode in {"RGB", "CMYK"}:
        try:
            changed = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError):
            changed = None  # a profile that can't be read, or is of other colours
        if changed is not None:
            return changed
    return picture.convert(mode)


def _on_white(picture: Image.Image) -> Image.Image:
    """JPEG knows no transparency."""
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _saved(picture: Image.Image, quality: int) -> bytes:
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=quality, optimize=True, exif=b"", comment=b"")
    return made.getvalue()
