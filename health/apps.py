import logging

from django.apps import AppConfig
from django.conf import settings

from health import troubles as troubles  # noqa: PLC0414 (what stored codes say, in every process)

logger = logging.getLogger(__name__)


class HealthConfig(AppConfig):
    name = "health"

    def ready(self) -> None:
        """Whoever leaves a stand-in configured shall see it."""
        if settings.ALARM_NEAR_URLS:
            logger.warning("ALARM_NEAR_URLS is set: alarms may go to %s", settings.ALARM_NEAR_URLS)
