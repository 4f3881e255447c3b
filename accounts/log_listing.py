"""A log page: newest first, narrowed by the URL, and paged by the place (time, id) of the last row shown.

Such a page costs the same however far back it is and however fast the log grows at its top.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model, QuerySet, TextChoices
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.ids import read_id
from accounts.listing import ROWS_PER_PAGE, Query, matching

Row = TypeVar("Row", bound=Model)


FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


def day_field(label: StrPromise) -> forms.DateField:
    """A day in a filter, within what databases and zones can reckon with."""
    limits = [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, validators=limits)


def midnight(day: date) -> datetime:
    """When the day begins by the reader's clock: in UTC, where no hour comes twice."""
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone()).astimezone(UTC)


class Since(TextChoices):
    """What the filter Time offers; without it, all that is kept."""

    HOUR = "1h", _("Last hour")
    DAY = "24h", _("Last 24 hours")
    WEEK = "7d", _("Last 7 days")
    MONTH = "30d", _("Last 30 days")


_SPANS = {
    Since.HOUR: timedelta(hours=1),
    Since.DAY: timedelta(days=1),
    Since.WEEK: timedelta(days=7),
    Since.MONTH: timedelta(days=30),
}


@dataclass(frozen=True)
class LogListing(Generic[Row]):
    """`older` is the URL's `before` of the next page, "" at the end."""

    query: Query
    rows: list[Row]
    older: str
    is_newest: bool


def asked(request: HttpRequest, name: str, choices: type[TextChoices]) -> str:
    """A filter of the URL; "" if it isn't one of those offered."""
    value = request.GET.get(name, "")
    return value if value in choices.values else ""


def pk_asked(request: HttpRequest, name: str) -> int | None:
    return read_id(request.GET.get(name, ""))


def narrowed(
    request: HttpRequest, rows: "QuerySet[Row]", *, time: str, search: Sequence[str]
) -> "QuerySet[Row]":
    """Those within the time and with the words that the URL asks for. `time` is the field of the moment."""
    since = asked(request, "since", Since)
    if since:
        rows = rows.filter(**{f"{time}__gte": timezone.now() - _SPANS[Since(since)]})
    return matching(rows, _query(request).text, search)


def log_listing(request: HttpRequest, rows: "QuerySet[Row]", *, time: str) -> LogListing[Row]:
    """One page of what `narrowed` left."""
    place = _place(request.GET.get("before", ""))
    if place:
        at, pk = place
        rows = rows.filter(**{f"{time}__lte": at}).exclude(**{time: at, "pk__gte": pk})
    found = list(rows.order_by(f"-{time}", "-pk")[: ROWS_PER_PAGE + 1])
    shown = found[:ROWS_PER_PAGE]
    more = len(found) > len(shown)
    older = f"{getattr(shown[-1], time).isoformat()}_{shown[-1].pk}" if more else ""
    return LogListing(_query(request), shown, older, place is None)


def _query(request: HttpRequest) -> Query:
    return Query.of(request, ["time"])


def _place(text: str) -> tuple[datetime, Any] | None:
    moment, _sep, row = text.rpartition("_")
    try:
        at, pk = parse_datetime(moment), read_id(row)
    except ValueError:
        return None
    return (at, pk) if at and timezone.is_aware(at) and pk else None
