"""What people paste, without what they can't see: the one place that says what is taken off.

Portals, mails and spreadsheets put zero-width characters, marks of direction, soft hyphens, byte order marks
and no-break blanks around what one copies from them. All forms, the API and all imports read by `cleaned`;
only the words of messages and notes, and passwords, stay as they are.
"""

import re
from typing import Any

from django import forms

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
# Within a name these join letters or parts of an emoji; at its ends, and in a code, they mean nothing.
_JOINERS = "\u200c\u200d"
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
_NO_BREAK = str.maketrans(dict.fromkeys("\u00a0\u2007\u202f", " "))
_OF_NO_CODE = re.compile(rf"[\s{_JOINERS}{_BLANK_LETTERS}]")


def cleaned(text: str, *, is_code: bool = False) -> str:
    """Without invisible characters, and without blanks at its ends; a code has none within it either."""
    seen = _INVISIBLE.sub("", text).translate(_NO_BREAK)
    if is_code:
        return _OF_NO_CODE.sub("", seen)
    before = ""
    while seen != before:  # blanks and joiners may lie one within the other
        before, seen = seen, seen.strip().strip(_JOINERS + _BLANK_LETTERS)
    return seen


class CodeField(forms.CharField):
    """Something that is copied as a whole, such as an id or a secret: nothing in it is a blank."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(cleaned(value, is_code=True) if isinstance(value, str) else value)


def is_of_words(field: forms.CharField) -> bool:
    """Messages, notes and passwords: what is written there is meant."""
    return not field.strip or isinstance(field.widget, forms.Textarea)


def clean_all_forms() -> None:
    """Has every text field read by `cleaned`, those of models and of libraries too: none can forget it."""
    read = forms.CharField.to_python

    def to_python(field: forms.CharField, value: Any) -> Any:
        if isinstance(value, str) and not is_of_words(field):
            value = cleaned(value)
        return read(field, value)

    forms.CharField.to_python = to_python  # type: ignore[method-assign, assignment]
