"""Names from right to left in a page; every template has these filters."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeData, mark_safe

from accounts import directions

register = template.Library()
register.filter("is_from_right_to_left", lambda words: directions.is_from_right_to_left(str(words)))
register.filter("without_controls", lambda words: directions.without_controls(str(words)))


@register.filter
def balanced(words: Any) -> Any:
    """What a stranger wrote, beside something else within a line."""
    text = directions.balanced(str(words))
    return mark_safe(text) if isinstance(words, SafeData) else text  # noqa: S308  it adds no markup


@register.filter(is_safe=True)
def isolated(words: Any) -> Any:
    """Within an attribute or a title, where no element can stand."""
    if not words:  # for `firstof` and `default`
        return words
    apart = directions.isolated(words)
    return mark_safe(apart) if isinstance(words, SafeData) else apart  # noqa: S308  it adds no markup


@register.filter
def isolated_each(names: Iterable[Any]) -> list[str]:
    """Before they are joined to a list, whose order is that of the page."""
    return [directions.isolated(name) for name in names]


@register.filter
def bdi(words: Any) -> Any:
    """Within a page: in an element of its own, if it needs one."""
    if not words:  # for `firstof` and `default`
        return words
    html = conditional_escape(words)
    if not directions.is_from_right_to_left(str(html)):
        return html
    return format_html("<bdi>{}</bdi>", mark_safe(directions.balanced(html)))  # noqa: S308  escaped above
