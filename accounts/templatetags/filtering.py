"""A drop-down that narrows a list by the URL."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context

register = template.Library()


@register.inclusion_tag("partials/filter_menu.html", takes_context=True)
def filter_menu(
    context: Context, name: str, label: str, everything: str, choices: Iterable[tuple[Any, Any]]
) -> dict[str, Any]:
    """`choices` are (value, words); `everything` says that the filter is off."""
    params = context["request"].GET.copy()
    chosen = params.get(name, "")
    for dropped in (name, "before", "page"):
        params.pop(dropped, None)

    def url(value: str) -> str:
        changed = params.copy()
        if value:
            changed[name] = value
        return f"?{changed.urlencode()}"

    options = [(str(value), words, url(str(value))) for value, words in choices]
    shown = next((words for value, words, _ in options if value == chosen), "")
    return {"label": label, "everything": everything, "off": url(""), "options": options, "shown": shown}
