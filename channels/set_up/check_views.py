"""The set-up check on a channel's page: its results, live, and "Fix it for me"."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import retarget, trigger_client_event

from accounts.access import UserRequest, administrator_required
from channels import actions
from channels.itsp import ITSPS
from channels.models import Channel, Number, SetUpResult
from channels.set_up.checklist import Checklist


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_check(request: UserRequest, pk: int) -> HttpResponse:
    """The results; a POST has all checks run again."""
    channel = get_object_or_404(Channel.objects.live(), pk=pk)
    if request.method == "POST":
        actions.ask_for_check_now(channel)
    return _results(request, channel.pk)


@administrator_required
@require_http_methods(["GET", "POST"])
def result_fix(request: UserRequest, pk: int) -> HttpResponse:
    """The dialog with the settings before and after; a POST has them changed as they were shown."""
    results = SetUpResult.objects.filter(channel__archived_at=None).select_related("channel", "number")
    result = get_object_or_404(results, pk=pk)
    if not result.changes:
        raise Http404
    context = {"result": result, "itsp": ITSPS[result.channel.itsp]}
    if request.method == "GET":
        return render(request, "channels/set_up/_fix_dialog.html", context)
    if request.POST.get("shown") != result.changes_digest:
        response = render(
            request, "channels/set_up/_fix_dialog.html", {**context, "is_new": True}, status=422
        )
        return retarget(response, "#dialog-content")
    actions.ask_for_fix(result)
    return trigger_client_event(_results(request, result.channel_id), "dialog:close", after="swap")


@administrator_required
@require_POST
def number_standby(request: UserRequest, pk: int) -> HttpResponse:
    """Has the number's standby send, or with an empty `ordered` only when its own channel fails."""
    numbers = Number.objects.filter(archived_at=None, standby__isnull=False, channel__archived_at=None)
    number = get_object_or_404(numbers.select_related("channel"), pk=pk)
    actions.order_standby(number, ordered=bool(request.POST.get("ordered")))
    return _results(request, number.channel_id)


def _results(request: UserRequest, channel_id: int) -> HttpResponse:
    """A fragment; without a script, the channel's page."""
    if not request.htmx:
        return redirect(reverse("channel-edit", args=[channel_id]) + "#set-up-check")
    channel = Channel.objects.get(pk=channel_id)
    checklist = Checklist(channel, ITSPS[channel.itsp])
    if request.GET.get("seen") == checklist.state:
        return HttpResponse(status=204)
    context = {"channel": channel, "checklist": checklist, "is_fragment": True}
    return render(request, "channels/set_up/_check.html", context)
