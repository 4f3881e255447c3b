"""What a contact card (vCard 2.1 to 4.0) says of names and numbers. It comes from strangers."""

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MOST_CARDS, MOST_NUMBERS, MOST_CHARACTERS = 20, 10, 127
MOST_BYTES = 256 * 1024  # behind them there are pictures at most
_FOLDED = re.compile(r"\r?\n[ \t]")
_QUOTED = "QUOTED-PRINTABLE"  # of version 2.1; its lines go on after a = at their end
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass
class Card:
    """`name` may be empty; `numbers` are as somebody wrote them."""

    name: str = ""
    numbers: list[str] = field(default_factory=list)


def cards_of(content: bytes) -> list[Card]:
    """Those that say something."""
    text = content[:MOST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    cards: list[Card] = []
    for line in _lines(_FOLDED.sub("", text)):
        head, _colon, value = line.partition(":")
        name, *parameters = head.upper().split(";")
        name = name.rpartition(".")[2].strip()  # Apple puts a group before it: item1.TEL
        if name == "BEGIN":
            cards.append(Card())
        elif cards:
            _note(cards[-1], name, _read(value, parameters))
    return [card for card in cards if card.name or card.numbers][:MOST_CARDS]


def _lines(text: str) -> Iterator[str]:
    lines = iter(text.splitlines())
    for line in lines:
        while line.endswith("=") and _QUOTED in line.partition(":")[0].upper():
            line = line[:-1] + next(lines, "")
        yield line


def _note(card: Card, name: str, value: str) -> None:
    if name == "FN":
        card.name = _clean(value) or card.name
    elif name == "N" and not card.name:
        family, given = [*value.split(";"), ""][:2]
        card.name = _clean(f"{given} {family}")
    elif name == "ORG" and not card.name:
        card.name = _clean(value.replace(";", " "))
    elif name == "TEL" and len(card.numbers) < MOST_NUMBERS:
        number = _clean(re.sub("^tel:", "", value, flags=re.IGNORECASE))
        if number and number not in card.numbers:
            card.numbers.append(number)


def _read(value: str, parameters: list[str]) -> str:
    if _QUOTED in {one.removeprefix("ENCODING=") for one in parameters}:
        charset = next((one[8:] for one in parameters if one.startswith("CHARSET=")), "utf-8")
        try:
            value = quopri.decodestring(value.encode("utf-8", "replace")).decode(charset, "replace")
        except (LookupError, ValueError):
            value = ""
    return value


def _clean(value: str) -> str:
    unescaped = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    return " ".join(_UNSEEN.sub(" ", unescaped).split())[:MOST_CHARACTERS]
