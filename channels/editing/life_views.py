"""The pages that ask before a channel is disabled, or gets another Webhook URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import UserRequest, administrator_required
from channels import life
from channels.itsp import ITSPS
from channels.models import Channel
from channels.webhook.url import current_address


class RenewForm(forms.Form):
    """`address` is the one that the page showed, so that a double click renews once."""

    address = forms.IntegerField(widget=forms.HiddenInput)
    overlap_h = forms.TypedChoiceField(
        label=gettext_lazy("The old Webhook URL goes on working for"),
        choices=[
            (1, gettext_lazy("1 hour")),
            (24, gettext_lazy("1 day")),
            (168, gettext_lazy("7 days")),
            (0, gettext_lazy("No longer: it stops at once")),
        ],
        coerce=int,
        initial=24,
        help_text=gettext_lazy(
            "Enough time to configure the new one for every number of the channel. If somebody got to know "
            "the old one who should not, let it stop at once."
        ),
    )


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_renew(request: UserRequest, pk: int) -> HttpResponse:
    channel = _channel(pk)
    present = current_address(channel)
    form = RenewForm(request.POST or None, initial={"address": present.pk if present else None})
    if form.is_valid():
        overlap = timedelta(hours=form.cleaned_data["overlap_h"])
        with _still_there():
            is_new = life.renew_webhook(
                channel, instead_of=form.cleaned_data["address"], overlap=overlap, by=request.user
            )
        if is_new:
            words = _("This is the new Webhook URL. Configure it for every number of the channel.")
            messages.success(request, words)
        else:
            messages.warning(request, _("The Webhook URL was regenerated already. This is the new one."))
        return redirect("channel-edit", pk)
    context = {"channel": channel, "form": form, "address": present, "itsp": ITSPS[channel.itsp]}
    status = 422 if request.method == "POST" else 200
    return render(request, "channels/renew.html", context, status=status)


@administrator_required
@require_http_methods(["GET", "POST"])
def channel_disable(request: UserRequest, pk: int) -> HttpResponse:
    channel = _channel(pk)
    if request.method == "POST":
        with _still_there():
            life.disable(channel)
        messages.success(request, _("“%s” is disabled: nobody can send new messages on it.") % channel)
        return redirect("channel-list")
    return render(request, "channels/disable.html", {"channel": channel})


@administrator_required
@require_POST
def channel_enable(request: UserRequest, pk: int) -> HttpResponse:
    channel = _channel(pk)
    with _still_there():
        life.enable(channel)
    messages.success(request, _("“%s” is enabled.") % channel)
    return redirect("channel-edit", pk)


@contextmanager
def _still_there() -> Iterator[None]:
    """Another administrator may delete it at this moment."""
    try:
        yield
    except Channel.DoesNotExist as error:
        raise Http404 from error


def _channel(pk: int) -> Channel:
    return get_object_or_404(Channel.objects.live().defer("credentials"), pk=pk)
