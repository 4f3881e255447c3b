"""Shows times in the zone of the person who is logged in."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User


class UserTimeZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "_auth_user_id" not in getattr(request, "session", {}):  # a webhook: no look-up of anybody
            return self.get_response(request)
        zone = request.user.zone if isinstance(request.user, User) else timezone.get_default_timezone()
        with timezone.override(zone):
            return self.get_response(request)
