"""A list page: searched, sorted and paged, all of it in the URL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

ROWS_PER_PAGE = 25
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Query:
    """What the URL asks for. `column` is one of those offered."""

    text: str
    column: str
    descending: bool

    @classmethod
    def of(cls, request: HttpRequest, columns: Sequence[str], *, default: str = "") -> "Query":
        """Reads `q` and `sort`; `sort` is a column's name, after a "-" when descending, as is `default`."""
        sort = request.GET.get("sort", "")
        if sort.removeprefix("-") not in columns:
            sort = default or columns[0]
        column = sort.removeprefix("-")
        return cls(request.GET.get("q", "").replace("\0", "").strip(), column, sort.startswith("-"))


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """A page of rows, with the query that found it."""

    query: Query
    page: "Page[Row]"


def matching(rows: QuerySet[Row], text: str, fields: Sequence[str]) -> QuerySet[Row]:
    """Those that contain every word of `text` in one of `fields`."""
    for word in text.split():
        condition = Q()
        for field in fields:
            condition |= Q(**{f"{field}__icontains": word})
        rows = rows.filter(condition)
    return rows


def page_of(request: HttpRequest, rows: Any) -> "Page[Any]":
    return Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))


def listing_of(
    request: HttpRequest,
    rows: QuerySet[Row],
    *,
    columns: Mapping[str, Sequence[str]],
    search: Sequence[str],
    default: str = "",
) -> Listing[Row]:
    """`columns` maps each sortable column to the fields that it sorts by; `default` is as the `sort`."""
    query = Query.of(request, list(columns), default=default)
    sign = "-" if query.descending else ""
    order = [f"{sign}{field}" for field in columns[query.column]] + [f"{sign}pk"]
    found = matching(rows, query.text, search).order_by(*order)
    return Listing(query, page_of(request, found))
