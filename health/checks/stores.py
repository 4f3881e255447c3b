"""Whether what we store is stored: by the database, by Valkey, on the disk, and a second time elsewhere."""

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone
from redis import RedisError
from redis.exceptions import ResponseError

from health import wording
from health.models import Fact, HealthSettings, Probe
from health.result import Result, State
from pbx_messaging import redis
from pbx_messaging.redis import redis_client
from pbx_messaging.time_limit import database_answers_within
from sessions.models import FileToRemove

WRITTEN_WITHIN_S = 1.5
WRITTEN, WRITTEN_KEPT_MS = "health:written", 60_000
MEMORY_SOON, MEMORY_FULL = 80, 95  # percent
REMOVED_WITHIN = timedelta(days=1)


def database() -> list[Result]:
    """A row is written, since a full disk or a read-only copy shows by nothing else."""
    began = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        connection.close()
        return [Result("database", State.FAILING, "away")]
    try:
        with database_answers_within(WRITTEN_WITHIN_S):
            _write()
    except Error as error:
        return [_refusal(error)]
    took_ms = (time.monotonic() - began) * 1000
    return [Result("database", State.OK, "ok", took_ms, {"product": connection.display_name})]


def _write() -> None:
    now = timezone.now()
    if not Probe.objects.filter(pk=1).update(at=now):
        Probe.objects.bulk_create([Probe(pk=1, at=now)], ignore_conflicts=True)


def _refusal(error: Error) -> Result:
    """Who waits for another writer is not refused."""
    reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
    if connection.vendor == "sqlite" and ("locked" in reason or "being written" in reason):
        return Result("database", State.WARNING, "busy")
    return Result("database", State.FAILING, "refuses", params={"reason": reason})


def valkey() -> list[Result]:
    began = time.monotonic()
    try:
        redis_client().set(WRITTEN, 1, px=WRITTEN_KEPT_MS)
    except ResponseError as error:  # out of memory, a replica, a broken disk
        return [Result("valkey", State.FAILING, "refuses", params={"reason": str(error)[:200]})]
    except RedisError:
        return [Result("valkey", State.FAILING, "away")]
    return [Result("valkey", State.OK, "ok", (time.monotonic() - began) * 1000)]


def _valkey_memory() -> list[Result]:
    told: dict[str, Any] = redis_client().info("memory")
    used, most, policy = told["used_memory"], told.get("maxmemory", 0), told.get("maxmemory_policy", "")
    params = {"used": wording.SIZE(bytes=used), "policy": policy}
    percent = 100 * used / most if most else None
    if most and policy != "noeviction":
        return [Result("valkey_memory", State.FAILING, "evicts", percent, params)]
    if percent is not None and percent >= MEMORY_SOON:
        is_full = percent >= MEMORY_FULL
        state, code = (State.FAILING, "full") if is_full else (State.WARNING, "soon")
        return [Result("valkey_memory", state, code, percent, params)]
    return [Result("valkey_memory", State.OK, "ok", percent, params)]


def _valkey_file() -> list[Result]:
    if (version := redis.too_old()) is not None:
        return [Result("valkey_file", State.FAILING, "old", params={"version": version})]
    told: dict[str, Any] = redis_client().info("persistence")
    if not told.get("aof_enabled"):
        return [Result("valkey_file", State.FAILING, "off")]
    is_fine = told.get("aof_last_write_status", "ok") == told.get("aof_last_bgrewrite_status", "ok") == "ok"
    return [Result("valkey_file", State.OK)] if is_fine else [Result("valkey_file", State.FAILING, "broken")]


def _disk() -> list[Result]:
    """Where DATA_DIR is: the embedded database, attachments, the clock's state."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    percent, least = 100 * usage.free / usage.total, HealthSettings.load().disk_percent
    params = {"free": wording.SIZE(bytes=usage.free), "total": wording.SIZE(bytes=usage.total)}
    if percent < least:
        return [Result("disk", State.FAILING, "low", percent, params)]
    if percent < 1.5 * least:
        return [Result("disk", State.WARNING, "soon", percent, params)]
    return [Result("disk", State.OK, "ok", percent, params)]


def _files() -> list[Result]:
    """Of removed texts, where the storage refuses it. They are tried in order: the first one tells."""
    waiting, now = FileToRemove.objects.order_by("pk"), timezone.now()
    since = waiting.values_list("refused_since", flat=True).first()
    if since is None or now - since < REMOVED_WITHIN:
        return [Result("files", State.OK, "ok", 0)]
    count = waiting.filter(refused_since__lte=now - REMOVED_WITHIN).count()
    params = {"age": wording.duration((now - since).total_seconds())}
    return [Result("files", State.FAILING, "stuck", count, params)]


def _backup() -> list[Result]:
    """Whoever makes backups says so by `models.note_fact("backup", at)`."""
    facts = {fact.name: fact for fact in Fact.objects.filter(name__in=["backup", "backup_tried"])}
    made, trouble = facts.get("backup"), _trouble_of(facts.get("backup_tried"), facts.get("backup"))
    age_s = (timezone.now() - made.at).total_seconds() if made else None
    if age_s is not None and age_s > settings.BACKUP_LATE_H * 3600:
        return [Result("backup", State.FAILING, "late", age_s)]
    if trouble:
        return [Result("backup", State.WARNING, "failed", age_s, {"trouble": trouble})]
    if made is None:
        return [Result("backup", State.UNKNOWN, "due" if settings.BACKUP_DIR else "never")]
    return [Result("backup", State.OK, "ok" if made.values.get("is_sealed", True) else "plain", age_s)]


def _trouble_of(tried: Fact | None, made: Fact | None) -> str:
    """Why the last try was in vain; "" if there is a backup that is newer."""
    if tried is None or (made is not None and made.at > tried.at):
        return ""
    trouble: str = tried.values.get("trouble", "")
    return trouble


CHECKS: dict[str, Callable[[], list[Result]]] = {
    "database": database,
    "valkey": valkey,
    "valkey_memory": _valkey_memory,
    "valkey_file": _valkey_file,
    "disk": _disk,
    "files": _files,
    "backup": _backup,
}
