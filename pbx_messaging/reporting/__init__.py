"""What is sent elsewhere, if an operator wants it: errors to Sentry, traces to a collector of OpenTelemetry.

Both are off by default, and then nothing of them is loaded; their packages are those of
requirements-observe.txt.
"""

from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def begin(process: str) -> None:
    """In each process, when it has its last parent: what is begun here has threads."""
    for name, wanted in (("errors", settings.SENTRY_DSN), ("export", settings.OTLP_URL)):
        if wanted:
            try:
                module = import_module(f"pbx_messaging.reporting.{name}")
            except ImportError as error:
                words = "SENTRY_DSN and OTLP_URL need the packages of requirements-observe.txt"
                raise ImproperlyConfigured(f"{words}: {error}") from error
            module.begin(process)
