import logging

from django.apps import AppConfig
from django.conf import settings

from channels import reasons as reasons  # noqa: PLC0414 (what stored codes say, in every process)
from channels.itsp import ITSPS
from channels.itsp import said as said  # noqa: PLC0414 (the same)
from channels.numbers import words as words  # noqa: PLC0414 (the same)
from channels.set_up import address_words as address_words  # noqa: PLC0414 (the same)

logger = logging.getLogger(__name__)


class ChannelsConfig(AppConfig):
    name = "channels"

    def ready(self) -> None:
        for name in frozenset().union(*(itsp.noisy_loggers for itsp in ITSPS.values())):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._warn_of_stand_ins()

    def _warn_of_stand_ins(self) -> None:
        """Whoever leaves a stand-in configured shall see it in every process's first lines."""
        for code, url in settings.ITSP_API_URLS.items():
            logger.warning(
                "%s_API_URL is set: no text reaches this ITSP, all calls go to the stand-in at %s",
                code.upper(),
                url,
            )
