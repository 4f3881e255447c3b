"""Which way words are written: names from right to left stand by themselves, in whatever they are put.

A sentence that is composed of names has them by `isolated`, or a Hebrew name takes the punctuation and the
digits beside it along. `{% blocktranslate %}` does so by itself, `|bdi` where a name stands in a page.
"""

import re
from unicodedata import bidirectional

_OPENING = {"LRE": "PDF", "RLE": "PDF", "LRO": "PDF", "RLO": "PDF", "LRI": "PDI", "RLI": "PDI", "FSI": "PDI"}
_CLOSING = {"PDF", "PDI"}
_TURNING = {"R", "AL"} | _OPENING.keys() | _CLOSING
_PARAGRAPH = "B"
_MARKS = "\u061c\u200e\u200f"
OPENING_CONTROLS = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
CLOSING_CONTROLS = "\u202c\u2069"
CONTROLS = _MARKS + OPENING_CONTROLS + CLOSING_CONTROLS  # a part of no file's name and of no address
_FIRST_STRONG, _END = "\u2068", "\u2069"
_CONTROL = re.compile(f"[{CONTROLS}]")


def is_from_right_to_left(text: str) -> bool:
    """Whether anything in it, a letter or a control, could change the order of what stands beside it."""
    return not text.isascii() and any(bidirectional(one) in _TURNING for one in text)


def isolated(words: object) -> str:
    """As a part of a sentence: text that changes nothing beside it comes back as it is."""
    text = str(words)
    if not is_from_right_to_left(text):
        return text
    text = balanced(text)
    return text if _is_one_isolate(text) else f"{_FIRST_STRONG}{text}{_END}"


def balanced(text: str) -> str:
    """Without controls that are never closed, and such as close what was opened elsewhere."""
    extra = _unbalanced(text)
    return "".join(one for at, one in enumerate(text) if at not in extra) if extra else text


def without_controls(text: str) -> str:
    """Of a file's name or an address: its letters in the order in which a machine reads them."""
    return _CONTROL.sub("", text)


def _unbalanced(text: str) -> set[int]:
    """By the rules of Unicode's algorithm: a PDI ends what was opened within its isolate, a line ends all."""
    extra: set[int] = set()
    opened: list[tuple[int, str]] = []  # where, and by what it is closed
    for at, one in enumerate(text):
        kind = bidirectional(one)
        if kind in _OPENING:
            opened.append((at, _OPENING[kind]))
        elif kind == _PARAGRAPH:
            extra |= {begin for begin, _ in opened}
            opened.clear()
        elif kind in _CLOSING:
            extra |= _closed(opened, at, kind)
    return extra | {begin for begin, _ in opened}


def _closed(opened: list[tuple[int, str]], at: int, kind: str) -> set[int]:
    """Takes the control that this one closes off `opened`; which of them mean nothing."""
    if kind == "PDF":
        if opened and opened[-1][1] == kind:
            opened.pop()
            return set()
        return {at}
    if all(end != kind for _, end in opened):
        return {at}
    within = set()
    while opened[-1][1] != kind:
        within.add(opened.pop()[0])
    opened.pop()
    return within


def _is_one_isolate(text: str) -> bool:
    """Of balanced text: whether the isolate that it begins with ends where it ends."""
    if not (text.startswith(_FIRST_STRONG) and text.endswith(_END)):
        return False
    return not _unbalanced(text[1:-1])
