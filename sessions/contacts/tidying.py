"""Words as people paste them, without what nobody sees: what looks the same is the same."""

import unicodedata

_JOINERS = "\u200c\u200d"  # parts of words, and of emoji
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


def tidy(text: str) -> str:
    """One line."""
    return " ".join(part for part in map(_seen, _spaced(text).split()) if part)


def tidy_lines(text: str) -> str:
    """Line by line; empty lines stay, except before and after all."""
    return "\n".join(map(tidy, text.splitlines())).strip("\n")


def _spaced(text: str) -> str:
    return "".join(" " if one.isspace() or unicodedata.category(one)[0] == "Z" else one for one in text)


def _seen(word: str) -> str:
    seen = "".join(one for one in word if one in _JOINERS or unicodedata.category(one) not in _UNSEEN)
    return unicodedata.normalize("NFC", seen).strip(_JOINERS)
