"""Pages of other sites ask the API only where an administrator named them; they never bring a cookie."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.api.conftest import Caller

pytestmark = pytest.mark.django_db
ORIGIN = "https://crm.example.com"


def preflight(path: str, origin: str) -> Any:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    return Client(headers=asked).options(path)


def allowed(answer: Any) -> str | None:
    found: str | None = answer.headers.get("Access-Control-Allow-Origin")
    return found


def test_nobody_is_allowed_by_default(ada: Caller) -> None:
    assert allowed(preflight("/api/v1/sessions", ORIGIN)) is None
    assert allowed(ada.client.get("/api/v1/me", headers={"Origin": ORIGIN})) is None


def test_named_origin_asks_the_api_and_nothing_else(ada: Caller, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    answer = preflight("/api/v1/sessions", ORIGIN)
    assert allowed(answer) == ORIGIN
    assert "authorization" in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer
    assert allowed(ada.client.get("/api/v1/me", headers={"Origin": ORIGIN})) == ORIGIN
    assert allowed(preflight("/api/v1/sessions", "https://evil.example.com")) is None
    assert allowed(preflight("/inbox/", ORIGIN)) is None
