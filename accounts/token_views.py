"""API tokens: one's own under the profile, and every user's for administrators."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import tokens
from accounts.access import UserRequest, administrator_required
from accounts.directions import isolated
from accounts.forms import TokenForm
from accounts.models import ApiToken, User


@never_cache
@require_http_methods(["GET", "POST"])
def own_tokens(request: UserRequest) -> HttpResponse:
    return _page(request, request.user)


@administrator_required
@never_cache
@require_http_methods(["GET", "POST"])
def user_tokens(request: UserRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(User.objects.filter(is_active=True), pk=pk))


@require_http_methods(["GET", "POST"])
def own_token_revoke(request: UserRequest, pk: int) -> HttpResponse:
    return _revoke(request, ApiToken.objects.filter(user=request.user), pk, own=True)


@administrator_required
@require_http_methods(["GET", "POST"])
def user_token_revoke(request: UserRequest, pk: int) -> HttpResponse:
    return _revoke(request, ApiToken.objects.all(), pk, own=False)


def _page(request: UserRequest, subject: User) -> HttpResponse:
    """The list, and a form for one more. The answer to the form is the only place that shows the token."""
    may_use, made = tokens.may_use_tokens(subject), ""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and may_use and form.is_valid():
        _row, made = tokens.create_token(subject, **form.cleaned_data)
        form = TokenForm()
    live = ApiToken.objects.filter(user=subject, revoked_at=None)
    context: dict[str, Any] = {
        "subject": subject,
        "is_own": "/profile/" in request.path,
        "may_use": may_use,
        "form": form,
        "made": made,
        "tokens": live.order_by("-pk"),
    }
    status = 422 if request.method == "POST" and not made else 200
    return render(request, "accounts/tokens.html", context, status=status)


def _revoke(request: UserRequest, found: QuerySet[ApiToken], pk: int, *, own: bool) -> HttpResponse:
    """Asks first."""
    token = get_object_or_404(found.select_related("user"), pk=pk, revoked_at=None)
    if request.method == "POST":
        tokens.revoke(token)
        messages.success(
            request, _("The token “%s” was revoked: it opens nothing any more.") % isolated(token)
        )
        return redirect("profile-tokens") if own else redirect("user-tokens", token.user_id)
    page = {"icon": "bi-plug", "button": _("Revoke")}
    return render(request, "accounts/token_revoke.html", {"token": token, "is_own": own, "page": page})
