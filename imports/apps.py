from django.apps import AppConfig

from imports import words as words  # noqa: PLC0414 (what stored codes say, in every process)


class ImportsConfig(AppConfig):
    name = "imports"
