"""The channel list. It is a page of stats, since it sorts and shows by counts."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.access import UserRequest, supervisor_required
from accounts.listing import Listing, Query, page_of
from channels.access import channels_of
from channels.models import Channel
from stats.channels import COLUMNS, channel_ids, rows_of
from stats.periods import Period, bounds_of, period_named
from stats.queries import counts_by_channel


@supervisor_required
def channel_list(request: UserRequest) -> HttpResponse:
    query, period = Query.of(request, COLUMNS), period_named(request.GET.get("period", ""))
    bounds = bounds_of(period)
    page = page_of(request, channel_ids(channels_of(request.user), query, bounds))
    ids = list(page.object_list)
    context = {
        "listing": Listing[Channel](query, page),
        "rows": rows_of(ids, counts_by_channel(*bounds, channels=ids)),
        "period": period,
        "periods": Period,
    }
    template = "stats/_channel_table.html" if request.htmx else "stats/channel_list.html"
    return render(request, template, context)
