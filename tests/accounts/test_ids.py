"""What is an id, of all that somebody may write into a URL."""

import pytest

from accounts.ids import MAX_ID, read_id

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("text", "expected"), [("1", 1), ("007", 7), (str(MAX_ID), MAX_ID)])
def test_id_is_read(text: str, expected: int) -> None:
    assert read_id(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "0", "00", "-1", "+1", "1.0", "1e3", "0x1", "1_000", " 1", "1 ", "1\n", "1\0"),
        *("²", "१२", "１", str(2**63), "9" * 20, "0" * 19 + "1", "9" * 5_000),
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert read_id(text) is None
