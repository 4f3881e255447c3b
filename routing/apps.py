from django.apps import AppConfig

from routing import import_words as import_words  # noqa: PLC0414 (what stored codes say, in every process)


class RoutingConfig(AppConfig):
    name = "routing"
