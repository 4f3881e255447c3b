"""The administrators' page of a channel's missed texts: what was fetched by itself, and a button for more."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest, administrator_required
from channels import actions
from channels.itsp import ITSPS
from channels.models import Channel

SHOWN = 10
POLL_S = 2


def _spans() -> list[tuple[int, str]]:
    """In hours, up to how far back texts are asked for at most."""
    most = settings.FETCH_MOST_DAYS
    days = [(24 * n, ngettext("Last %d day", "Last %d days", n) % n) for n in (3, most) if n <= most]
    return list(dict([(1, _("Last hour")), (6, _("Last 6 hours")), (24, _("Last 24 hours")), *days]).items())


class MissedForm(forms.Form):
    span_h = forms.TypedChoiceField(
        label=gettext_lazy("How far back"), choices=_spans, coerce=int, initial=24
    )


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_missed(request: UserRequest, pk: int) -> HttpResponse:
    """A POST has a worker ask the ITSP; a fragment shows how far that is."""
    channel = get_object_or_404(Channel.objects.live().defer("credentials"), pk=pk)
    itsp = ITSPS.get(channel.itsp)
    can_list = itsp is not None and itsp.can_list_received
    form = MissedForm(request.POST or None)
    if can_list and form.is_valid():
        since = timezone.now() - timedelta(hours=form.cleaned_data["span_h"])
        actions.ask_for_missed(channel, since=since, by=request.user)
        messages.success(request, _("Missed texts are asked for now. The outcome appears below."))
        return redirect("channel-missed", pk)
    gaps = list(channel.fetch_gaps.select_related("by").order_by("-pk")[:SHOWN])
    context = {
        "channel": channel,
        "itsp": itsp,
        "can_list": can_list,
        "form": form,
        "gaps": gaps,
        "poll_s": POLL_S if any(gap.finished_at is None for gap in gaps) else 0,
    }
    template = "channels/missed/_gaps.html" if request.htmx else "channels/missed/missed.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)
