"""Figures of a queue in words."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from channels.itsp.base import Itsp

register = template.Library()


@register.filter
def duration(seconds: float) -> str:
    """As exactly as a glance needs it: "7 s", "12 min", "3 h"."""
    if seconds < 60:
        return _("%(n)d s") % {"n": seconds}
    if seconds < 3600:
        return _("%(n)d min") % {"n": seconds // 60}
    return _("%(n)d h") % {"n": seconds // 3600}


@register.simple_tag
def error_link(itsp: Itsp, code: str) -> str | SafeString:
    """The code, linked to the ITSP's own page about it."""
    if not code or not itsp.error_page:
        return code
    words = '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>'
    return format_html(words, itsp.error_page.format(code=code), code)
