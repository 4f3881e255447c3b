"""Texts in which nothing can be seen, though there are characters in them."""

import re
import unicodedata

from django.utils.translation import gettext_lazy

WORDS = gettext_lazy("Only invisible characters")

# Controls, marks of direction and the like, surrogates, and blanks of every kind.
_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})
# Of other categories: fillers of Hangul, the blank of Braille, a sign that joins, vowels of Khmer that nobody
# writes, selectors of a variation, the place of an object that was not sent, a note without a head.
_OTHERS = re.compile(
    "[\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0f\ufffc"
    "\U0001d159\U000e0000-\U000e0fff]"
)


def is_unseen(text: str) -> bool:
    """Whether it has characters, and shows none."""
    return bool(text) and all(unicodedata.category(one) in _CATEGORIES or _OTHERS.match(one) for one in text)
