"""A list page: searched, sorted and paged, all of it in the URL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Expression, F, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.http import HttpRequest

from accounts.pasted import cleaned
from pbx_messaging.said import SaidColumn, holding

ROWS_PER_PAGE = 25
Row = TypeVar("Row", bound=Model)
Columns = Mapping[str, Sequence[str | Expression]]  # by name: what a column sorts by


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
        return cls(cleaned(request.GET.get("q", "").replace("\0", "")), column, sort.startswith("-"))


@dataclass(frozen=True)
class Listing(Generic[Row]):
    """A page of rows, with the query that found it."""

    query: Query
    page: "Page[Row]"

    @property
    def rows(self) -> Sequence[Row]:
        """Those of the page."""
        return list(self.page)


def matching(rows: QuerySet[Row], text: str, fields: Sequence[str]) -> QuerySet[Row]:
    """Those that contain every word of `text` in one of `fields`, which no word reaches across."""
    said = {field.name for field in rows.model._meta.fields if isinstance(field, SaidColumn)} & set(fields)
    parts = [part for field in fields if field not in said for part in (F(field), Value(" "))]
    found: QuerySet[Row] = rows.alias(searched=Concat(*parts, output_field=TextField()))  # type: ignore[assignment]
    for word in text.split():
        by_code = [holding(field, word) for field in said]
        found = found.filter(reduce(or_, by_code, Q(searched__icontains=word)))
    return found


def page_of(request: HttpRequest, rows: Any) -> "Page[Any]":
    return Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))


def listing_of(
    request: HttpRequest,
    rows: QuerySet[Row],
    *,
    columns: Columns,
    search: Sequence[str],
    default: str = "",
) -> Listing[Row]:
    """`default` is as the `sort`.

    The order is found by ids alone; of `rows`, with all that they fetch, only one page is read.
    """
    query = Query.of(request, list(columns), default=default)
    named = {f"by_{place}": by for place, by in enumerate(columns[query.column]) if not isinstance(by, str)}
    by = [by if isinstance(by, str) else f"by_{place}" for place, by in enumerate(columns[query.column])]
    sign = "-" if query.descending else ""
    found = matching(rows.prefetch_related(None), query.text, search).annotate(**named)
    ids = found.order_by(*(f"{sign}{field}" for field in [*by, "pk"])).values_list("pk", flat=True)
    page = page_of(request, list(ids) if query.text else ids)  # a search is not made twice, to count it too
    by_pk = rows.in_bulk(list(page.object_list))
    page.object_list = [by_pk[pk] for pk in page.object_list if pk in by_pk]
    return Listing(query, page)
