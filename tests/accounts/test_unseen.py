"""Which texts show nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.unseen import is_unseen

pytestmark = pytest.mark.once

UNSEEN = [
    *("\u200b", "\u200d\u200c", "\u2060", "\ufeff", "\u00ad", "\u061c", "\u180e", "\u034f", "\u202e\u202c"),
    *("\u2066\u2069", "\u3164", "\uffa0", "\u115f\u1160", "\u2800\u2800", "\ufe0f", "\ufe00", "\U000e0100"),
    *(
        "\U000e0067\U000e007f",
        "\u180b",
        "\u17b5",
        "\ufffc",
        "\x00",
        "\x07\x1b",
        "\x85",
        " ",
        "\u00a0",
        "\u3000",
    ),
    *("\u2028", "\n\t ", "\u200b \u2800\n\u3164", "\U0001d159"),
]
SEEN = [
    "a",
    ".",
    "\u200ba",
    "❤\ufe0f",
    "\u0301",
    "👨\u200d👩",
    "٣",
    "ـ",
    "\u00b7",
    "\u2800.",
    "ㅤㅏ",
    "🏴\U000e0067",
]


@pytest.mark.parametrize("text", UNSEEN)
def test_text_without_anything_to_see(text: str) -> None:
    assert is_unseen(text) is True


@pytest.mark.parametrize("text", ["", *SEEN])
def test_text_with_something_to_see_or_without_anything(text: str) -> None:
    assert is_unseen(text) is False


@given(
    st.lists(st.sampled_from("".join(UNSEEN)), min_size=1).map("".join),
    st.characters(categories=["L", "N", "P", "S"]),
)
def test_one_sign_that_can_be_seen_is_enough(blanks: str, sign: str) -> None:
    assert is_unseen(blanks)
    if not is_unseen(sign):
        assert not is_unseen(blanks + sign + blanks)


@given(st.characters(categories=["Lu", "Ll", "Nd", "Po", "Sc", "Sm"]))
def test_letters_digits_and_signs_are_seen(sign: str) -> None:
    assert not is_unseen(sign), unicodedata.name(sign, hex(ord(sign)))
