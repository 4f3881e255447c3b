import logging

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

TOKEN_LEAST = 20
logger = logging.getLogger(__name__)


class HealthConfig(AppConfig):
    name = "health"

    def ready(self) -> None:
        """A token that can be guessed stops the start. Whoever leaves a stand-in configured shall see it."""
        if 0 < len(settings.HEALTH_TOKEN) < TOKEN_LEAST:
            raise ImproperlyConfigured(f"HEALTH_TOKEN must be at least {TOKEN_LEAST} characters long.")
        if settings.ALARM_NEAR_URLS:
            logger.warning("ALARM_NEAR_URLS is set: alarms may go to %s", settings.ALARM_NEAR_URLS)
