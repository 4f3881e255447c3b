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
    """`closes_at` 00:00 is the end of the day; hours past midnight are a span of the next day, too."""

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
            self.spans = _read_days(self.days)
        self.closed = list(_read_closed_days(self.closed_days))
        errors = [row.error for row in self.closed_days]
        if with_hours:
            errors += [row.error for day in self.days for row in day.spans]
        return not any(errors)


def _stored_days(queue: MessageQueue | None) -> list[Day]:
    days = [Day(weekday.value) for weekday in OpeningHours.Weekday]
    stored = [Span(*row) for row in queue.opening_hours.values_list(*Span._fields)] if queue else []
    for span in _joined(stored):
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


def _read_days(days: list[Day]) -> list[Span]:
    spans: list[Span] = []
    for weekday, row in ((day.weekday, row) for day in days for row in day.spans):
        try:
            parts = _split(Span(weekday, _time(row.opens), _time(row.closes)))
            for part in parts:
                _check(part, spans)
        except ValidationError as error:
            row.error = " ".join(error.messages)
        else:
            spans += parts
    return sorted(spans)


def _split(span: Span) -> list[Span]:
    """At midnight."""
    if span.opens_at == span.closes_at != MIDNIGHT:
        raise ValidationError(_("The hours end when they begin. From 00:00 to 00:00 is the whole day."))
    if span.opens_at < span.closes_at or span.closes_at == MIDNIGHT:
        return [span]
    next_day = (span.weekday + 1) % 7
    return [span._replace(closes_at=MIDNIGHT), Span(next_day, MIDNIGHT, span.closes_at)]


def _joined(spans: list[Span]) -> list[Span]:
    """Those that `_split` has made are one again."""
    rests = {span.weekday: span for span in spans if span.opens_at == MIDNIGHT != span.closes_at}
    joined: dict[Span, Span] = {}
    for span in spans:
        rest = rests.get((span.weekday + 1) % 7)
        if rest and span.closes_at == MIDNIGHT and rest.closes_at < span.opens_at:
            joined[span] = rest
    alone = [span for span in spans if span not in joined.values()]
    return [span._replace(closes_at=joined[span].closes_at) if span in joined else span for span in alone]


def _time(text: str) -> time:
    value = forms.TimeField(
        error_messages={
            "required": _("Enter both times, or remove the row."),
            "invalid": _("Enter times as on a clock, for example 09:00."),
        }
    ).clean(text)
    return time(value.hour, value.minute)


def _check(span: Span, others: list[Span]) -> None:
    for other in (one for one in others if one.weekday == span.weekday):
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
