"""Words as people paste them, in one form: what looks the same is the same."""

import unicodedata

from accounts.pasted import cleaned

_OF_NO_WORD = {"Cc", "Cs", "Co", "Cn"}  # categories of Unicode: controls, halves, and what has no meaning


def tidy(text: str) -> str:
    """One line."""
    return unicodedata.normalize("NFC", " ".join(filter(None, map(_seen, text.split()))))


def tidy_lines(text: str) -> str:
    """Line by line; empty lines stay, except before and after all."""
    return "\n".join(map(tidy, text.splitlines())).strip("\n")


def _seen(word: str) -> str:
    return cleaned("".join(one for one in word if unicodedata.category(one) not in _OF_NO_WORD))
