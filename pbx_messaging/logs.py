"""What is logged, and how: one line each on the standard error, which whoever runs us keeps."""

import sys
from typing import Any


def config(level: str) -> dict[str, Any]:
    """For `LOGGING`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "filters": {
            "keys": {"()": "pbx_messaging.log_filters.WithoutKeys"},
            "tracebacks": {"()": "pbx_messaging.log_filters.WithoutTraceback"},
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": sys.stderr,
                "formatter": "line",
                "filters": ["keys", "tracebacks"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "twilio.http_client": {"level": "WARNING"},  # at INFO it prints phone numbers
            # At INFO these write a line for each nudge, several a second.
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
