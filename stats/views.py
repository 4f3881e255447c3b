"""The channel list. It is a page of stats, since it sorts and shows by counts."""

from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.access import UserRequest, supervisor_required
from accounts.csv_export import csv_response
from accounts.listing import Listing, Query, page_of
from channels.access import channels_of
from channels.models import Channel
from stats.channels import COLUMNS, ChannelRow, channel_ids, rows_of
from stats.periods import Bounds, Period
from stats.queries import counts_by_channel
from stats.ranges import Range, RangeForm

EXPORT_BATCH = 500  # channels


@supervisor_required
def channel_list(request: UserRequest) -> HttpResponse:
    query, form = Query.of(request, COLUMNS), RangeForm(request.GET)
    asked = Range.asked(request.GET, form, default=Period.ALL)
    page = page_of(request, channel_ids(channels_of(request.user), query, asked.bounds))
    ids = list(page.object_list)
    context = {
        "listing": Listing[Channel](query, page),
        "rows": rows_of(ids, counts_by_channel(*asked.bounds, channels=ids)),
        "form": form,
        "period": asked.period,
        "periods": Period,
    }
    template = "stats/_channel_table.html" if request.htmx else "stats/channel_list.html"
    return render(request, template, context)


@supervisor_required
@require_GET
def channel_list_export(request: UserRequest) -> StreamingHttpResponse:
    """All channels of the list, as it is searched and sorted, with their counts of its time."""
    asked = Range.asked(request.GET, RangeForm(request.GET), default=Period.ALL)
    ids = channel_ids(channels_of(request.user), Query.of(request, COLUMNS), asked.bounds)
    header = [
        _("Name"),
        _("ITSP"),
        _("Numbers"),
        _("Status"),
        _("Sent: Success"),
        _("Failed"),
        _("Total"),
        _("Received"),
        _("Segments"),
    ]
    return csv_response("channels", header, map(_cells, _rows(list(ids), asked.bounds)))


def _rows(ids: list[int], bounds: Bounds) -> Iterator[ChannelRow]:
    for start in range(0, len(ids), EXPORT_BATCH):
        batch = ids[start : start + EXPORT_BATCH]
        yield from rows_of(batch, counts_by_channel(*bounds, channels=batch))


def _cells(row: ChannelRow) -> list[str]:
    counts = row.counts
    return [
        row.channel.name,
        row.itsp_name,
        " ".join(row.numbers),
        ", ".join(str(state.label) for state in row.standing.states),
        *map(str, (counts.success, counts.failed, counts.total, counts.received, counts.segments)),
    ]
