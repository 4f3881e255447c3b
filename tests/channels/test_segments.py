"""Segments, against the simulator's own count, which was written by others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.segments import segmentation
from simulator.segments import count_segments


@pytest.mark.parametrize(
    ("text", "segments", "encoding"),
    [
        ("", 1, "GSM-7"),
        ("x" * 160, 1, "GSM-7"),
        ("x" * 161, 2, "GSM-7"),
        ("x" * 306, 2, "GSM-7"),
        ("x" * 307, 3, "GSM-7"),
        ("€" * 80, 1, "GSM-7"),
        ("€" * 81, 2, "GSM-7"),
        ("é" * 160, 1, "GSM-7"),
        ("ж" * 70, 1, "UCS-2"),
        ("ж" * 71, 2, "UCS-2"),
        ("🎉" * 35, 1, "UCS-2"),
        ("🎉" * 36, 2, "UCS-2"),
        ("x" * 152 + "€", 1, "GSM-7"),
    ],
)
def test_segments_of_a_text(text: str, segments: int, encoding: str) -> None:
    result = segmentation(text)
    assert (result.segments, result.encoding) == (segments, encoding)


def test_character_that_makes_a_text_ucs2_is_named() -> None:
    assert segmentation("Grüße – bis bald").culprit == "–"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=700))
def test_segments_agree_with_the_simulator(text: str) -> None:
    assert segmentation(text).segments == max(1, count_segments(text))
