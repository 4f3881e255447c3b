from django.apps import AppConfig

from pbx_messaging import time_limit


class MessagingSessionsConfig(AppConfig):
    name = "sessions"
    label = "messaging_sessions"  # `sessions` is the label of Django's own browser sessions
    verbose_name = "Messaging sessions"

    def ready(self) -> None:
        time_limit.install()
