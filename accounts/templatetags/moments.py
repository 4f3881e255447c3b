"""Moments as machines read them; every template has the filter."""

from datetime import datetime

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def for_machines(at: datetime | None) -> str:
    """Of `<time datetime>`, which takes three decimals of a second at most; "" of none."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""
