"""What is logged, and how: one line each on the standard error, which whoever runs us keeps."""

import logging
from typing import Any


def config(level: str, *, as_json: bool) -> dict[str, Any]:
    """For `LOGGING`."""
    logging.captureWarnings(True)
    kind = "json" if as_json else "line"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "pbx_messaging.logs.formats.LineFormatter"},
            "json": {"()": "pbx_messaging.logs.formats.JsonFormatter"},
        },
        "filters": {
            "tracebacks": {"()": "pbx_messaging.logs.filters.WithoutTraceback"},
            "values": {"()": "pbx_messaging.logs.filters.WithoutValues"},
            "outages": {"()": "pbx_messaging.logs.outages.OncePerOutage"},
        },
        "handlers": {
            "stderr": {
                "class": "pbx_messaging.logs.files.FollowingHandler",
                "formatter": kind,
                "filters": ["tracebacks", "outages", "values"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # At INFO these write a line for each nudge, several a second.
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
