"""Says whether this process lives, and whether it can work: to proxies, orchestrators and the supervisor."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import RedisError

from pbx_messaging.redis import redis_client

_migrated = False  # once true it stays: reading the migrations takes a tenth of a second


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

    The word says no more than "unavailable", "pending" or "unknown": anybody may ask.
    """
    parts = {"database": _check_database(), "redis": _check_redis()}
    parts["migrations"] = _check_migrations() if parts["database"] == "ok" else "unknown"
    is_ready = all(word == "ok" for word in parts.values())
    return JsonResponse(parts, status=200 if is_ready else 503)


def _check_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return "unavailable"
    return "ok"


def _check_redis() -> str:
    try:
        redis_client().ping()
    except RedisError:
        return "unavailable"
    return "ok"


def _check_migrations() -> str:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if _migrated else "pending"
