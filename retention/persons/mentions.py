"""Where a number stands in what others wrote down: requests as they came, and rows of files."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import ValidationError

from channels.phone_numbers import is_e164, national_of, read_number

BETWEEN = " – "  # the parts of what a record is called
_BETWEEN_NUMBERS = re.compile(r"\s*(?::::|[;\n\r|])\s*")  # several of one person, in a cell of a file
_LAST_DIGITS, _DIGITS_MOST = 4, 20  # by which most cells are no number of the person, before it is read


_WORD = re.compile(r"[^\W_]+")


def digits_of(address: str) -> str:
    """By which a phone's number is found, however it is encoded; "" of what is no phone's."""
    return address.removeprefix("+") if is_e164(address) else ""


def is_in(address: str, body: bytes) -> bool:
    """Whether a request names the number: not as a part of a longer one."""
    digits = digits_of(address).encode()
    return bool(digits and re.search(rb"(?<![0-9])" + digits + rb"(?![0-9])", body))


def names(address: str, said: object) -> bool:
    """Whether a record of ours, or what it says, names the address.

    A phone's number does so wherever it stands. Any other address may be a word that others use, too, or a
    part of their numbers: only where it is all that is said.
    """
    if isinstance(said, dict):
        return any(names(address, one) for pair in said.items() for one in pair)
    if isinstance(said, list | tuple):
        return any(names(address, one) for one in said)
    if not isinstance(said, str):
        return False
    return is_in(address, said.encode()) if digits_of(address) else address in said.split(BETWEEN)


def is_called(name: str, said: str) -> bool:
    """Whether all words of a person's name stand there one after the other, as in the name of a file."""
    name, said = (" ".join(_WORD.findall(text.casefold())) for text in (name, said))
    return bool(name) and f" {name} " in f" {said} "


def is_asked_for(address: str, query: str, called: Iterable[str] = ()) -> bool:
    """Whether a kept query asks for the address, or searches for one of the person's names."""
    wanted = {name.casefold() for name in called}
    asked = [(key, value.strip()) for key, value in parse_qsl(query.removeprefix("?"))]
    return any(names(address, value) or (key == "q" and value.casefold() in wanted) for key, value in asked)


def has_cell(address: str, cells: Iterable[object]) -> bool:
    """Whether a row of a file is the number's: whole, or as it is dialled within its country."""
    return any(_is_number(address, part) for cell in cells for part in _BETWEEN_NUMBERS.split(str(cell)))


def _is_number(address: str, cell: str) -> bool:
    if cell.strip() == address:
        return True
    digits, written = digits_of(address), re.sub(r"\D", "", cell)
    if not digits or digits[-_LAST_DIGITS:] not in (known := _plain(written)):
        return False
    return known in {digits, national_of(address)} or _read(cell) == address


def _plain(written: str) -> str:
    """In the digits of any script; without zeros before it."""
    return str(int(written)) if 0 < len(written) <= _DIGITS_MOST else ""


def _read(cell: str) -> str:
    """As an import reads it."""
    try:
        return read_number(cell, settings.DEFAULT_REGION).address
    except ValidationError:
        return ""


def without(address: str, lines: Iterable[str]) -> Iterator[str]:
    return (line for line in lines if line.strip() != address)
