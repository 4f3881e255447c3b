"""Pages of a list: a cursor names the last row of the page before, so what comes in moves nothing.

A cursor is `microseconds-id` of that row; for clients it is opaque.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from pydantic import BaseModel, Field

from sessions.models import Attempt

Row = TypeVar("Row", bound=Model)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LIMIT, LIMIT_MOST = 50, 100

Cursor = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,16}-[0-9]{1,18}$",
        description="`next_cursor` of the page before; nothing for the first page.",
        examples=["1795435200000000-4711"],
    ),
]
Limit = Annotated[int, Field(ge=1, le=LIMIT_MOST, description="Rows of a page, at most.")]


class PageAsked(BaseModel):
    """The query of a list."""

    cursor: Cursor | None = None
    limit: Limit = LIMIT


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: Sequence[Row]
    next_cursor: str | None


def page_of(rows: QuerySet[Row], *, time: str, cursor: str | None, limit: int) -> Page[Row]:
    """The newest first, by the field `time` and the id."""
    if cursor:
        at, pk = _read(cursor)
        # The first condition follows from the second; by it the index is entered at the right place.
        older = Q(**{f"{time}__lt": at}) | Q(**{time: at, "pk__lt": pk})
        rows = rows.filter(Q(**{f"{time}__lte": at}) & older)
    return _page(rows.order_by(f"-{time}", "-pk"), time, limit)


def page_by_id(rows: QuerySet[Row], *, cursor: str | None, limit: int) -> Page[Row]:
    """The newest first by id: messages by their place in the thread, since a text can come in late."""
    if cursor:
        rows = rows.filter(pk__lt=_read(cursor)[1])
    return _page(rows.order_by("-pk"), "created_at", limit)


def page_of_due(attempts: QuerySet[Attempt], *, cursor: str | None, limit: int) -> Page[Attempt]:
    """The soonest first."""
    if cursor:
        at, pk = _read(cursor)
        attempts = attempts.filter(Q(due_at__gt=at) | Q(due_at=at, pk__gt=pk), due_at__gte=at)
    return _page(attempts.order_by("due_at", "pk"), "due_at", limit)


def _page(ordered: QuerySet[Row], time: str, limit: int) -> Page[Row]:
    found = list(ordered[: limit + 1])
    shown = found[:limit]
    return Page(shown, _cursor_of(shown[-1], time) if len(found) > limit else None)


def _cursor_of(row: Any, time: str) -> str:
    return f"{(getattr(row, time) - EPOCH) // timedelta(microseconds=1)}-{row.pk}"


def _read(cursor: str) -> tuple[datetime, int]:
    microseconds, _dash, pk = cursor.partition("-")
    return EPOCH + timedelta(microseconds=int(microseconds)), int(pk)
