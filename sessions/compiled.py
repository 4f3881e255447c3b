"""Queries that Django builds once. Building one takes longer than asking it, and each text would pay for it.

Only for what is asked for every text or callback, be it by a page that shows it; everywhere else a query set
is as good and plainer.
"""

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import QuerySet

Row = TypeVar("Row")
Value = int | str
Size = tuple[int, type]  # how many values a collection has room for, and of what kind they are


class Compiled(Generic[Row]):
    """A query set whose conditions are collections of ids or strings, all of them in `…__in`.

    `build` makes it of such collections, and may say nothing else that changes from call to call. Called with
    collections it gives the rows. A collection that is empty finds nothing.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"]) -> None:
        self._build = build
        self._known = _Known()

    def __call__(self, *collections: Collection[Value]) -> list[Row]:
        values = [list(collection) for collection in collections]
        if not all(values):
            return []
        sizes = tuple((_room_for(len(one)), type(one[0])) for one in values)
        return self._built(sizes).rows(values)

    def _built(self, sizes: tuple[Size, ...]) -> "_Built[Row]":
        built: _Built[Row] | None = self._known.by_sizes.get(sizes)
        if built is None or not built.is_of_connection():
            built = self._known.by_sizes[sizes] = _Built(self._build, sizes)
        return built


class _Known(threading.local):
    """What a thread has built, since connections are threads', too."""

    def __init__(self) -> None:
        self.by_sizes: dict[tuple[Size, ...], Any] = {}


class _Built(Generic[Row]):
    """The SQL for collections of some sizes, with the places that their values have in its parameters."""

    def __init__(self, build: Callable[..., "QuerySet[Any, Row]"], sizes: Sequence[Size]) -> None:
        marks = [_marks(number, *size) for number, size in enumerate(sizes)]
        places = {mark: (number, at) for number, some in enumerate(marks) for at, mark in enumerate(some)}
        self._queryset: Any = build(*marks)
        compiler: Any = self._queryset.query.get_compiler(self._queryset.db)
        self._sql, params = compiler.as_sql()
        self._params = [(value, places.get(value)) for value in params]
        converters = compiler.get_converters([one for one, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _columns: converters
        query: Any = self._queryset.query
        query.get_compiler = lambda *_using, **_options: compiler
        self._compiler = compiler

    def is_of_connection(self) -> bool:
        """Whether this thread still has the connection that it was built for."""
        return self._compiler.connection is connections[self._queryset.db]

    def rows(self, values: Sequence[list[Value]]) -> list[Row]:
        params = [constant if place is None else _at(values, *place) for constant, place in self._params]
        self._compiler.as_sql = lambda: (self._sql, params)
        found: list[Row] = list(self._queryset._iterable_class(self._queryset))
        return found


def _room_for(count: int) -> int:
    """A power of two, so that a query is built for few sizes."""
    return 1 << (count - 1).bit_length()


def _marks(number: int, room: int, kind: type) -> list[Value]:
    """Values that stand for those to come, and are found again among the parameters."""
    marks = (-(number * 100_000 + at + 1) for at in range(room))
    return [str(mark) if kind is str else mark for mark in marks]


def _at(values: Sequence[list[Value]], number: int, at: int) -> Value:
    """What has no value of its own asks for the last one again."""
    some = values[number]
    return some[min(at, len(some) - 1)]
