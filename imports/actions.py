"""All that people do with an import."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts import audit
from imports import running
from imports.kinds import kind_class
from imports.leases import discard
from imports.models import Import
from imports.reading import SMALL
from pbx_messaging.nudges import nudge

State = Import.State


def understand(import_: Import, *, meanings: Sequence[str], has_headings: bool) -> bool:
    """Says what the columns mean. False if it was started meanwhile."""
    values = {"meanings": list(meanings), "has_headings": has_headings}
    done = Import.objects.filter(pk=import_.pk, state=State.MAPPING).update(**values)
    import_.meanings, import_.has_headings = values["meanings"], has_headings
    return bool(done)


def start(import_: Import) -> None:
    """A small one is done at once; the worker does others. Twice is once."""
    with transaction.atomic():
        waiting = Import.objects.filter(pk=import_.pk, state=State.MAPPING)
        if not waiting.update(state=State.RUNNING):
            return
        entry = audit.note(import_, audit.Action.IMPORTED, name=f"{_kind_words(import_)}: {import_}")
        Import.objects.filter(pk=import_.pk).update(audit_entry=entry)
    import_.refresh_from_db()
    if import_.count <= SMALL:
        running.run(import_)
    else:
        nudge("imports.tasks.run_due")


def _kind_words(import_: Import) -> str:
    return str(kind_class(import_.kind).list_label)


def cancel(import_: Import) -> bool:
    """What is stored stays; a piece that is being stored is stored, or isn't. False if it has ended."""
    if discard(Import.objects.filter(pk=import_.pk, state__in=(State.LOADING, State.MAPPING))):
        return True
    return running.end(import_, State.CANCELLED)


def take_links(import_: Import) -> list[int]:
    """The ids of the invitations whose links somebody downloads, once; [] if it was done already."""
    first = Import.objects.filter(pk=import_.pk, links_taken_at=None, links__gt=0)
    if not first.update(links_taken_at=timezone.now()):
        return []
    found = import_.pieces.exclude(invitations=[]).order_by("position").values_list("invitations", flat=True)
    return [pk for some in found for pk in some]
