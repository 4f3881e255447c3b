"""The mark of what rings, on every page of an administrator."""

from django import template
from django.template import Context
from django.urls import reverse

from health.models import Alarm
from health.result import Result

register = template.Library()

NAMED_MOST = 3
PLACES = {  # by check; those of a channel are about one
    "channels": "channel-edit",
    "held": "channel-edit",
    "set_up": "channel-edit",
    "standby": "channel-edit",
    "balance": "channel-edit",
    "queue": "channel-sending",
    "failures": "channel-sending",
    "uncertain": "channel-sending",
    "webhooks": "journal-list",
    "dead_man": "alarms",
    "restored": "restored",
}


@register.simple_tag(takes_context=True)
def ringing_alarms(context: Context) -> list[Result]:
    """What rings, the latest first; nothing for others than administrators. Asked once for a page."""
    request = context["request"]
    if not getattr(request.user, "is_administrator", False):
        return []
    if not hasattr(request, "ringing_alarms"):
        request.ringing_alarms = [one.result for one in Alarm.objects.ringing().order_by("-began_at", "-pk")]
    found: list[Result] = request.ringing_alarms
    return found


@register.filter
def place(result: Result) -> str:
    """The page where it is mended; "" if there is none."""
    if result.check not in PLACES:
        return ""
    channel = result.about.partition("-")[0]
    return reverse(PLACES[result.check], args=[channel] if channel else [])


@register.filter
def named(results: list[Result]) -> str:
    return " · ".join(result.title for result in results[:NAMED_MOST])
