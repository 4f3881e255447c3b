import logging
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate

from pbx_messaging import time_limit
from sessions.search import index

logger = logging.getLogger(__name__)


def _keep_search_index(using: str, **_signal: Any) -> None:
    index.keep(connections[using])


class MessagingSessionsConfig(AppConfig):
    name = "sessions"
    label = "messaging_sessions"  # `sessions` is the label of Django's own browser sessions
    verbose_name = "Messaging sessions"

    def ready(self) -> None:
        """Whoever leaves a stand-in configured shall see it."""
        if settings.PUSH_STAND_IN_URLS:
            logger.warning("PUSH_STAND_IN_URLS is set: devices at %s are told", settings.PUSH_STAND_IN_URLS)
        time_limit.install()
        post_migrate.connect(_keep_search_index, sender=self)
