"""The administrators' pages of what is kept for how long."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from channels.models import Channel
from retention import rules
from retention.forms import PersonForm, RulesForm
from retention.models import Erasure, Rule
from sessions.models import Contact

ERASURES_SHOWN = 10


@administrator_required
@require_http_methods(["GET", "POST"])
def retention(request: UserRequest) -> HttpResponse:
    form = RulesForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not form.asks():
        with transaction.atomic():
            form.save()
        messages.success(request, _("The rules were saved."))
        return redirect("retention")
    return _page(request, form, PersonForm())


@administrator_required
@require_http_methods(["GET", "POST"])
def of_channel(request: UserRequest, pk: int) -> HttpResponse:
    """A channel's own rules for its messages and sessions."""
    channel = get_object_or_404(Channel, pk=pk)
    form = RulesForm(request.POST if request.method == "POST" else None, channel=channel)
    if form.is_valid() and not form.asks():
        with transaction.atomic():
            form.save()
        messages.success(request, _("The rules of “%s” were saved.") % isolated(channel))
        return redirect("retention")
    context = {"form": form, "channel": channel, "house": rules.for_all()}
    return render(request, "retention/channel.html", context, status=422 if form.errors else 200)


@administrator_required
@require_POST
def find_person(request: UserRequest) -> HttpResponse:
    """Leads to the page of a number, which is in the address book from then on."""
    form = PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, RulesForm(), form)
    contact, _made = Contact.objects.get_or_create(address=form.cleaned_data["number"])
    return redirect("person", contact.pk)


def _page(request: UserRequest, form: RulesForm, person: PersonForm) -> HttpResponse:
    own: dict[int, list[Rule]] = {}
    for rule in Rule.objects.filter(channel__isnull=False).order_by("kind"):
        own.setdefault(rule.channel_id or 0, []).append(rule)
    channels = [(channel, own.get(channel.pk, [])) for channel in Channel.objects.live().order_by("name")]
    context = {
        "form": form,
        "person": person,
        "channels": channels,
        "erasures": Erasure.objects.select_related("by").order_by("-pk")[:ERASURES_SHOWN],
    }
    status = 422 if form.errors or person.errors else 200
    return render(request, "retention/retention.html", context, status=status)
