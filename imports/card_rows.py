"""Contact cards as the rows of a table, so that they go the same way as a CSV file."""

from collections.abc import Iterator
from typing import IO

from accounts.pasted import cleaned
from imports.table import CELL_MOST, Row
from imports.vcards import Card, cards_in

# By which the columns are known; not translated.
HEADER = ("Number", "Name", "Notes", "Company", "E-mail", "Website", "Birthday")
BETWEEN = " ::: "  # several numbers of one person, as Google writes them


def rows_of_cards(text: IO[str]) -> Iterator[Row]:
    """The headings, then each card that says something, with the line of its beginning."""
    yield 0, list(HEADER)
    for card in cards_in(text):
        cells = [cleaned(cell)[:CELL_MOST] for cell in _cells_of(card)]
        if any(cells):
            yield card.line, cells


def _cells_of(card: Card) -> tuple[str, ...]:
    """What a phone exports as one of several is the first, but for numbers: faxes are none to be texted."""
    first = [(values or [""])[0] for values in (card.emails, card.urls)]
    numbers = BETWEEN.join(card.numbers)
    return numbers, card.name or card.organization, card.notes, card.organization, *first, card.birthday
