"""manage.py alert_rules: the alert rules for Prometheus, as deploy/prometheus/alerts.yml has them."""

from typing import Any

from django.core.management.base import BaseCommand

from health.metrics.rules import rules


class Command(BaseCommand):
    help = "Prints the alert rules for Prometheus, of the same checks as the System page."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(rules(), ending="")
