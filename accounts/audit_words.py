"""What the audit log calls things: names and values as people read them, at the time of the change."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Field, ForeignKey
from django.utils.translation import gettext as _

NAMED_MOST = 50  # of what was added to a list, or removed from it
VALUE_MOST = 200  # characters
NameOfRow = Callable[[Any, Any], str]  # of a model, by its id


def shown(field: Any, old: Any, new: Any, called: NameOfRow) -> dict[str, str]:
    return {"old": _words(field, old, called), "new": _words(field, new, called)}


def _words(field: "Field[Any, Any]", value: Any, called: NameOfRow) -> str:
    if value is None or value == "":
        return ""
    if isinstance(field, ForeignKey):
        return called(field.related_model, value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, date):  # or a datetime
        return value.isoformat()
    if isinstance(value, list):  # of words, in JSON
        return ", ".join(map(str, value))[:VALUE_MOST]
    return str(dict(field.flatchoices).get(value, value))[:VALUE_MOST]


def name_of_row(model: Any, pk: Any) -> str:
    related = model._base_manager.filter(pk=pk).first()
    return name_of(related)[:VALUE_MOST] if related else str(pk)


def name_of(instance: Any) -> str:
    return str(getattr(instance, "audit_name", instance))


def first_of(names: list[str]) -> list[str]:
    more = [_("… %s in all") % len(names)] if len(names) > NAMED_MOST else []
    return names[:NAMED_MOST] + more
