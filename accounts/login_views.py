"""Where one is logged in, and for administrators where others are: each login is ended by itself."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import logins
from accounts.access import UserRequest, administrator_required
from accounts.models import User


@require_http_methods(["GET", "POST"])
def own_logins(request: UserRequest) -> HttpResponse:
    """A POST ends all but this one."""
    if request.method == "POST":
        return _ended(request, logins.others(request, request.user), request.user, own=True)
    return _page(request, request.user, own=True)


@require_POST
def own_login_end(request: UserRequest, pk: int) -> HttpResponse:
    return _end_one(request, logins.others(request, request.user), pk, own=True)


@administrator_required
@require_http_methods(["GET", "POST"])
def user_logins(request: UserRequest, pk: int) -> HttpResponse:
    """A POST ends them all, but never the one that asks."""
    user = get_object_or_404(User, pk=pk)
    if request.method == "POST":
        return _ended(request, logins.others(request, user), user, own=False)
    return _page(request, user, own=False)


@administrator_required
@require_POST
def user_login_end(request: UserRequest, pk: int) -> HttpResponse:
    every: QuerySet[UserSession] = UserSession.objects.exclude(session_key=request.session.session_key)
    return _end_one(request, every, pk, own=False)


def _page(request: UserRequest, subject: User, *, own: bool) -> HttpResponse:
    found = logins.logins_of(subject)
    context = {"subject": subject, "is_own": own, "logins": found}
    context["has_others"] = any(not one.is_current() for one in found)
    return render(request, "accounts/logins.html", context)


def _end_one(request: UserRequest, among: QuerySet[UserSession], pk: int, *, own: bool) -> HttpResponse:
    login = get_object_or_404(among.select_related("user"), pk=pk)
    return _ended(request, [login], login.user, own=own)


def _ended(
    request: UserRequest, some: QuerySet[UserSession] | list[UserSession], user: User, *, own: bool
) -> HttpResponse:
    ended = logins.end(some)
    words = ngettext("%(n)d browser was logged out.", "%(n)d browsers were logged out.", ended)
    messages.success(request, words % {"n": ended})
    return redirect("usersessions_list") if own else redirect("user-logins", user.pk)
