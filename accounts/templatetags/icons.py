"""The icons of Bootstrap Icons, by the names that it gives them; every template has the tag."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, css: str = "") -> SafeString:
    """One of the pictures in the file that `make assets` builds; it says nothing by itself."""
    return format_html(
        '<svg class="bi{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {css}" if css else "",
        static("assets/icons.svg"),
        name,
    )
