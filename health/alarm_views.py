"""How an administrator is told of alarms, and from what on there is one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import UserRequest, administrator_required
from accounts.mailing import can_reach
from health.alarms import telling
from health.forms import HealthForm, WishesForm
from health.models import AlarmMessage, AlarmWishes, HealthSettings

SHOWN_ONCE = "alarms_shown_once"  # in the browser session, to be shown once


@administrator_required
@require_http_methods(["GET", "POST"])
def alarms(request: UserRequest) -> HttpResponse:
    """One's own wishes."""
    wishes = AlarmWishes.of(request.user)
    before = wishes.webhook_secret
    form = WishesForm(request.POST if request.method == "POST" else None, instance=wishes)
    if not form.is_valid():
        return _page(request, form, HealthForm(instance=HealthSettings.load()))
    form.save()
    if wishes.webhook_secret and wishes.webhook_secret != before:
        request.session[SHOWN_ONCE] = wishes.webhook_secret
    messages.success(request, _("Your wishes were saved."))
    return redirect("alarms")


@administrator_required
@require_http_methods(["GET", "POST"])
def for_all(request: UserRequest) -> HttpResponse:
    """What holds for all administrators."""
    if request.method == "GET":
        return redirect("alarms")
    form = HealthForm(request.POST, instance=HealthSettings.load())
    if not form.is_valid():
        return _page(request, WishesForm(instance=AlarmWishes.of(request.user)), form)
    form.save()
    messages.success(request, _("The limits were saved."))
    return redirect("alarms")


@administrator_required
@require_POST
def try_out(request: UserRequest) -> HttpResponse:
    count = telling.try_out(request.user, now=timezone.now())
    if count:
        words = ngettext("%(n)d test is on its way.", "%(n)d tests are on their way.", count)
        messages.success(request, words % {"n": count})
    else:
        messages.error(request, _("There is no way to tell you yet: choose one, and save."))
    return redirect("alarms")


def _page(request: UserRequest, form: WishesForm, house: HealthForm) -> HttpResponse:
    latest = AlarmMessage.objects.filter(user=request.user).select_related("device", "alarm")
    context = {
        "form": form,
        "house": house,
        "can_be_mailed": can_reach(request.user),
        "new_secret": request.session.pop(SHOWN_ONCE, ""),
        "latest": latest.order_by("-pk")[:5],
    }
    status = 422 if form.errors or house.errors else 200
    return render(request, "health/alarms.html", context, status=status)
