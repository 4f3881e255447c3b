"""Who waits after too many failed logins: a username from one network, longer each time.

A stranger who guesses holds up nobody elsewhere, and nobody on a browser that the user has logged in with
before: such a one is counted for itself. Guesses that are spread over many networks get a pace in the end,
all together; whoever is held up by it as well has the link by e-mail, or one of an administrator, which make
the browser a known one. The second step is counted by allauth, by user: who gets that far
knows the password.
"""

import hashlib
import ipaddress
import math
import time
from collections.abc import Iterable
from typing import NamedTuple

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from redis import RedisError

from accounts.audit_origin import address_of
from accounts.devices import device_of
from accounts.models import User

SECOND_STEP = {"app": "allauth.account", "action": "login_failed"}
FIRST_WAIT_S = 60
OWN, DEVICE, EVERYWHERE = "own", "device ", "everywhere"  # what is counted, beside networks
PREFIXES = {4: 24, 6: 56}  # bits of an address that tell a network


class Count(NamedTuple):
    """`who` is counted; after `most` failures each waits, longer each time unless it is a pace for all."""

    who: str
    most: int
    is_for_all: bool = False


class Wait(NamedTuple):
    left_s: float
    is_for_all: bool

    @property
    def words(self) -> str:
        """To somebody who must not try again yet."""
        if self.is_for_all:
            return _(
                "Too many wrong passwords for this username, from many places. Log in with a browser that "
                "you have logged in with before, or set a new password by “Forgot your password?” or by a "
                "link of an administrator."
            )
        minutes = math.ceil(self.left_s / 60)
        return ngettext(
            "Too many wrong passwords. Try again in %(n)d minute, or ask an administrator to unlock you.",
            "Too many wrong passwords. Try again in %(n)d minutes, or ask an administrator to unlock you.",
            minutes,
        ) % {"n": minutes}


def begin(who: str) -> Wait | None:
    """Counts a try as failed, until `succeeded` says otherwise. What to wait for first; None if nothing.

    Of many tries at once, no more are made than one after the other.
    """
    counts = _counts_of(who)
    for count in counts:
        if (left := _left(count.who)) > 0:
            return Wait(left, count.is_for_all)
    for n, count in enumerate(counts):
        failures = _add(count.who, 1)
        if failures > count.most and not _lock(count, failures):
            for counted in counts[: n + 1]:
                _add(counted.who, -1)
            return Wait(max(_left(count.who), 1.0), count.is_for_all)
    return None


def succeeded(who: str) -> None:
    """Takes back what `begin` counted, and no more: a guesser may know one password of several."""
    for count in _counts_of(who):
        _add(count.who, -1)
    cache.delete(_lock_key(who))


def failed(who: str) -> None:
    """The next one waits, once there were too many."""
    for count in _counts_of(who):
        failures = int(cache.get(_count_key(count.who)) or 0)
        if failures >= count.most:
            _lock(count, failures, anew=True)
            username = who.partition("|")[0]
            cache.set(_list_key(username), {*_known(username), count.who}, _kept_s())


def tries_of(request: HttpRequest, username: str) -> str:
    """What a login is counted by, whether there is such a user or not."""
    device = device_of(request, username)
    return f"{username.lower()}|{f'{DEVICE}{device}' if device else _network_of(request)}"


def own_tries_of(user: User) -> str:
    """What guesses of the present password are counted by, of somebody who is logged in."""
    return f"{user.username.lower()}|{OWN}"


def locked_among(users: Iterable[User], request: HttpRequest) -> set[int]:
    """The ids of those who can't log in for now, from wherever it is."""
    found = list(users)
    by_password = {user.pk for user in found if any(_left(who) > 0 for who in _known(user.username.lower()))}
    rate = ratelimit.get_rates(**SECOND_STEP)[0]
    owners = {
        ratelimit.get_cache_key(request, **SECOND_STEP, rate=rate, key=_second_step_of(user)): user.pk
        for user in found
    }
    now = time.time()
    return by_password | {
        owners[key]
        for key, failures in cache.get_many(owners).items()
        if not ratelimit.apply_rate(failures, now, rate, dry_run=True)[0]
    }


def unlock(user: User, request: HttpRequest) -> None:
    username = user.username.lower()
    everywhere = f"{username}|{EVERYWHERE}"
    for who in {*_known(username), tries_of(request, username), own_tries_of(user), everywhere}:
        cache.delete(_lock_key(who))
        cache.delete(_count_key(who))
    cache.delete(_list_key(username))
    ratelimit.clear(request, **SECOND_STEP, key=_second_step_of(user))


def wait_s(failures: int) -> float:
    """Doubled by each failure, up to `LOGIN_LOCKED_MIN`."""
    doubled = float(FIRST_WAIT_S * 2 ** min(failures - int(settings.LOGIN_FAILURES), 20))
    return min(doubled, float(settings.LOGIN_LOCKED_MIN) * 60)


def _counts_of(who: str) -> list[Count]:
    """Strangers are counted by their network, and all together by the username that they try."""
    counts = [Count(who, settings.LOGIN_FAILURES)]
    username, _bar, place = who.partition("|")
    if place == OWN or place.startswith(DEVICE):
        return counts
    return [*counts, Count(f"{username}|{EVERYWHERE}", settings.LOGIN_FAILURES_EVERYWHERE, is_for_all=True)]


def _lock(count: Count, failures: int, *, anew: bool = False) -> bool:
    """False if there is a lock already, by another try at the same moment."""
    wait = FIRST_WAIT_S if count.is_for_all else wait_s(failures)
    if anew:
        cache.set(_lock_key(count.who), time.time() + wait, wait)
        return True
    return bool(cache.add(_lock_key(count.who), time.time() + wait, wait))


def _left(who: str) -> float:
    return float(cache.get(_lock_key(who)) or 0) - time.time()


def _add(who: str, n: int) -> int:
    """The failures then. While Redis is away nothing is counted."""
    key = _count_key(who)
    try:
        cache.add(key, 0, _kept_s())
        count = int(cache.incr(key, n))
        cache.touch(key, _kept_s())
    except (RedisError, ValueError):
        return 0
    return count


def _known(username: str) -> set[str]:
    """From where the username was locked lately."""
    return set(cache.get(_list_key(username)) or ())


def _kept_s() -> float:
    """After the last failure; longer than any lock."""
    return 4 * float(settings.LOGIN_LOCKED_MIN) * 60


def _network_of(request: HttpRequest) -> str:
    address = address_of(request)
    if address is None:
        return "unknown"
    prefix = PREFIXES[ipaddress.ip_address(address).version]
    return str(ipaddress.ip_network(f"{address}/{prefix}", strict=False))


def _second_step_of(user: User) -> str:
    """As allauth names it."""
    return f"mfa-auth-user-{user.pk}"


def _count_key(who: str) -> str:
    return f"login-failures:{_digest(who)}"


def _lock_key(who: str) -> str:
    return f"login-lock:{_digest(who)}"


def _list_key(username: str) -> str:
    return f"login-locks:{_digest(username)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
