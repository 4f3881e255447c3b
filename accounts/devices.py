"""Browsers that somebody has logged in with before: told by a signed cookie that outlives the login."""

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE, SALT = "known_device", "accounts.devices"
KEPT_S = 400 * 24 * 3600  # the longest that browsers keep a cookie
USERS_MOST = 10  # of one browser


def device_of(request: HttpRequest, username: str) -> str:
    """The id of the browser, if this user has logged in with it before; else ""."""
    known = _read(request)
    return str(known["device"]) if _mark_of(username) in known["users"] else ""


def remember(request: HttpRequest, response: HttpResponseBase, username: str) -> None:
    """After a login that worked."""
    known = _read(request)
    others = [mark for mark in known["users"] if mark != _mark_of(username)]
    users = [*others[1 - USERS_MOST :], _mark_of(username)]
    told = signing.dumps({"device": known["device"] or secrets.token_urlsafe(12), "users": users}, salt=SALT)
    response.set_cookie(
        COOKIE,
        told,
        max_age=KEPT_S,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def remembering(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Of a page on which somebody has shown by an e-mailed link who it is: see `accounts.adapters`."""

    @wraps(view)
    def remembered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if username := getattr(request, "has_shown_to_be", ""):
            remember(request, response, username)
        return response

    return remembered


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT_S)
        return {"device": str(known["device"]), "users": [str(mark) for mark in known["users"]]}
    except (signing.BadSignature, KeyError, TypeError):
        return {"device": "", "users": []}


def _mark_of(username: str) -> str:
    return hashlib.sha256(username.lower().encode()).hexdigest()[:16]
