"""Contact cards (vCard 2.1, 3.0 and 4.0) of strangers' phones and of whatever exports contacts.

`vobject` reads their lines: folding, groups, parameters, quoted-printable and its character sets. It is given
one property at a time, and only those that are wanted: one line that it can't read would cost it the card, it
would write that line into the log, and a picture of some megabytes would take it minutes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO, StringIO

from vobject import base

from imports.files import encoding_of

CHARACTERS_MOST = 20_000  # of a property
PROPERTIES_MOST = 100  # of a card, of those that are wanted
_WANTED = re.compile(
    r"(?:[\w-]+\.)?(FN|N|ORG|TEL|EMAIL|NOTE|URL|BDAY|BEGIN|END)(?=[;:\s])[^:]*:", re.IGNORECASE
)
_BEGIN, _END = (
    re.compile(r"begin\s*:\s*vcard\s*", re.IGNORECASE),
    re.compile(r"end\s*:\s*vcard\s*", re.IGNORECASE),
)
_QUOTED = "QUOTED-PRINTABLE"  # of version 2.1; its lines go on after a = at their end
_CHARSET = re.compile(r";CHARSET=[^;:]*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FIELDS = re.compile(r"(?<!\\);")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_SCHEME = re.compile(r"(tel|sms|mailto):", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T.*)?")
_NOT_TEXTED = frozenset({"FAX", "PAGER", "MODEM", "BBS", "ISDN", "VIDEO", "TEXTPHONE"})


@dataclass
class Card:
    """What it says; `line` is that of its beginning. Numbers are as somebody wrote them, faxes apart."""

    line: int
    name: str = ""
    organization: str = ""
    numbers: list[str] = field(default_factory=list)
    faxes: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    notes: str = ""
    birthday: str = ""  # as 2026-12-24

    @property
    def says_something(self) -> bool:
        return bool(self.name or self.organization or self.numbers or self.faxes)


def begins_like_cards(text: str) -> bool:
    """Whether it is cards, as far as its first words tell."""
    return bool(re.match(r"[\s\ufeff\u200b\0]*begin\s*:\s*vcard", text[:4096], re.IGNORECASE))


def cards_in(lines: Iterable[str]) -> Iterator[Card]:
    """Those of a text, one after the other; any text has some, or none."""
    card: Card | None = None
    depth = count = 0
    for line, text in _properties(lines):
        if _BEGIN.fullmatch(text):
            depth += 1
            if depth == 1:
                card, count = Card(line), 0
        elif _END.fullmatch(text):
            depth = max(depth - 1, 0)
            if card and not depth:
                yield card
                card = None
        elif (
            card and depth == 1 and count < PROPERTIES_MOST
        ):  # within a card there may be another, of an agent
            count += 1
            _note(card, text)
    if card:
        yield card  # which nothing ends


def cards_of(content: bytes) -> Iterator[Card]:
    """The same of a whole file, whatever its encoding."""
    text = content.decode(encoding_of(BytesIO(content)), "replace")
    return cards_in(StringIO(text, newline=None))


def _properties(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The wanted ones, with all their lines, and the line in which each begins."""
    held: list[str] = []
    begun = length = 0
    goes_on = False  # quoted-printable, beyond the end of a line
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n").lstrip("\ufeff")
        if held and (goes_on or line[:1] in (" ", "\t")):
            length += len(line)
            if length <= CHARACTERS_MOST:
                held.append(line)
        else:
            if held:
                yield begun, "\n".join(held)
            is_wanted = bool(_WANTED.match(line.strip()[:1000]))
            held = [line.strip()[:CHARACTERS_MOST]] if is_wanted else []
            begun, length = number, len(line)
        goes_on = bool(held) and line.endswith("=") and _QUOTED in held[0].partition(":")[0].upper()
    if held:
        yield begun, "\n".join(held)


def _note(card: Card, text: str) -> None:
    line = _read(text)
    if line is None:
        return
    kinds = {one.upper() for one in line.singletonparams} | {
        one for values in line.params.get("TYPE", ()) for one in values.upper().split(",")
    }
    value = line.value
    if line.name == "FN":
        card.name = _clean(value) or card.name
    elif line.name == "N" and not card.name:
        family, given, middle = [*_FIELDS.split(value), "", ""][:3]
        card.name = _clean(" ".join(map(_clean, (given, middle, family))))
    elif line.name == "ORG":
        card.organization = card.organization or _clean(" ".join(map(_clean, _FIELDS.split(value))))
    elif line.name == "TEL":
        number = _clean(_number(value))
        numbers = card.faxes if kinds & _NOT_TEXTED and "CELL" not in kinds else card.numbers
        _add(numbers, number)
    elif line.name == "EMAIL":
        _add(card.emails, _clean(_SCHEME.sub("", value, count=1)), first="PREF" in kinds)
    elif line.name == "URL":
        _add(card.urls, _clean(value), first="PREF" in kinds)
    elif line.name == "NOTE":
        card.notes = "\n".join(filter(None, (card.notes, _clean(value, lines=True))))
    elif line.name == "BDAY" and (day := _DAY.fullmatch(value.strip())):
        card.birthday = "-".join(day.groups())


def _read(text: str) -> base.ContentLine | None:
    """None for what is no property. What is in an unknown character set, or in none, is read as Latin-1."""
    head, colon, value = text.partition(":")
    head = re.sub(r"\s+", "", head).upper()
    for known in (head, f"{_CHARSET.sub('', head)};CHARSET=LATIN-1"):
        try:
            logical = next(base.getLogicalLines(StringIO(f"{known}{colon}{value}")), ("", 0))[0]
            return base.textLineToContentLine(logical[: 2 * CHARACTERS_MOST])
        except (base.VObjectError, LookupError, ValueError):
            continue
    return None


def _number(value: str) -> str:
    """`tel:+1-415-555-0123;ext=1`"""
    value = _clean(value)
    return _SCHEME.sub("", value, count=1).partition(";")[0] if _SCHEME.match(value) else value


def _add(values: list[str], value: str, *, first: bool = False) -> None:
    if value and value not in values:
        values.insert(0 if first else len(values), value)


def _clean(value: str, *, lines: bool = False) -> str:
    unescaped = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
    seen = _UNSEEN.sub(" ", unescaped)
    if not lines:
        return " ".join(seen.split())
    return "\n".join(" ".join(one.split()) for one in seen.splitlines()).strip()
