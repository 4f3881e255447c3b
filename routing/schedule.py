"""A message queue's opening hours and closed days in a form: as they are stored, or as they were typed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from itertools import zip_longest
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.pasted import cleaned
from routing.models import MessageQueue, OpeningHours
from routing.opening import MIDNIGHT

DEFAULT_DAYS, DEFAULT_SPAN = range(5), ("09:00", "17:00")  # what the first tick shows
ROWS_MOST = 400  # of closed days, and of a day's spans


class Span(NamedTuple):
    """`closes_at` 00:00 is the end of the day."""

    weekday: int
    opens_at: time
    closes_at: time


class Closed(NamedTuple):
    date: date
    name: str


@dataclass
class SpanRow:
    opens: str = ""
    closes: str = ""
    error: str = ""


@dataclass
class Day:
    weekday: int
    spans: list[SpanRow] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(OpeningHours.Weekday(self.weekday).label)


@dataclass
class ClosedRow:
    date: str = ""
    name: str = ""
    error: str = ""


class Schedule:
    """Rows with their errors. After `read`, `spans` and `closed` are what they mean."""

    def __init__(self, data: QueryDict | None, queue: MessageQueue | None) -> None:
        if data is None:
            self.days, self.closed_days = _stored_days(queue), _stored_closed_days(queue)
        else:
            self.days = [Day(day.value, _typed_spans(data, day.value)) for day in OpeningHours.Weekday]
            self.closed_days = _typed_closed_days(data)
        self.spans: list[Span] = []
        self.closed: list[Closed] = []

    def read(self, *, with_hours: bool) -> bool:
        """False if a row has an error."""
        if with_hours:
            self.spans = [span for day in self.days for span in _read_day(day)]
        self.closed = list(_read_closed_days(self.closed_days))
        errors = [row.error for row in self.closed_days]
        if with_hours:
            errors += [row.error for day in self.days for row in day.spans]
        return not any(errors)


def _stored_days(queue: MessageQueue | None) -> list[Day]:
    days = [Day(weekday.value) for weekday in OpeningHours.Weekday]
    stored = list(queue.opening_hours.all()) if queue else []
    for span in stored:
        days[span.weekday].spans.append(SpanRow(f"{span.opens_at:%H:%M}", f"{span.closes_at:%H:%M}"))
    if not stored:
        for weekday in DEFAULT_DAYS:
            days[weekday].spans.append(SpanRow(*DEFAULT_SPAN))
    return days


def _stored_closed_days(queue: MessageQueue | None) -> list[ClosedRow]:
    return [ClosedRow(f"{day.date}", day.name) for day in queue.closed_days.all()] if queue else []


def _typed_spans(data: QueryDict, weekday: int) -> list[SpanRow]:
    """Rows that were left empty are no rows."""
    pairs = zip_longest(data.getlist(f"opens-{weekday}"), data.getlist(f"closes-{weekday}"), fillvalue="")
    rows = [SpanRow(cleaned(opens), cleaned(closes)) for opens, closes in pairs]
    return [row for row in rows if row.opens or row.closes][:ROWS_MOST]


def _typed_closed_days(data: QueryDict) -> list[ClosedRow]:
    pairs = zip_longest(data.getlist("closed_date"), data.getlist("closed_name"), fillvalue="")
    rows = [ClosedRow(cleaned(day), cleaned(name)) for day, name in pairs]
    return [row for row in rows if row.date or row.name][:ROWS_MOST]


def _read_day(day: Day) -> list[Span]:
    spans: list[Span] = []
    for row in day.spans:
        try:
            span = Span(day.weekday, _time(row.opens), _time(row.closes))
            _check(span, spans)
        except ValidationError as error:
            row.error = " ".join(error.messages)
        else:
            spans.append(span)
    return spans


def _time(text: str) -> time:
    value = forms.TimeField(
        error_messages={
            "required": _("Enter both times, or remove the row."),
            "invalid": _("Enter times as on a clock, for example 09:00."),
        }
    ).clean(text)
    return time(value.hour, value.minute)


def _check(span: Span, others: list[Span]) -> None:
    if span.opens_at >= span.closes_at != MIDNIGHT:
        raise ValidationError(
            _("The end comes before the beginning. Hours past midnight go on the next day from 00:00.")
        )
    for other in others:
        starts_later = other.closes_at != MIDNIGHT and span.opens_at >= other.closes_at
        ends_before = span.closes_at != MIDNIGHT and span.closes_at <= other.opens_at
        if not (starts_later or ends_before):
            raise ValidationError(_("This overlaps other hours of the day."))


def _read_closed_days(rows: list[ClosedRow]) -> Iterator[Closed]:
    dates = forms.DateField(
        error_messages={"required": _("Choose a date."), "invalid": _("Choose a date from the calendar.")}
    )
    names, seen = forms.CharField(max_length=127, required=False), set()
    for row in rows:
        try:
            closed = Closed(dates.clean(row.date), names.clean(row.name))
            if closed.date in seen:
                raise ValidationError(_("This day stands in the list already."))
        except ValidationError as error:
            row.error = " ".join(error.messages)
        else:
            seen.add(closed.date)
            yield closed
