"""Ids as browsers send them: in query strings, in forms, in cursors."""

import re

MAX_ID = 2**63 - 1  # the largest that a row can have
_ID = re.compile("[0-9]{1,19}")  # in ASCII: Python's `int` reads the digits of all scripts, and spaces


def read_id(text: str) -> int | None:
    """None for what no row can have as its id; nothing else of the text is believed."""
    number = int(text) if _ID.fullmatch(text) else 0
    return number if 0 < number <= MAX_ID else None
