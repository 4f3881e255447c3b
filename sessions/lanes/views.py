"""The administrators' page of one channel's queue."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from channels import actions
from channels.itsp import ITSPS
from channels.models import Channel
from sessions.lanes.figures import state_of
from sessions.nudges import nudge


@administrator_required
@require_GET
def channel_sending(request: UserRequest, pk: int) -> HttpResponse:
    channel = _channel(pk)
    state = state_of(channel)
    paused_for_s = state.pacing.paused_for_s if state.pacing else 0.0
    context = {
        "channel": channel,
        "state": state,
        "paused_until": timezone.now() + timedelta(seconds=paused_for_s) if paused_for_s else None,
        "itsp": ITSPS[channel.itsp],
    }
    template = "sessions/lanes/_sending.html" if request.htmx else "sessions/lanes/sending.html"
    return render(request, template, context)


@administrator_required
@require_POST
def channel_pause(request: UserRequest, pk: int) -> HttpResponse:
    channel = _channel(pk)
    actions.pause_channel(channel)
    messages.success(request, _("“%s” is paused: messages wait until you resume it.") % isolated(channel))
    return redirect("channel-sending", pk)


@administrator_required
@require_POST
def channel_resume(request: UserRequest, pk: int) -> HttpResponse:
    channel = _channel(pk)
    actions.resume_channel(channel)
    nudge("sessions.tasks.drain")
    messages.success(request, _("“%s” sends again.") % isolated(channel))
    return redirect("channel-sending", pk)


def _channel(pk: int) -> Channel:
    return get_object_or_404(Channel.objects.live().defer("credentials"), pk=pk)
