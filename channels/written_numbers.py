"""What of a written phone number is the number: its digits, and its plus.

People, mails, phones and spreadsheets write with every kind of blank, dash, bracket and invisible mark, and
with the digits of their own script. Nothing of that is stored, and nothing else is dropped silently.
"""

import re
import unicodedata

_DECORATION = frozenset("().-/·•‧")
_LOOKS_LIKE = {
    "−": "-",
    "⁻": "-",
    "﹣": "-",
    "＋": "+",
    "﹢": "+",
    "⁺": "+",
    "（": "(",
    "）": ")",
    "．": ".",
    "／": "/",
}
# Control and format characters, blanks, dashes, and what is drawn around a digit (keycaps).
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Pd", "Me"})
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f")
_FORMULA = re.compile(r'=?"([^"]*)"')  # by which spreadsheets are told to keep a text
_BRACKETED_ZERO = "(0)"
_WHOLE = re.compile(r"([1-9][0-9]{10,})[.,]0")
_SHORTENED = re.compile(r"\+?[0-9](?:[.,][0-9]*)?[eE]\+?[0-9]+")


def bare(text: str) -> str:
    """Without what can't be seen; digits are ASCII. Brackets, dots and slashes are still there."""
    return "".join(map(_seen, _FORMULA.sub(r"\1", text.strip()))).lstrip("'’‘`´")


def is_shortened(text: str) -> bool:
    """Whether a spreadsheet has left the first digits only: 4.42E+11."""
    return bool(_SHORTENED.fullmatch(bare(text)))


def without_fraction(seen: str) -> str:
    """Programs write a column of numbers as 442079460958.0."""
    whole = _WHOLE.fullmatch(seen)
    return whole[1] if whole else seen


def digits_of(text: str, *, drops_zero: bool = True) -> str:
    """+442079460958 of "+44 (0)20 7946 0958"; what is no number keeps what makes it none.

    00 is a plus; a zero in brackets behind a country code is dropped, and so is ".0", which programs add.
    """
    seen = without_fraction(bare(text))
    if drops_zero and has_bracketed_zero(text):
        seen = seen.replace(_BRACKETED_ZERO, "")
    digits = "".join(one for one in seen if one not in _DECORATION)
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def has_bracketed_zero(text: str) -> bool:
    """Behind a country code, where it stands for those who call from within the country."""
    seen = bare(text)
    return seen.startswith(("+", "00")) and _BRACKETED_ZERO in seen


def _seen(one: str) -> str:
    if one.isascii() and one.isprintable() and one != " ":
        return "" if one == "\x7f" else one
    if one in _LOOKS_LIKE:
        return _LOOKS_LIKE[one]
    category = unicodedata.category(one)
    if category == "Nd":
        return str(unicodedata.decimal(one))
    is_unseen = category in _UNSEEN_CATEGORIES or one in _BLANK_LETTERS or _is_variation_selector(one)
    return "" if is_unseen else one


def _is_variation_selector(one: str) -> bool:
    return "\ufe00" <= one <= "\ufe0f" or "\U000e0100" <= one <= "\U000e01ef" or "\u180b" <= one <= "\u180f"
