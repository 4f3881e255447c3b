"""What the columns of a file mean: guessed by their headings, and never where they don't tell."""

import re
from collections.abc import Iterator, Sequence
from typing import TypedDict

from django.utils.translation import gettext as _

from imports import words
from imports.kinds import Cells, Field
from imports.table import Row

SKIP, ASK = "-", ""
SAMPLES_MOST, SAMPLE_CHARACTERS = 3, 60
REASON = "reason"  # the column that a file of faulty rows has more
_LOOKS_LIKE_DATA = re.compile(r"\d.*\d.*\d.*\d|@")
# What tools export beside what is wanted; left out unless somebody says otherwise.
_KNOWN_TO_NOBODY = re.compile(
    rf"{REASON}|(phone|e-mail|email|address|website|event|relation|custom field|im|external id) \# - .*"
    r"|organi[sz]ation \# - .*|e-?mail-?adresse|courriel|correo electrónico|sitio web|site web|webseite"
    r"|(phonetic|yomi|file as|nickname|maiden|short) ?.*|.*\b(yomi|phonetic).*"
    r"|(name|middle|first|last|given|family|additional) name (yomi|prefix|suffix)|name (prefix|suffix)"
    r"|title|suffix|initials|gender|birthday|anniversary|geburtstag|jahrestag|anrede|titel|photo|labels"
    r"|group membership|categories|kategorien|sensitivity|priority|private|privat|mileage|hobby|language"
    r"|location|directory server|billing information|subject|occupation|internet free busy|keywords"
    r"|(home|business|other|work) (street|city|state|postal code|country|country/region|address|po box)( \#)?"
    r"|(home|business|other|company main)? ?fax( number)?|pager|telex|isdn|tty/tdd phone|radio phone|callback"
    r"|e-?mail( \#)?( address| display name| type)?|e-?mail( \#)? (address|display name|type)"
    r"|web ?(page|site)|spouse|children|referred by|user \#|account|government id number"
    r"|organi[sz]ational id.*|assistant's phone|company main phone"
    r"|organization (name|title|department)|company|company name|firma|job title|department|abteilung|manager"
    r"|manager's name|assistant's name|record id|(contact|lead) (id|owner|status|source)|lifecycle stage"
    r"|(create|created|last activity|last modified) date|associated company( ids?)?|account name|website url"
)


class Column(TypedDict):
    heading: str
    samples: list[str]
    filled: int  # rows that have something in it, the first row aside


def normal(heading: str) -> str:
    """As headings are compared: whatever stands around them, and whichever of several it is."""
    words = " ".join(heading.replace("_", " ").split()).casefold().strip(" *:.")
    return re.sub(r"(?<![^\s])\d+(?![^\s])", "#", words)


def is_heading(first: Sequence[str], fields: Sequence[Field]) -> bool:
    """Whether the first row names columns. Words that nobody knows do, unless something looks like data."""
    if any(_field_of(cell, fields) or _is_left_out(cell) for cell in first):
        return True
    return not any(_LOOKS_LIKE_DATA.search(cell) for cell in first)


def width(columns: Sequence[Column], *, has_headings: bool) -> int:
    """How many columns there are: those beyond the last heading are none, but strays of a row."""
    if not has_headings:
        return len(columns)
    return max((place for place, column in enumerate(columns, 1) if column["heading"]), default=0)


def guess(columns: Sequence[Column], fields: Sequence[Field], *, has_headings: bool) -> list[str]:
    """The meaning of each column."""
    if not has_headings:
        names = [field.name for field in fields if field.in_order]
        return [names[place] if place < len(names) else ASK for place in range(len(columns))]
    taken: set[str] = set()
    most = width(columns, has_headings=True)
    named = [_guessed(column, fields, taken) for column in columns[:most]]
    return named + [SKIP] * (len(columns) - most)


def _guessed(column: Column, fields: Sequence[Field], taken: set[str]) -> str:
    """A second column for what can be one only is asked about."""
    field = _field_of(column["heading"], fields)
    if field is None:
        return SKIP if not column["filled"] or _is_left_out(column["heading"]) else ASK
    if not column["filled"] and (field.several or field.name in taken):
        return SKIP
    if field.name in taken and not field.several:
        return ASK
    taken.add(field.name)
    return field.name


def _field_of(heading: str, fields: Sequence[Field]) -> Field | None:
    """Its own name is meant before anything else of the same name."""
    exact, loose = " ".join(heading.split()).casefold(), normal(heading)
    if exact and (named := next((field for field in fields if field.label.casefold() == exact), None)):
        return named
    for key in filter(None, (exact, loose)):
        if found := next((field for field in fields if key in field.headings), None):
            return found
    return None


def _is_left_out(heading: str) -> bool:
    return bool(_KNOWN_TO_NOBODY.fullmatch(normal(heading)))


def cells_of(rows: Sequence[Row], meanings: Sequence[str]) -> Iterator[Cells]:
    """What stands in a row's columns, by their meaning, of those that mean something."""
    places: dict[str, list[int]] = {}
    for place, meaning in enumerate(meanings):
        if meaning not in (ASK, SKIP):
            places.setdefault(meaning, []).append(place)
    for line, cells in rows:
        yield line, {name: _texts(cells, found) for name, found in places.items()}


def _texts(cells: Sequence[str], places: Sequence[int]) -> list[str]:
    return [cells[place] if place < len(cells) else "" for place in places]


def too_long(cells: Sequence[str], columns: int) -> str:
    """Why a row that has more cells than there are columns can't be trusted; "" if it hasn't."""
    if len(cells) <= columns:
        return ""
    return words.MORE_CELLS()


def heading_of(column: Column, place: int, *, has_headings: bool) -> str:
    named = column["heading"] if has_headings else ""
    return named or _("Column %s") % (place + 1)


class Counting:
    """The columns of a file, counted while its rows pass."""

    def __init__(self) -> None:
        self.columns: list[Column] = []
        self.first: list[str] | None = None

    def add(self, cells: Sequence[str]) -> None:
        if self.first is None:
            self.first = list(cells)
            self.columns = [Column(heading=cell[:200], samples=[], filled=0) for cell in cells]
            return
        for _place in range(len(self.columns), len(cells)):
            self.columns.append(Column(heading="", samples=[], filled=0))
        for column, cell in zip(self.columns, cells, strict=False):
            if cell:
                column["filled"] += 1
                self._sample(column, " ".join(cell.split())[:SAMPLE_CHARACTERS])

    def _sample(self, column: Column, text: str) -> None:
        if len(column["samples"]) < SAMPLES_MOST and text not in column["samples"]:
            column["samples"].append(text)
