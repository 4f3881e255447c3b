"""How a channel is doing, on each of its pages."""

from typing import Any

from django import template
from django.template import Context

from channels.models import Channel
from channels.set_up.standing import standing_of

register = template.Library()


@register.inclusion_tag("channels/_standing.html", takes_context=True)
def standing(context: Context, channel: Channel, *, is_fragment: bool = False) -> dict[str, Any]:
    """Status, reason and the one next step.

    `is_fragment`: it replaces the one that the page has, unless that is the same already: a button that
    has the focus would lose it.
    """
    found = standing_of(channel)
    seen = context["request"].GET.get("standing", "")
    return {
        "channel": channel,
        "standing": found,
        "is_fragment": is_fragment,
        "is_seen": is_fragment and seen == found.digest,
        "csrf_token": context.get("csrf_token"),
    }
