"""A part of a channel's page: how its first text comes, and a test text that leaves."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest, administrator_required
from accounts.ids import read_id
from channels.itsp.delivery import DeliveryStatus
from channels.models import Channel
from sessions import actions
from sessions.first_text.forms import FirstTextForm
from sessions.models import Message
from sessions.refusals import Act, refuse

GOES_ON = {DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.UNKNOWN, DeliveryStatus.ACCEPTED}
POLL_S = 1


@administrator_required
@require_http_methods(["GET", "POST"])
def send_test_text(request: UserRequest, pk: int) -> HttpResponse:
    """A fragment; without a script, the channel's page. `message`: the test text that was sent last."""
    channel = get_object_or_404(Channel.objects.live(), pk=pk)
    if request.method == "GET" and not request.htmx:
        return redirect("channel-edit", pk)
    form = FirstTextForm(request.POST or None, channel=channel)
    message = _sent(request, form, channel) if form.is_valid() else _message(request, channel)
    status = 422 if form.errors or form.note else 200
    context = {**_about(channel), "form": form, "message": message, "is_fragment": "part" in request.GET}
    return render(request, "sessions/first_text/_first_text.html", context, status=status)


def _about(channel: Channel) -> dict[str, Any]:
    numbers = channel.numbers.live().order_by("address").select_related("extension", "queue")
    return {"channel": channel, "number": numbers.first(), "goes_on": GOES_ON, "poll_s": POLL_S}


def _sent(request: UserRequest, form: FirstTextForm, channel: Channel) -> Message | None:
    """None if it can't be; the form says why. A number that was read in another way is shown first."""
    data = form.cleaned_data
    if form.note and request.POST.get("shown") != data["contact"]:
        form.show_address_read()
        return None
    form.note = ""
    try:
        return actions.send_test(data["number"], contact=data["contact"], by=request.user)
    except actions.ActionError as refused:
        refuse(form, refused, Act.START)
    return None


def _message(request: UserRequest, channel: Channel) -> Message | None:
    """One of PBX itself, on this channel."""
    pk = read_id(request.GET.get("message", "")) or 0
    of_pbx = Message.objects.filter(kind=Message.Kind.OUTBOUND, author=None, session__number__channel=channel)
    return of_pbx.filter(pk=pk).first()
