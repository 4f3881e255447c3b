"""/healthz and /readyz, for proxies and orchestrators."""

from typing import Any

import pytest
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from redis import Redis

from pbx_messaging import health


@pytest.fixture
def redis_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "redis_client", lambda: Redis.from_url("redis://127.0.0.1:1/0"))


def test_healthz_answers_without_database_and_redis(client: Client, redis_away: None) -> None:
    answer = client.get("/healthz")  # without the mark django_db any query fails
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_readyz_names_every_part(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok", "migrations": "ok"})


@pytest.mark.django_db
def test_readyz_is_503_without_redis(client: Client, redis_away: None) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["redis"]) == (503, "unavailable")


@pytest.mark.django_db
def test_readyz_is_503_while_migrations_are_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: ["one"])
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "pending")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_asked_over_plain_http_too(client: Client, settings: Any, path: str) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 405
