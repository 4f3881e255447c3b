"""Adding and editing users: here, since supervisors are given message queues."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import UserRequest, administrator_required
from accounts.actions import Refused
from accounts.directions import isolated
from accounts.gone import Gone, say_gone, status_of
from accounts.invitation_views import lead_to_invitation
from accounts.lockout import locked_among
from accounts.models import User
from accounts.two_step import with_two_step
from routing import actions
from routing.user_forms import RoutedUserForm


@administrator_required
@require_http_methods(["GET", "POST"])
def user_add(request: UserRequest) -> HttpResponse:
    form = RoutedUserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = actions.create_user(**form.cleaned_data)
        messages.success(request, _("The user “%s” was added.") % isolated(user))
        return lead_to_invitation(request, user) or redirect("user-list")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/user_form.html", {"form": form}, status=status)


@administrator_required
@require_http_methods(["GET", "POST"])
def user_edit(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.select_related("invitation"), pk=pk)
    form = RoutedUserForm(request.POST or None, instance=user)
    was_active = "was_active" in request.POST if request.method == "POST" else user.is_active
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_user(user, was_active=was_active, **form.cleaned_data)
        except Gone:
            say_gone(form)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            if user == request.user:
                update_session_auth_hash(request, user)  # stay logged in here
            messages.success(request, _("The user “%s” was saved.") % isolated(user))
            return redirect("user-list")
    context = {"form": form, "subject": user, "is_locked": bool(locked_among([user], request))}
    context["was_active"] = was_active
    context["has_two_step"] = bool(with_two_step([user]))
    return render(request, "accounts/user_form.html", context, status=status_of(request, form))
