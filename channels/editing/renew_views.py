"""The page that asks before a channel gets another Webhook URL."""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest, administrator_required
from channels import actions
from channels.editing.disable_views import still_there
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
    channel = get_object_or_404(Channel.objects.live().defer("credentials"), pk=pk)
    present = current_address(channel)
    form = RenewForm(request.POST or None, initial={"address": present.pk if present else None})
    if form.is_valid():
        overlap = timedelta(hours=form.cleaned_data["overlap_h"])
        with still_there():
            is_new = actions.renew_webhook(
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
