import logging
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.db import connections
from django.db.models.signals import post_migrate

from pbx_messaging import time_limit
from sessions.search import index

logger = logging.getLogger(__name__)

# What stored codes say, in a process that stores none, too.
SAID_IN = (
    "sessions.causes",
    "sessions.contacts.words",
    "sessions.media.reasons",
    "sessions.opt_outs.comparing",
    "sessions.receiving.reasons",
)


def _keep_search_index(using: str, **_signal: Any) -> None:
    index.keep(connections[using])


def _leave(user: Any = None, **_signal: Any) -> None:
    """Here only, because the models are not there yet when this module is read."""
    agent = getattr(user, "extension", None)
    if agent is not None:
        import_module("sessions.presence.absences").log_out(agent)


class MessagingSessionsConfig(AppConfig):
    name = "sessions"
    label = "messaging_sessions"  # `sessions` is the label of Django's own browser sessions
    verbose_name = "Messaging sessions"

    def ready(self) -> None:
        """Whoever leaves a stand-in configured shall see it."""
        if settings.PUSH_STAND_IN_URLS:
            logger.warning("PUSH_STAND_IN_URLS is set: devices at %s are told", settings.PUSH_STAND_IN_URLS)
        for name in SAID_IN:
            import_module(name)
        user_logged_out.connect(_leave, sender=None)
        time_limit.install()
        post_migrate.connect(_keep_search_index, sender=self)
