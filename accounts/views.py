"""The way in, the profile, and the list of users. Their forms are in routing, logging in is allauth's."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import actions, lockout
from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from accounts.forms import OwnPasswordForm, ProfileForm
from accounts.listing import listing_of
from accounts.models import User
from accounts.two_step import with_two_step

COLUMNS = {
    "username": ["username"],
    "name": ["first_name", "last_name"],
    "email": ["email"],
    "role": ["role"],
    "extension": ["extension__number"],
}


@require_http_methods(["GET", "POST"])
def profile(request: UserRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        actions.update_user(request.user, **form.cleaned_data)
        messages.success(request, _("Your profile was saved."))
        return redirect("profile")
    password_form = OwnPasswordForm(request.user)
    return _profile_page(request, form, password_form)


@require_http_methods(["POST"])
def change_password(request: UserRequest) -> HttpResponse:
    form = OwnPasswordForm(request.user, request.POST)
    if not form.is_valid():
        return _profile_page(request, ProfileForm(instance=request.user), form)
    form.save()
    update_session_auth_hash(request, request.user)  # stay logged in here
    UserSession.objects.create_from_request(request)  # which now has another key
    messages.success(request, _("Your password was changed. Other devices are logged out."))
    return redirect("profile")


def _profile_page(request: UserRequest, form: ProfileForm, password_form: OwnPasswordForm) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "password_form": password_form}
    context["has_two_step"] = bool(with_two_step([request.user]))
    return render(request, "accounts/profile.html", context, status=422 if request.method == "POST" else 200)


@administrator_required
def user_list(request: UserRequest) -> HttpResponse:
    search = ["username", "first_name", "last_name", "email", "extension__number"]
    users = User.objects.select_related("extension", "invitation")
    rows = users.filter(is_active="inactive" not in request.GET)
    listing = listing_of(request, rows, columns=COLUMNS, search=search)
    context = {"listing": listing, "locked": lockout.locked_among(listing.page, request)}
    return render(request, "accounts/user_list.html", context)


@administrator_required
@require_http_methods(["GET", "POST"])
def user_delete(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.filter(is_active=True), pk=pk)
    refusal = ""
    if request.method == "POST":
        try:
            actions.deactivate_user(user, by=request.user)
        except actions.Refused as error:
            refusal = str(error)
        else:
            messages.success(request, _("The user “%s” was deleted.") % isolated(user))
            return redirect("user-list")
    context = {"subject": user, "refusal": refusal}
    return render(request, "accounts/user_delete.html", context, status=422 if refusal else 200)
