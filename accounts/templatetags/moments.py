"""Moments as machines read them, and as people do; every template has these."""

from datetime import datetime, tzinfo
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.filter
def for_machines(at: datetime | None) -> str:
    """Of `<time datetime>`, which takes three decimals of a second at most; "" of none."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""


@register.simple_tag
def moment(at: datetime, more: str = "") -> SafeString:
    """The time of day; its title says the date, and what else there is to say."""
    return _moment(at, more, timezone.get_current_timezone(), get_language())


@register.simple_tag
def exact_moment(at: datetime) -> SafeString:
    """The day and the time, to the second."""
    return _exact_moment(at, timezone.get_current_timezone(), get_language())


# With each text that comes a thread shows the same moments again; writing them is a quarter of its cost.
@lru_cache(maxsize=8192)
def _moment(at: datetime, more: str, zone: tzinfo, _language: str | None) -> SafeString:
    local = at.astimezone(zone)
    title = " · ".join(filter(None, [date_format(local, "DATETIME_FORMAT"), more]))
    return _time(local, date_format(local, "H:i"), format_html(' title="{}"', title))


@lru_cache(maxsize=8192)
def _exact_moment(at: datetime, zone: tzinfo, _language: str | None) -> SafeString:
    local = at.astimezone(zone)
    return _time(local, date_format(local, "j M, H:i:s"))


def _time(local: datetime, words: str, title: str = "") -> SafeString:
    return format_html('<time datetime="{}"{}>{}</time>', local.isoformat(timespec="seconds"), title, words)
