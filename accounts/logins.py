"""The browsers that people are logged in with: when each was used last, and how one is ended.

With its login end a browser's event stream and its notifications: both look again and again whether it holds.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import audit
from accounts.audit_origin import address_of
from accounts.browsers import browser_words
from accounts.login_uses import USE_NOTED_EVERY, is_due
from accounts.models import AuditEntry, User

logger = logging.getLogger(__name__)


def logins_of(user: User) -> list[UserSession]:
    """Those that hold, the one used last first."""
    found: list[UserSession] = UserSession.objects.purge_and_list(user)
    return sorted(found, key=lambda one: one.last_seen_at, reverse=True)


def others(request: HttpRequest, user: User) -> QuerySet[UserSession]:
    """All of the user's but the one that the request comes by."""
    found: QuerySet[UserSession] = UserSession.objects.filter(user=user)
    return found.exclude(session_key=request.session.session_key)


def end(logins: Iterable[UserSession]) -> int:
    """How many were ended. Whoever uses one is asked to log in at the next click."""
    ended = 0
    for login in logins:
        login.end()
        removed = {"logins": {"removed": [f"{browser_words(login.user_agent)}, {login.ip}"], "added": []}}
        audit.note(login.user, AuditEntry.Action.LOGGED_OUT, changes=removed)
        ended += 1
    return ended


class LoginUseMiddleware:
    """Notes that a login is used, and from where: at most each some minutes, whatever it asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key if "_auth_user_id" in request.session else None
        response = self.get_response(request)
        if key and is_due(key):
            _note(key, request)
        return response


def _note(key: str, request: HttpRequest) -> None:
    """Of several processes, one writes."""
    now = timezone.now()
    seen: dict[str, Any] = {"last_seen_at": now}
    if address := address_of(request):
        seen["ip"] = address
    try:
        UserSession.objects.filter(session_key=key, last_seen_at__lte=now - USE_NOTED_EVERY).update(**seen)
    except DatabaseError as error:
        logger.warning("the use of a login was not noted: %s", error)
