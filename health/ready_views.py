"""Says whether this process lives, and whether it can work: to proxies, orchestrators, monitors."""

import secrets
import threading
import time
from collections.abc import Sequence

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from health import checks
from health.checks import stores
from health.result import Result, State
from pbx_messaging.version import VERSION

WRITES_KEPT_S = 2.0  # that the database took something: strangers must not have us write at their pace
WORDS = {"away": "unavailable", "refuses": "refuses writes"}

_migrated = False  # once true it stays: reading the migrations takes a tenth of a second
_turn = threading.Lock()
_took_at = float("-inf")


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok" while the process answers at all; touches neither database nor Redis."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 {"database": "ok", "migrations": "ok", "redis": "ok"}, or 503 with a word in place of an "ok".

    The word says no more than "unavailable", "refuses writes", "pending" or "unknown": anybody may ask. It is
    about this process: a dead worker does not make it 503. `?verbose` tells all checks to those who may know.
    """
    parts = {"database": _word_of(_database()), "redis": _word_of(stores.valkey())}
    parts["migrations"] = _migrations() if parts["database"] == "ok" else "unknown"
    is_ready = all(word == "ok" for word in parts.values())
    status = 200 if is_ready else 503
    if "verbose" not in request.GET:
        return JsonResponse(parts, status=status)
    if not _may_know(request):
        why = "Log in as an administrator, or send HEALTH_TOKEN as a bearer token."
        return JsonResponse({**parts, "error": why}, status=403)
    results = checks.run()
    is_well = is_ready and not any(result.state is State.FAILING for result in results)
    told = [result.as_dict() for result in results]
    return JsonResponse(
        {"ready": is_ready, "well": is_well, "version": VERSION, **parts, "checks": told}, status=status
    )


def _may_know(request: HttpRequest) -> bool:
    """An address on loopback proves nothing: behind a proxy everybody has one."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return bool(settings.HEALTH_TOKEN) and secrets.compare_digest(
            token.strip().encode(), settings.HEALTH_TOKEN.encode()
        )
    try:
        user = request.user
        return isinstance(user, User) and user.is_administrator and not getattr(user, "owes_two_step", False)
    except Error:  # who it is stands in the database
        return False


def _database() -> Sequence[Result]:
    global _took_at
    with _turn:
        if time.monotonic() - _took_at > WRITES_KEPT_S:
            found = stores.database()
            if found[0].code == "ok":
                _took_at = time.monotonic()
            return found
    return _reads()


def _reads() -> list[Result]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return [Result("database", State.FAILING, "away")]
    return [Result("database", State.OK)]


def _word_of(results: Sequence[Result]) -> str:
    return WORDS.get(results[0].code, "ok")


def _migrations() -> str:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if _migrated else "pending"
