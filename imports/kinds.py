"""What can be imported. A kind is a class of an app to the right; settings.IMPORT_KINDS names them all.

A kind says what columns can mean, what each row would do, and stores rows by a few statements.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from accounts.directions import isolated
from accounts.models import User
from imports import words
from pbx_messaging.said import Said

SHORTENED = re.compile(r"\d[.,]?\d*[eE]\+?\d+")  # what a spreadsheet makes of a long number

Cells = tuple[int, dict[str, list[str]]]  # the line, and what stands in its columns, by their meaning
Seen = dict[str, int]  # the line of what may be in a file once


class Outcome(TextChoices):
    ADD = "add", gettext_lazy("Add")
    CHANGE = "change", gettext_lazy("Change")
    UNCHANGED = "unchanged", gettext_lazy("Unchanged")
    ERROR = "error", gettext_lazy("Error")


STORED = frozenset({Outcome.ADD, Outcome.CHANGE})


@dataclass(frozen=True)
class Field:
    """What a column can mean. `headings`: by which it is known, as `columns.normal` writes them.

    Of one with `several`, more than one column of a file can be. Those `in_order` are what a file without
    headings is taken for.
    """

    name: str
    label: str
    headings: Collection[str] = ()
    several: bool = False
    in_order: bool = True


class Shown(NamedTuple):
    """A cell of the preview. None is what stays as it is."""

    text: str | None
    note: str = ""


@dataclass
class Row:
    """What a row would do; `shown` are its cells in the preview."""

    line: int
    outcome: Outcome = Outcome.ERROR
    errors: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)

    @property
    def shown(self) -> Sequence[Shown]:
        raise NotImplementedError


@dataclass
class Stored:
    """What a page says of stored rows beside their number."""

    notes: list[str] = field(default_factory=list)
    invitations: list[int] = field(default_factory=list)  # ids of those that nobody is mailed


class Kind(ABC):
    """One import of a kind. Raises `Gone` where what it is for was deleted."""

    name: ClassVar[str]
    title: ClassVar[StrPromise]
    list_label: ClassVar[StrPromise]
    piece_rows: ClassVar[int] = 100  # of one transaction, which should take no longer than 50 ms
    takes_cards: ClassVar[bool] = False  # vCards, as `card_rows` puts them
    standing: ClassVar[str] = ""  # a template on top of its pages

    def __init__(self, target_id: int | None = None) -> None:
        self.target_id = target_id

    @staticmethod
    @abstractmethod
    def is_for(user: User) -> bool:
        """Whether the user may import such."""

    @property
    def target(self) -> Any:
        """What it is imported into, where the kind has such."""
        return None

    @property
    def heading(self) -> str:
        return str(self.title)

    @property
    def list_label_of(self) -> str:
        """What the way back is called."""
        return str(self.list_label)

    @property
    @abstractmethod
    def list_url(self) -> str:
        """Where what was imported is seen."""

    @property
    @abstractmethod
    def upload_url(self) -> str: ...

    @property
    @abstractmethod
    def example_url(self) -> str: ...

    @classmethod
    @abstractmethod
    def example(cls) -> tuple[str, Sequence[str], Sequence[Sequence[str]]]:
        """Name, header and rows of the example file."""

    @abstractmethod
    def words(self) -> Sequence[tuple[str, str]]:
        """(column, what stands there) for the page that takes the file."""

    @abstractmethod
    def remark(self) -> str:
        """What happens to that which the file leaves out."""

    @abstractmethod
    def fields(self) -> Sequence[Field]:
        """In the order in which a file without headings has them."""

    @abstractmethod
    def required(self) -> Sequence[Sequence[str]]:
        """Names of fields of which a file must have one each."""

    @abstractmethod
    def shown_columns(self) -> Sequence[str]: ...

    @abstractmethod
    def read(self, cells: Iterable[Cells], seen: Seen) -> Sequence[Row]:
        """What the rows would do; a handful of queries, however many rows. It adds to `seen`."""

    @abstractmethod
    def store(self, rows: Sequence[Any], *, by: User) -> Stored:
        """Within a transaction. Raises `IntegrityError` when somebody else was faster."""

    def finish(self) -> None:  # noqa: B027  (most have nothing to do)
        """After the last row that is stored."""


def kind_class(name: str) -> type[Kind]:
    """Raises `KeyError`."""
    found: type[Kind] = import_string(settings.IMPORT_KINDS[name])
    return found


def kinds_of(user: User) -> list[str]:
    """The names of those that the user may import."""
    return [name for name in settings.IMPORT_KINDS if kind_class(name).is_for(user)]


def twice(seen: Seen, key: str, line: int) -> int:
    """The earlier line of the file that has the same; 0 for none."""
    earlier = seen.setdefault(key, line)
    return 0 if earlier == line else earlier


def reasons_of(error: ValidationError) -> list[str]:
    """Its messages, each by its code if it has one of ours."""
    given = [one.message for one in error.error_list]
    told = zip(given, error.messages, strict=True)
    return [one if isinstance(one, Said) else message for one, message in told]


def shortened_words(text: str) -> str:
    return words.SHORTENED(text=isolated(text))
