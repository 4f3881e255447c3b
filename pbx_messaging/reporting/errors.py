"""Error reports to Sentry: what failed, and where in the code. Never what it was about.

A report is made anew of what may be told, instead of striking out what may not: types of errors, files,
functions and lines, our own words of the log without what was put into them, and the request's id.
"""

import logging
from typing import Any

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.logging import LoggingIntegration

from pbx_messaging.logs import outages, request_ids
from pbx_messaging.logs.scrubbing import scrubbed
from pbx_messaging.version import VERSION

_OF_EVENT = ("event_id", "timestamp", "level", "platform", "release", "environment", "logger", "sdk")
_OF_FRAME = ("filename", "function", "module", "lineno", "in_app")


def begin(process: str) -> None:
    """Errors come by the log, where all of ours are written."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        release=f"pbx-messaging@{VERSION}",
        environment=settings.SENTRY_ENVIRONMENT,
        server_name="",
        default_integrations=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR), DedupeIntegration()],
        auto_enabling_integrations=False,
        before_send=lambda event, hint: _told(event, hint, process),
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        shutdown_timeout=1,
    )


def _told(event: Any, hint: dict[str, Any], process: str) -> Any:
    """None for what is away: the alarms tell that, and it would come by the hundred."""
    record: logging.LogRecord | None = hint.get("log_record")
    if record is not None and outages.outage_of(record) is not None:
        return None
    told = {name: event[name] for name in _OF_EVENT if name in event}
    told["tags"] = {"process": process, "request_id": request_ids.current()}
    if record is not None:
        told["logentry"] = {"message": scrubbed(str(record.msg))}
    told["exception"] = {"values": [_error(one) for one in event.get("exception", {}).get("values", ())]}
    return told


def _error(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", ())
    kept = [{name: frame.get(name) for name in _OF_FRAME} for frame in frames]
    return {"type": error.get("type"), "module": error.get("module"), "stacktrace": {"frames": kept}}
