"""What each process says first: which version it is, and the settings that matter. No secrets."""

import logging
import platform
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from pbx_messaging.version import VERSION

logger = logging.getLogger("pbx_messaging")


def say(process: str) -> None:
    facts = {"process": process, "version": VERSION, **_facts()}
    logger.info("starting PBX Messaging %s", VERSION, extra={"facts": facts})


def _facts() -> dict[str, Any]:
    place = urlsplit(settings.REDIS_URL)
    return {
        "python": platform.python_version(),
        "database": _database(),
        "valkey": f"{place.hostname}:{place.port or 6379}",
        "public_url": settings.PUBLIC_URL,
        "time_zone": settings.TIME_ZONE,
        "data_dir": str(settings.DATA_DIR),
        "media": settings.STORAGES["default"]["BACKEND"].rpartition(".")[2],
        "mail": settings.EMAIL_IS_SET,
        "behind_proxy": settings.TRUST_PROXY_HEADERS,
        "sender_threads": settings.SENDER_THREADS,
        "stand_in": settings.ITSP_API_URLS or False,
        "metrics": bool(settings.METRICS_TOKEN),
        "error_reports": bool(settings.SENTRY_DSN),
        "traces": bool(settings.OTLP_URL),
        "debug": settings.DEBUG,
    }


def _database() -> str:
    values = connection.settings_dict
    place = f" {values['HOST']}:{values['PORT']}" if values["HOST"] else ""
    return f"{connection.display_name}{place} {values['NAME']}"
