"""What the portal's templates are built of: fields, sortable column heads, links that keep the query."""

from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, PasswordInput, Select, SelectMultiple, Textarea, TextInput
from django.template import Context
from django.utils.safestring import SafeString

from accounts.browsers import browser_words
from accounts.listing import Query
from pbx_messaging.version import VERSION

register = template.Library()


@register.simple_tag
def product_and_version() -> str:
    return f"PBX Messaging {VERSION}"


@register.inclusion_tag("partials/field.html")
def field(bound: BoundField, **options: Any) -> dict[str, Any]:
    """A field with its label, help and errors, tied together for screen readers.

    Options: `help` (HTML to show instead of the field's own), `note` (a line after the input),
    `required` (where only the page knows).
    """
    is_checkbox = isinstance(bound.field.widget, CheckboxInput)
    return {
        "field": bound,
        "input": styled(bound, has_help=bool(options.get("help") or bound.help_text)),
        "is_checkbox": is_checkbox,
        "is_password": isinstance(bound.field.widget, PasswordInput),
        **options,
    }


def styled(bound: BoundField, *, has_help: bool) -> SafeString:
    widget = bound.field.widget
    css = "form-select" if isinstance(widget, Select | SelectMultiple) else "form-control"
    if isinstance(widget, CheckboxInput):
        css = "form-check-input"
    described = [f"{bound.auto_id}_help"] if has_help else []
    attrs: dict[str, Any] = {"class": css}
    if bound.errors:
        attrs |= {"class": f"{css} is-invalid", "aria-invalid": "true"}
        described.append(f"{bound.auto_id}_error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if isinstance(widget, Textarea) or (isinstance(widget, TextInput) and widget.input_type == "text"):
        attrs |= _of_words(bound)
    return bound.as_widget(attrs=attrs)


def _of_words(bound: BoundField) -> dict[str, Any]:
    """Keeps its writer’s direction, and is not cut: `static/js/too_long.js` says what is too much."""
    most = getattr(bound.field, "max_length", None)
    return {"dir": "auto"} | ({"maxlength": False, "data-most-characters": most} if most else {})


@register.simple_tag
def filter_input(bound: BoundField) -> SafeString:
    """The input of a filter, whose label and errors stand in the template."""
    return styled(bound, has_help=False)


@register.inclusion_tag("partials/sort_header.html", takes_context=True)
def sort_header(context: Context, query: Query, column: str, label: str, css: str = "") -> dict[str, Any]:
    """A column head that sorts by `column`, and the other way round when it does already."""
    active = query.column == column
    params = context["request"].GET.copy()
    params.pop("page", None)
    params["sort"] = f"-{column}" if active and not query.descending else column
    direction = ("descending" if query.descending else "ascending") if active else "none"
    return {"url": f"?{params.urlencode()}", "label": label, "direction": direction, "css": css}


@register.simple_tag(takes_context=True)
def url_with(context: Context, **changes: Any) -> str:
    """The page's own URL with these parameters changed; "" removes one."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value != "":
            params[name] = value
    return f"?{params.urlencode()}"


@register.simple_tag
def email_is_set() -> bool:
    return settings.EMAIL_IS_SET


register.filter("browser", browser_words)


@register.simple_tag(takes_context=True)
def current(context: Context, *prefixes: str, is_whole: bool = False) -> bool:
    """True on the pages below one of these paths; `is_whole`: on no page but theirs.

    `page_below` of a page is where it belongs to.
    """
    path: str = context.get("page_below") or context["request"].path
    return path in prefixes if is_whole else path.startswith(prefixes)
