"""The administrators' pages of how people log in: what is required, and help for one who is locked out."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import lockout, two_step
from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from accounts.forms import SecurityForm
from accounts.models import SecuritySettings, User


@administrator_required
@require_http_methods(["GET", "POST"])
def security(request: UserRequest) -> HttpResponse:
    form = SecurityForm(request.POST or None, instance=SecuritySettings.load())
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The security settings were saved."))
        return redirect("security")
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "own_two_step": bool(two_step.with_two_step([request.user]))}
    return render(request, "accounts/security.html", context, status=status)


@administrator_required
@require_POST
def unlock(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    lockout.unlock(user, request)
    messages.success(request, _("“%s” can log in again.") % isolated(user))
    return redirect("user-edit", pk)


@administrator_required
@require_POST
def remove_two_step(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    two_step.remove_two_step(user)
    words = _("“%s” logs in with the password only, until two-step login is set up anew.")
    messages.success(request, words % isolated(user))
    return redirect("user-edit", pk)
