"""The mark of what rings, on every page of an administrator."""

from django import template
from django.template import Context

from health.models import Alarm
from health.result import Result

register = template.Library()

NAMED_MOST = 3


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
def named(results: list[Result]) -> str:
    return " · ".join(result.title for result in results[:NAMED_MOST])
