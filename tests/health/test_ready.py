"""/healthz and /readyz, for proxies, orchestrators and monitors."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from redis import Redis

from accounts.models import Role
from health import checks, ready_views
from health.checks import stores
from health.models import Probe
from tests.portal import logged_in, make_user

WELL = {"database": "ok", "redis": "ok", "migrations": "ok"}


@pytest.fixture
def redis_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "redis_client", lambda: Redis.from_url("redis://127.0.0.1:1/0"))


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready_views, "WRITES_KEPT_S", -1.0)


def test_healthz_answers_without_database_and_redis(client: Client, redis_away: None) -> None:
    answer = client.get("/healthz")  # without the mark django_db any query fails
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_names_every_part(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, WELL)


@pytest.mark.django_db
def test_readyz_is_503_without_redis(client: Client, redis_away: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, WELL | {"redis": "unavailable"})


@pytest.mark.django_db
def test_readyz_is_503_while_migrations_are_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready_views, "_migrated", False)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, WELL | {"migrations": "pending"})


@pytest.mark.django_db
@pytest.mark.parametrize("setting", [("maxmemory", "1", "0"), ("min-replicas-to-write", "1", "0")])
def test_readyz_is_503_while_valkey_refuses_writes(
    client: Client, redis_client: "Redis", setting: tuple[str, str, str]
) -> None:
    """Out of memory without eviction; and where nobody would copy what is written."""
    name, refusing, usual = setting
    redis_client.config_set(name, refusing)
    try:
        answer = client.get("/readyz")
        assert [one.code for one in checks.run(["valkey"])] == ["refuses"]
    finally:
        redis_client.config_set(name, usual)
    assert (answer.status_code, answer.json()) == (503, WELL | {"redis": "refuses writes"})
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_readyz_is_503_on_a_read_only_replica_of_valkey(client: Client, redis_client: "Redis") -> None:
    redis_client.replicaof("127.0.0.1", "1")
    try:
        answer = client.get("/readyz")
    finally:
        redis_client.replicaof("NO", "ONE")
    assert (answer.status_code, answer.json()) == (503, WELL | {"redis": "refuses writes"})


@pytest.mark.django_db(transaction=True)
def test_readyz_is_503_while_the_database_takes_nothing(client: Client) -> None:
    """As on a read-only copy: what is written is refused by the database itself."""
    on, off = {
        "postgresql": ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off"),
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        answer = client.get("/readyz")
        found = checks.run(["database"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)
    assert (answer.status_code, answer.json()) == (
        503,
        WELL | {"database": "refuses writes", "migrations": "unknown"},
    )
    assert [one.code for one in found] == ["refuses"]
    assert found[0].says.startswith("Answers, but takes nothing: ")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_readyz_is_503_while_the_disk_is_full(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(stores, "_write", full)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "refuses writes")


@pytest.mark.django_db
def test_strangers_have_us_write_at_our_own_pace(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready_views, "WRITES_KEPT_S", 60.0)
    monkeypatch.setattr(ready_views, "_took_at", float("-inf"))
    client.get("/readyz")
    first = Probe.objects.get().at
    assert client.get("/readyz").json() == WELL
    assert Probe.objects.get().at == first


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_asked_over_plain_http_too(client: Client, settings: Any, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 405


# --- ?verbose ---


@pytest.mark.django_db
def test_verbose_tells_all_checks_to_administrators(admin_page: Client) -> None:
    answer = admin_page.get("/readyz?verbose")
    told = answer.json()
    assert answer.status_code == 200
    assert (told["ready"], {one["check"] for one in told["checks"]} | {"web"}) == (True, set(checks.CHECKS))
    keys = {"check", "about", "title", "state", "code", "value", "unit", "says", "what_to_do"}
    assert {frozenset(one) for one in told["checks"]} == {frozenset(keys)}


@pytest.mark.django_db
def test_dead_worker_makes_it_unwell_and_leaves_it_ready(
    admin_page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A web process must not be taken out of service because another one is dead."""
    monkeypatch.setattr(checks.processes, "_began", float("-inf"))
    answer = admin_page.get("/readyz?verbose")
    told = answer.json()
    assert (answer.status_code, told["ready"], told["well"]) == (200, True, False)
    worker = next(one for one in told["checks"] if one["check"] == "worker")
    assert (worker["state"], worker["code"]) == ("failing", "never")


@pytest.mark.django_db
def test_verbose_is_refused_to_everybody_else(client: Client, settings: Any) -> None:
    others = [client, logged_in(make_user("ada")), logged_in(make_user("vera", Role.SUPERVISOR))]
    for browser in others:
        answer = browser.get("/readyz?verbose")
        assert (answer.status_code, set(answer.json())) == (403, {*WELL, "error"})
    for token in ("", "wrong"):
        answer = client.get("/readyz?verbose", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 403


@pytest.mark.django_db
def test_verbose_is_told_to_a_monitor_with_the_token(client: Client, settings: Any) -> None:
    settings.HEALTH_TOKEN = "a-token-of-a-monitor-0123456789"
    headers = {"Authorization": f"Bearer {settings.HEALTH_TOKEN}"}
    answer = client.get("/readyz?verbose", headers=headers)
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    secrets = [settings.SECRET_KEY, settings.HEALTH_TOKEN, settings.REDIS_URL, *settings.CREDENTIALS_KEYS]
    assert [secret for secret in secrets if secret in answer.content.decode()] == []
