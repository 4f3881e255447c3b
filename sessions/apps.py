from django.apps import AppConfig


class MessagingSessionsConfig(AppConfig):
    name = "sessions"
    label = "messaging_sessions"  # `sessions` is the label of Django's own browser sessions
    verbose_name = "Messaging sessions"
