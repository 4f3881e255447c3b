"""An entry of the audit log in words."""

from datetime import datetime

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import AuditEntry

register = template.Library()


@register.filter
def kind_words(entry: AuditEntry) -> str:
    try:
        return capfirst(str(apps.get_model(entry.kind)._meta.verbose_name))
    except LookupError:  # of a model that is gone
        return entry.kind


@register.filter
def sentences(entry: AuditEntry) -> list[tuple[str, str]]:
    """(field, what became of it); a secret only says that it was set or changed."""
    return [(_label(entry.kind, field), _words(entry, change)) for field, change in entry.changes.items()]


def _label(kind: str, field: str) -> str:
    try:
        found = apps.get_model(kind)._meta.get_field(field)
        rows = found.related_model if found.one_to_many else None
        return capfirst(str(rows._meta.verbose_name if rows else found.verbose_name))
    except (LookupError, FieldDoesNotExist):
        return field


def _readable(value: str) -> str:
    """A moment in the reader's zone; anything else as it is."""
    try:
        moment = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        moment = None
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT") if moment and moment.tzinfo else value


def _words(entry: AuditEntry, change: dict[str, str | list[str]]) -> str:
    if "old" in change or "new" in change:
        old, new = (_readable(str(change.get(name) or "–")) for name in ("old", "new"))
        return str(new) if entry.action == AuditEntry.Action.CREATED and old == "–" else f"{old} → {new}"
    if not change:
        return _("set") if entry.action == AuditEntry.Action.CREATED else _("changed")
    added = [_("added %s") % ", ".join(change["added"])] if "added" in change else []
    removed = [_("removed %s") % ", ".join(change["removed"])] if "removed" in change else []
    return "; ".join(removed + added)
