"""How many SMS segments a text takes. Source: 3GPP TS 23.038, and ITSPs' common limits."""

from dataclasses import dataclass

_ONE_UNIT = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO_UNITS = "\f^{}\\[~]|€"
_UNITS = {"gsm7": (160, 153), "ucs2": (70, 67)}  # (in a single segment, in one of several)

# The same for `frontend/portal/segments.js`, which counts while somebody types.
RULES = {"one": _ONE_UNIT, "two": _TWO_UNITS, "units": _UNITS}
_GSM7_TWO_UNITS = frozenset(_TWO_UNITS)
_GSM7 = frozenset(_ONE_UNIT) | _GSM7_TWO_UNITS


@dataclass(frozen=True)
class Segmentation:
    """`units` are septets in GSM-7, UTF-16 code units otherwise; `culprit` is what prevents GSM-7."""

    segments: int
    units: int
    culprit: str = ""

    @property
    def encoding(self) -> str:
        return "UCS-2" if self.culprit else "GSM-7"


def segmentation(text: str) -> Segmentation:
    """The segments of a text; an empty one takes one, as a picture alone does."""
    culprit = next((char for char in text if char not in _GSM7), "")
    widths = [_width(char, ucs2=bool(culprit)) for char in text]
    single, multi = _UNITS["ucs2" if culprit else "gsm7"]
    units = sum(widths)
    return Segmentation(1 if units <= single else _filled(widths, multi), units, culprit)


def _width(char: str, *, ucs2: bool) -> int:
    return (2 if ord(char) > 0xFFFF else 1) if ucs2 else (2 if char in _GSM7_TWO_UNITS else 1)


def _filled(widths: list[int], capacity: int) -> int:
    """Segments needed when a character of two units is never split over two."""
    segments, room = 1, capacity
    for width in widths:
        if width > room:
            segments, room = segments + 1, capacity
        room -= width
    return segments
