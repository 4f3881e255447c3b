"""What `frontend/portal/segments.js` counts by."""

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from channels.segments import RULES

register = template.Library()


@register.simple_tag
def segment_rules() -> SafeString:
    """Inert data, which the content security policy lets through."""
    return json_script(RULES, "segment-rules")
