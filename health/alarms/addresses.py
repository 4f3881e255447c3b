"""Addresses that administrators give: of webhooks, and of the dead man's switch."""

import requests
from django.conf import settings

from pbx_messaging.outside import http
from pbx_messaging.outside.addresses import is_plain_https
from pbx_messaging.outside.deadline import within

LENGTH_MOST = 2_000


def may_be_called(url: str) -> bool:
    """https to the public internet, or one that the installation's own settings name."""
    return is_near(url) or is_plain_https(url)


def is_near(url: str) -> bool:
    return any(url == near or url.startswith((f"{near}/", f"{near}?")) for near in settings.ALARM_NEAR_URLS)


def call(method: str, url: str, **options: object) -> int:
    """The answer's status; its body is not read, and no redirect followed. Within the total time.

    Raises `requests.RequestException`, `OSError` or `ForbiddenAddress`.
    """
    with within(settings.ALARM_TOTAL_S), http.session(public_only=not is_near(url)) as client:
        answer: requests.Response = client.request(method, url, allow_redirects=False, stream=True, **options)  # type: ignore[arg-type]
        return answer.status_code
