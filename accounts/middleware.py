"""What a login means for each page: its time zone, and that two-step login is set up first where required."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User

SET_UP = "mfa_index"
OPEN_BEFORE_SET_UP = {"account_reauthenticate", "logout"}  # and allauth's own, mfa_…


def _is_logged_in(request: HttpRequest) -> bool:
    """Without a look-up of anybody: webhooks pass here too."""
    return "_auth_user_id" in getattr(request, "session", {})


# None of them is of use here, nor to a page in a frame of ours.
PERMISSIONS = (
    ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "microphone",
        )
    )
    + ", payment=(), serial=(), usb=()"
)


class PrivatePagesMiddleware:
    """What is shown to somebody who is logged in is kept by no cache, and not for the next one either.

    A view that says otherwise is heeded: attachments are kept for a day.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_logged_in = _is_logged_in(request)
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        if was_logged_in or _is_logged_in(request):
            response.setdefault("Cache-Control", "private, no-store")
        return response


class UserTimeZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_logged_in(request):
            return self.get_response(request)
        zone = request.user.zone if isinstance(request.user, User) else timezone.get_default_timezone()
        with timezone.override(zone):
            return self.get_response(request)


class TwoStepMiddleware:
    """Leads whoever must have two-step login and hasn't to its set-up, before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponseBase | None:
        if not _is_logged_in(request) or not _owes_two_step(request.user):
            return None
        page = (request.resolver_match and request.resolver_match.url_name) or ""
        if page in OPEN_BEFORE_SET_UP or page.startswith("mfa_"):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(redirect(SET_UP).url)
        return redirect(SET_UP)


def _owes_two_step(user: AbstractBaseUser | Any) -> bool:
    """Read with the user: see `accounts.backends`."""
    return getattr(user, "owes_two_step", False)
