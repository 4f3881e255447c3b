"""Links for setting a password: the administrators' page of one, and the page that it opens."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import invitations
from accounts.access import UserRequest, administrator_required
from accounts.devices import remember
from accounts.directions import isolated
from accounts.lockout import unlock
from accounts.models import Invitation, User


@administrator_required
@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: UserRequest, pk: int) -> HttpResponse:
    """Shows the link; a POST makes a new one."""
    user = _user(pk)
    if request.method == "POST":
        _say_sent(request, invitations.invite(user))
        return redirect("user-invitation", pk)
    found = Invitation.objects.filter(user=user).first()
    link = invitations.link_of(found) if found else ""
    context = {"subject": user, "invitation": found, "link": link}
    return render(request, "accounts/invitation_link.html", context)


@administrator_required
@require_POST
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    invitations.withdraw(_user(pk))
    messages.success(request, _("The link was withdrawn: it opens nothing any more."))
    return redirect("user-invitation", pk)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link leads: the invited user sets a password, once."""
    try:
        invited = invitations.find(token)
        form = SetPasswordForm(invited.user, request.POST or None)
        if request.method == "POST" and form.is_valid():
            invitations.accept(invited, password=form.cleaned_data["new_password1"])
            unlock(invited.user, request)
            messages.success(request, _("Your password is set. Log in with it."))
            response = redirect("account_login")
            remember(request, response, invited.user.username)
            return response
    except invitations.NotValid:
        return render(request, "accounts/invitation_ended.html", status=410)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/invitation.html", {"form": form, "invited": invited.user}, status=status)


def lead_to_invitation(request: UserRequest, user: User) -> HttpResponse | None:
    """For a user who was just added: where the link is shown, if there is one."""
    made = Invitation.objects.filter(user=user).first()
    if made is None:
        return None
    _say_sent(request, made)
    return redirect("user-invitation", user.pk)


def _say_sent(request: UserRequest, made: Invitation) -> None:
    if invitations.send(made):
        messages.success(request, _("The link was made and e-mailed to %s.") % isolated(made.user.email))
    else:
        messages.success(request, _("The link was made. Copy it and hand it over."))


def _user(pk: int) -> User:
    return get_object_or_404(User.objects.filter(is_active=True), pk=pk)
