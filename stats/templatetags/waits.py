"""How long contacts waited, in words."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def wait(seconds: float | None) -> str:
    """As exactly as one compares it: "48 s", "12 min", "3 h 05 min", "2 d 4 h"."""
    if seconds is None:
        return "–"
    s = round(seconds)
    if s < 120:
        return _("%(n)d s") % {"n": s}
    minutes = round(s / 60)
    if minutes < 120:
        return _("%(n)d min") % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return _("%(h)d h %(min)02d min") % {"h": hours, "min": minutes % 60}
    return _("%(d)d d %(h)d h") % {"d": hours // 24, "h": hours % 24}
