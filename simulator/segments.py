"""How many segments a text takes: GSM-7 160 or 153 each, UCS-2 70 or 67."""

from __future__ import annotations

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = frozenset("^{}\\[~]|€\f")
GSM7 = GSM7_BASIC | GSM7_EXTENSION


def count_segments(body: str) -> int:
    """Segments of a text; an empty one (media only) counts as one.

    A character that takes two places is never split over two segments.
    """
    if GSM7.issuperset(body):
        return _pack([2 if c in GSM7_EXTENSION else 1 for c in body], single=160, part=153)
    return _pack([2 if ord(c) > 0xFFFF else 1 for c in body], single=70, part=67)


def _pack(widths: list[int], *, single: int, part: int) -> int:
    if sum(widths) <= single:
        return 1
    segments, used = 1, 0
    for width in widths:
        if used + width > part:
            segments, used = segments + 1, 0
        used += width
    return segments
