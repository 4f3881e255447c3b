"""Pages and API are Django's; webhooks and event streams are answered before it."""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
_django = get_asgi_application()

from sessions.live.stream import event_stream  # noqa: E402  only now are the apps loaded
from sessions.receiving import webhook  # noqa: E402

EVENTS_PATH = "/events/"  # as in sessions.urls, for pages that name it


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    send: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> None:
    if scope["type"] == "http" and scope["path"] == EVENTS_PATH:
        await event_stream(scope, send)
    elif scope["type"] == "http" and scope["path"].startswith(webhook.PATH):
        await webhook.webhook(scope, receive, send)
    else:
        await _django(scope, receive, send)
