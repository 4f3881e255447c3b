"""Statistics: messages and sessions of a time, as figures, as a chart, as tables and as CSV."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import UserRequest, supervisor_required
from accounts.csv_export import csv_response
from channels.access import recorded_channels_of
from sessions.queries import logged_for
from stats.answering import Answering, answers_in
from stats.messages import Slot, by_channel, over_time, total_of
from stats.periods import Period
from stats.queries import Counts
from stats.ranges import Range, RangeForm

CHANNELS_MOST = 50
TABLES = ("time", "channels", "queues", "agents")


@supervisor_required
@require_GET
def statistics(request: UserRequest) -> HttpResponse:
    form = RangeForm(request.GET)
    asked = Range.asked(request.GET, form)
    channels = recorded_channels_of(request.user)
    slots = over_time(asked, channels.values_list("pk", flat=True))
    busiest, others = by_channel(asked, channels, most=CHANNELS_MOST)
    context = {
        "form": form,
        "asked": asked,
        "period": asked.period,
        "periods": Period,
        "slots": slots,
        "chart": _chart(slots),
        "total": total_of(slots),
        "channels": busiest,
        "other_channels": others,
        "answers": answers_in(asked, logged_for(request.user)),
    }
    return render(request, "stats/statistics.html", context)


@supervisor_required
@require_GET
def statistics_export(request: UserRequest) -> StreamingHttpResponse:
    """One of the page's tables, for the same time."""
    asked = Range.asked(request.GET, RangeForm(request.GET))
    table = request.GET.get("table", "")
    table = table if table in TABLES else TABLES[0]
    header, rows = _table(request, table, asked)
    return csv_response(f"statistics-{table}", header, rows)


def _chart(slots: list[Slot]) -> dict[str, Any]:
    return {
        "labels": [slot.label for slot in slots],
        "series": [
            {"label": words, "colour": colour, "data": [getattr(slot.counts, name) for slot in slots]}
            for name, words, colour in (
                ("success", _("Sent"), "primary"),
                ("failed", _("Failed"), "red"),
                ("received", _("Received"), "teal"),
            )
        ],
    }


def _table(request: UserRequest, table: str, asked: Range) -> tuple[list[str], Iterator[list[str]]]:
    counted = [_("Sent: Success"), _("Failed"), _("Total"), _("Received")]
    waits = [_("Answered"), _("First answer: median (s)"), _("90 % within (s)")]
    channels = recorded_channels_of(request.user)
    if table == "time":
        slots = over_time(asked, channels.values_list("pk", flat=True))
        return [_("Begin"), *counted], ([slot.begin.isoformat(), *_counts(slot.counts)] for slot in slots)
    if table == "channels":
        found, _none = by_channel(asked, channels, most=channels.count())
        return [_("Channel"), *counted], ([one.recorded_name, *_counts(counts)] for one, counts in found)
    answers = answers_in(asked, logged_for(request.user))
    if table == "queues":
        header = [_("Message Queue"), _("Opened"), _("Closed"), _("Unanswered"), *waits]
        return header, ([str(queue or ""), *_sessions(part), *_waits(part)] for queue, part in answers.queues)
    return [_("Agent"), *waits], ([str(agent), *_waits(part)] for agent, part in answers.agents)


def _counts(counts: Counts) -> list[str]:
    return [str(n) for n in (counts.success, counts.failed, counts.total, counts.received)]


def _sessions(part: Answering) -> list[str]:
    return [str(part.opened), str(part.closed), str(part.unanswered)]


def _waits(part: Answering) -> list[str]:
    return [
        str(part.answered),
        *("" if wait is None else f"{wait:.0f}" for wait in (part.median_s, part.p90_s)),
    ]
