"""Statistics: messages and sessions of a time, as figures, as a chart and as tables."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import UserRequest, supervisor_required
from channels.access import recorded_channels_of
from pbx_messaging.databases import reads_replica
from sessions.queries import logged_for
from stats.answering import answers_in
from stats.costs import costs_in
from stats.failures import failures_in
from stats.messages import Slot, by_channel, over_time, total_before, total_of
from stats.periods import Period
from stats.ranges import Range, RangeForm

CHANNELS_MOST = 50


@supervisor_required
@require_GET
@reads_replica
def statistics(request: UserRequest) -> HttpResponse:
    form = RangeForm(request.GET)
    asked = Range.asked(request.GET, form)
    channels = recorded_channels_of(request.user)
    ids = list(channels.values_list("pk", flat=True))
    slots = over_time(asked, ids)
    busiest, others = by_channel(asked, channels, most=CHANNELS_MOST)
    context = {
        "form": form,
        "asked": asked,
        "period": asked.period,
        "periods": Period,
        "slots": slots,
        "chart": _chart(slots),
        "total": total_of(slots),
        "before": asked.before,
        "total_before": total_before(asked, ids),
        "channels": busiest,
        "other_channels": others,
        "failures": failures_in(asked, ids),
        "costs": costs_in(asked, channels, slots),
        "answers": answers_in(asked, logged_for(request.user)),
    }
    return render(request, "stats/statistics.html", context)


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
