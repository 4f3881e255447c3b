"""Who is locked after too many failed logins. allauth counts them by username, in the cache."""

import time
from collections.abc import Iterable

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest

from accounts.models import User

COUNTED = {"app": "allauth.account", "action": "login_failed"}


def locked_among(users: Iterable[User], request: HttpRequest) -> set[int]:
    """The ids of those who can't log in for now."""
    rate = ratelimit.get_rates(**COUNTED)[0]
    owners = {
        ratelimit.get_cache_key(request, **COUNTED, rate=rate, key=key): user.pk
        for user in users
        for key in _keys(user)
    }
    now = time.time()
    return {
        owners[key]
        for key, failures in cache.get_many(owners).items()
        if not ratelimit.apply_rate(failures, now, rate, dry_run=True)[0]
    }


def unlock(user: User, request: HttpRequest) -> None:
    for key in _keys(user):
        ratelimit.clear(request, **COUNTED, key=key)


def key_of(username: str) -> str:
    """What failed passwords of a username are counted by, whether there is such a user or not."""
    return f"username:{username.lower()}"


def _keys(user: User) -> tuple[str, str]:
    """Of the password, and of the second step as allauth names it."""
    return key_of(user.username), f"mfa-auth-user-{user.pk}"
