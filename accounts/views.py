"""Logging in is Django's own; here are the way in, the profile and the users' pages."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import actions
from accounts.access import UserRequest, administrator_required, extension_of
from accounts.forms import OwnPasswordForm, ProfileForm, UserForm
from accounts.listing import listing_of
from accounts.models import User

COLUMNS = {
    "username": ["username"],
    "name": ["first_name", "last_name"],
    "email": ["email"],
    "role": ["role"],
    "extension": ["extension__number"],
}


def home(request: UserRequest) -> HttpResponse:
    """Everybody starts where their work is."""
    if request.user.is_administrator:
        return redirect("channel-list")
    return redirect("inbox" if extension_of(request.user) else "profile")


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
    messages.success(request, _("Your password was changed. Other devices are logged out."))
    return redirect("profile")


def _profile_page(request: UserRequest, form: ProfileForm, password_form: OwnPasswordForm) -> HttpResponse:
    context = {"form": form, "password_form": password_form}
    return render(request, "accounts/profile.html", context, status=422 if request.method == "POST" else 200)


@administrator_required
def user_list(request: UserRequest) -> HttpResponse:
    search = ["username", "first_name", "last_name", "email", "extension__number"]
    rows = User.objects.select_related("extension").filter(is_active="inactive" not in request.GET)
    listing = listing_of(request, rows, columns=COLUMNS, search=search)
    return render(request, "accounts/user_list.html", {"listing": listing})


@administrator_required
@require_http_methods(["GET", "POST"])
def user_add(request: UserRequest) -> HttpResponse:
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = actions.create_user(**form.cleaned_data)
        messages.success(request, _("The user “%s” was added.") % user)
        return redirect("user-list")
    return _user_page(request, form)


@administrator_required
@require_http_methods(["GET", "POST"])
def user_edit(request: UserRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    form = UserForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.update_user(user, **form.cleaned_data)
        except actions.Refused as refusal:
            form.add_error("role", str(refusal))
        else:
            _stay_logged_in(request, user)
            messages.success(request, _("The user “%s” was saved.") % user)
            return redirect("user-list")
    return _user_page(request, form)


def _stay_logged_in(request: UserRequest, user: User) -> None:
    if user == request.user:
        update_session_auth_hash(request, user)


def _user_page(request: HttpRequest, form: UserForm) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/user_form.html", {"form": form}, status=status)


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
            messages.success(request, _("The user “%s” was deleted.") % user)
            return redirect("user-list")
    context = {"subject": user, "refusal": refusal}
    return render(request, "accounts/user_delete.html", context, status=422 if refusal else 200)
