"""The page that asks before a channel is disabled; it is enabled without a question."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from channels import actions
from channels.editing.gone import still_there
from channels.models import Channel


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_disable(request: UserRequest, pk: int) -> HttpResponse:
    channel = _channel(pk)
    if request.method == "POST":
        with still_there():
            actions.disable_channel(channel)
        messages.success(
            request, _("“%s” is disabled: nobody can send new messages on it.") % isolated(channel)
        )
        return redirect("channel-list")
    return render(request, "channels/disable.html", {"channel": channel})


@administrator_required
@require_POST
def channel_enable(request: UserRequest, pk: int) -> HttpResponse:
    channel = _channel(pk)
    with still_there():
        actions.enable_channel(channel)
    messages.success(request, _("“%s” is enabled.") % isolated(channel))
    return redirect("channel-edit", pk)


def _channel(pk: int) -> Channel:
    return get_object_or_404(Channel.objects.live().defer("credentials"), pk=pk)
