"""What a spreadsheet makes of a cell that somebody else has written."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.csv_export import harmless, unharmed
from channels.written_numbers import digits_of

SIGNS = "=+-@＝＋－＠"


@given(
    before=st.sampled_from(["", "Hello", "a, b", "1"]),
    separator=st.sampled_from([";", "\n", "\r\n", "\t", "; "]),
    sign=st.sampled_from(SIGNS),
    after=st.sampled_from(["cmd|' /C calc'!A0", "SUM(A1)", "HYPERLINK(1)", "x"]),
)
def test_no_part_of_a_cell_is_a_formula(before: str, separator: str, sign: str, after: str) -> None:
    text = f"{before}{separator}{sign}{after}"
    kept = harmless(text)
    for delimiter in ";\t,":
        for row in csv.reader(io.StringIO(kept), delimiter=delimiter):
            assert not any(cell.strip()[:1] in set(SIGNS) for cell in row), (delimiter, row)
    assert unharmed(kept) == text


@pytest.mark.parametrize(
    "text",
    ["+14155550123", "Bring:\n- milk\n- 2 eggs", "12; -5", "a = b", "See you; @ 5?", "O’Brien; x=1"],
)
def test_what_is_no_formula_stays_or_comes_back(text: str) -> None:
    assert unharmed(harmless(text)) == text


def spreadsheet(cell: str) -> str:
    """What Excel writes of a cell that it has read: numbers by their first digits, texts as they are."""
    bare = cell.removeprefix("+")
    if not re.fullmatch(r"[0-9]+", bare):
        return cell
    return bare if len(bare) <= 11 else f"{float(bare):.5E}".replace("E+0", "E+")


@given(number=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_phone_number_comes_back_from_a_spreadsheet(number: str) -> None:
    assert spreadsheet(number) != number
    assert unharmed(spreadsheet(harmless(number))) == number
    assert digits_of(spreadsheet(harmless(number))) == number


def test_words_are_left_alone() -> None:
    assert harmless("Bring:\n- milk\n- 2 eggs") == "Bring:\n- milk\n- 2 eggs"
    assert harmless("12; -5; a = b") == "12; -5; a = b"
    assert harmless("=1") == "'=1"
