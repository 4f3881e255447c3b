import logging

from django.apps import AppConfig
from django.conf import settings

logger = logging.getLogger(__name__)


class ChannelsConfig(AppConfig):
    name = "channels"

    def ready(self) -> None:
        """Whoever leaves a stand-in configured shall see it in every process's first lines."""
        if settings.TWILIO_API_URL:
            logger.warning(
                "TWILIO_API_URL is set: no text reaches Twilio, all calls go to the stand-in at %s",
                settings.TWILIO_API_URL,
            )
