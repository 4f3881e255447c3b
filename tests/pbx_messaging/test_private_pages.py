"""What is kept of a page, by a cache, by the next person at the browser, or by the log."""

import io
import logging
from collections.abc import Iterator
from logging import config
from typing import Any

import pytest
from django.conf import settings as product_settings
from django.test import Client
from pytest_django.fixtures import Settings

from tests.portal import logged_in, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the product's own handler writes."""
    product: dict[str, Any] = product_settings.LOGGING
    config.dictConfig(product)
    (handler,) = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    handler.setStream(written)
    yield written
    config.dictConfig(product)


@pytest.mark.parametrize("path", ["/channels/", "/users/", "/profile/", "/statistics/", "/nothing/"])
def test_pages_behind_the_login_are_kept_by_nobody(admin_page: Client, path: str) -> None:
    answer = admin_page.get(path)
    assert "no-store" in answer["Cache-Control"]
    assert "camera=()" in answer["Permissions-Policy"]


def test_page_that_logs_out_is_not_kept_either() -> None:
    page = logged_in(make_user("grace"))
    assert "no-store" in page.post("/logout/")["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/w/SECRET-token/x/", "/invitation/SECRET-token/x", "/password/reset/SECRET-token/y/z"]
)
def test_keys_are_not_in_the_log(client: Client, log: io.StringIO, path: str) -> None:
    client.get(path)
    logging.getLogger("django.request").warning("Not Found: %s", path)
    assert "Not Found: /" in log.getvalue()
    assert "SECRET" not in log.getvalue()


@pytest.mark.parametrize("host", ["evil.example", "a b", "pbx.example.com.evil.example"])
def test_wrong_host_is_one_line(log: io.StringIO, settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = ["pbx.example.com"]
    answer = Client(headers={"Host": host}).get("/login/")
    assert answer.status_code == 400
    assert "Traceback" not in log.getvalue()
    assert len(log.getvalue().splitlines()) <= 2
