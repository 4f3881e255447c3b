"""Pages and API are Django's; webhooks and event streams are answered before it. The door is before all."""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbx_messaging.settings")
_django = get_asgi_application()

from pbx_messaging.doors.asgi import guarded  # noqa: E402  only now are the apps loaded
from sessions.live.stream import end_streams, event_stream  # noqa: E402
from sessions.receiving import webhook  # noqa: E402
from sessions.receiving.written_address import is_webhook  # noqa: E402

EVENTS_PATHS = "/events/", "/events"  # as in sessions.urls, for pages that name it, and in the API's document
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


async def _lifespan(receive: Receive, send: Send) -> None:
    """Says when the process begins and when it is about to end, by which streams end too."""
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": f"{message['type']}.complete"})
    end_streams()
    await send({"type": "lifespan.shutdown.complete"})


async def _inside(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["path"] in EVENTS_PATHS:
        await event_stream(scope, send)
    elif is_webhook(scope["path"]):
        await webhook.webhook(scope, receive, send)
    else:
        await _django(scope, receive, send)


application = guarded(_inside)
