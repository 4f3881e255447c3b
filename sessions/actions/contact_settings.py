"""What administrators decide about contacts: fields, links, and how a number is called."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.gone import save_held
from sessions.models import CannedReply, ContactField, ContactLink, ContactSettings

Renamed = Callable[[str], str]  # a text, in which a field is called by its new name


@contextmanager
def deciding_on_contacts() -> Iterator[ContactSettings]:
    """One after the other: what is checked in the block (names, how many) still holds at its end."""
    with transaction.atomic():
        ContactSettings.objects.bulk_create([ContactSettings(pk=1)], ignore_conflicts=True)
        yield ContactSettings.objects.select_for_update().get(pk=1)


def save_field(field: ContactField, *, renamed: Renamed | None = None) -> ContactField:
    """A new one stands last. `renamed` changes the texts and links that call it by its name before.

    To be called within `deciding_on_contacts`, as are those below. Raises `Gone`.
    """
    if field._state.adding:
        field.position = _last(ContactField.objects.live()) + 1
    field.key = field.name.casefold()
    save_held(field)
    if renamed:
        _rename_in(CannedReply.objects.filter(body__icontains="{field:"), "body", renamed)
        _rename_in(ContactLink.objects.filter(pattern__icontains="{field:"), "pattern", renamed)
    return field


def remove_field(field: ContactField) -> bool:
    """Archives one that has values, which are kept; else deletes it. Whether it was archived."""
    if not field.values.exists():
        field.delete()
        return False
    field.archived_at = timezone.now()
    field.save()
    return True


def bring_back_field(field: ContactField) -> None:
    field.archived_at, field.position = None, _last(ContactField.objects.live()) + 1
    field.save()


def save_contact_link(link: ContactLink) -> ContactLink:
    """A new one stands last."""
    if link._state.adding:
        link.position = _last(ContactLink.objects.all()) + 1
    save_held(link)
    return link


def delete_contact_link(link: ContactLink) -> None:
    link.delete()


def save_call_pattern(pattern: str) -> None:
    with deciding_on_contacts() as found:
        found.call_pattern = pattern
        found.save()


def move_one(rows: Sequence[Any], pk: int, *, by: int) -> None:
    """One place up (-1) or down (1) among `rows`: all fields, or all links, in their order."""
    ordered = list(rows)
    at = next((place for place, row in enumerate(ordered) if row.pk == pk), None)
    if at is None or not 0 <= at + by < len(ordered):
        return
    moved = ordered.pop(at)
    ordered.insert(at + by, moved)
    for place, row in enumerate(ordered, 1):
        if row.position != place:
            row.position = place
            row.save(update_fields=["position"])


def _last(rows: QuerySet[Any]) -> int:
    return max(rows.values_list("position", flat=True), default=0)


def _rename_in(rows: QuerySet[Any], name: str, renamed: Renamed) -> None:
    for row in rows:
        text = renamed(getattr(row, name))
        if text != getattr(row, name):
            setattr(row, name, text)
            row.save(update_fields=[name])
