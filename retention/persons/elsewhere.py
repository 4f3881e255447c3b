"""Removes what is known of a contact outside of its sessions: address book, ledger, files, records, views."""

import logging
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import AuditEntry
from channels.phone_numbers import PREFIX_LENGTH
from imports import running
from imports.models import Import, Piece
from retention.models import ending_of
from retention.persons.mentions import has_cell, is_asked_for, is_called, names, without
from sessions.bulk import remove
from sessions.models import Contact, ContactValue, Message, OptOutEntry, SavedView
from sessions.opt_outs import ledger
from stats import counting

logger = logging.getLogger(__name__)

CONTACT, IMPORT, LINES = Contact._meta.label_lower, Import._meta.label_lower, 200


def files_are_read() -> bool:
    """Of a file whose rows were not read yet nobody knows whose they are. False if one can't be read now."""
    unread = Import.objects.filter(state=Import.State.LOADING, sources__isnull=False).distinct()
    waiting = list(unread.order_by("pk"))
    for import_ in waiting:
        try:
            running.run(import_)
        except Exception:  # a defect of one file; as all that nobody starts, it is discarded in a day
            logger.exception("import %s can't be read", import_.pk)
    return not unread.filter(pk__in=[import_.pk for import_ in waiting]).exists()


@transaction.atomic
def forget_records(address: str) -> None:
    """Entries of the audit log keep who did what and when; before the address book, which names them."""
    maybe = AuditEntry.objects.filter(Q(name__contains=address) | Q(changes__icontains=address))
    told = maybe.only("kind", "object_id", "name", "changes").iterator(LINES)
    named = [entry for entry in told if names(address, [entry.name, entry.changes])]
    contacts = {*Contact.objects.filter(address=address).values_list("pk", flat=True)}
    contacts |= {entry.object_id for entry in named if entry.kind == CONTACT and entry.object_id}
    of_contact = Q(kind=CONTACT, object_id__in=contacts)
    found = AuditEntry.objects.filter(Q(pk__in=[entry.pk for entry in named]) | of_contact)
    found.update(name=ending_of(address), changes={})


@transaction.atomic
def forget_contact(address: str) -> None:
    """Without a line in the audit log, which would name it."""
    ids = list(Contact.objects.filter(address=address).values_list("pk", flat=True))
    remove(ContactValue, contact=ids)
    remove(Contact, id=ids)


@transaction.atomic
def trim_ledger(address: str) -> None:
    """Only that somebody has opted out stays, and when: they must not be texted again."""
    entries = OptOutEntry.objects.filter(contact=address)
    kept = list(ledger.current().filter(contact=address, opted_out=True).values_list("pk", flat=True))
    remove(OptOutEntry, id=entries.exclude(pk__in=kept).values_list("pk", flat=True))
    entries.update(reason="", itsp_message_id="")


def forget_rows(address: str) -> None:
    """Of imported files: rows that wait, rows that were faulty, and the samples of their columns."""
    for import_ in Import.objects.order_by("pk"):
        touched = [_forget_in(piece.pk, address) for piece in import_.pieces.only("pk")]
        if any(touched) or any(has_cell(address, _shown(column)) for column in import_.columns):
            bare = [_bare(column, address) for column in import_.columns]
            Import.objects.filter(pk=import_.pk).update(columns=bare)


@transaction.atomic
def forget_file_names(address: str) -> None:
    """Of an imported file that is called by the person's name, as a card that a phone shares."""
    called = _names_of(address)
    for import_ in Import.objects.exclude(name="").only("name").iterator(LINES):
        if any(is_called(name, import_.name) for name in called):
            bare = ending_of(address) + PurePath(import_.name).suffix
            Import.objects.filter(pk=import_.pk).update(name=bare)
    for entry in AuditEntry.objects.filter(kind=IMPORT).only("name").iterator(LINES):
        if any(is_called(name, entry.name) for name in called):
            AuditEntry.objects.filter(pk=entry.pk).update(name=ending_of(address))


def _names_of(address: str) -> list[str]:
    return list(Contact.objects.filter(address=address).exclude(name="").values_list("name", flat=True))


def _shown(column: dict[str, Any]) -> list[str]:
    return [column["heading"], *column["samples"]]


def _bare(column: dict[str, Any], address: str) -> dict[str, Any]:
    """Of a file without headings, the first row's cells stand in their place."""
    heading = "" if has_cell(address, [column["heading"]]) else column["heading"]
    return column | {"samples": [], "heading": heading}


@transaction.atomic
def _forget_in(pk: int, address: str) -> bool:
    piece = Piece.objects.select_for_update().get(pk=pk)
    rows = [row for row in piece.rows if not has_cell(address, row[1])]
    faults = [fault for fault in piece.faults if not has_cell(address, fault[1])]
    seen = {thing: line for thing, line in piece.seen.items() if not has_cell(address, [thing])}
    if (rows, faults, seen) == (piece.rows, piece.faults, piece.seen):
        return False
    piece.rows, piece.faults, piece.seen = rows, faults, seen
    piece.save(update_fields=["rows", "faults", "seen"])
    return True


def forget_in_group_texts(address: str) -> None:
    """Of others' texts: that this number got them, too."""
    for pk in list(Message.objects.filter(others__contains=address).values_list("pk", flat=True)):
        with transaction.atomic():
            message = Message.objects.select_for_update().filter(pk=pk).first()
            if message:
                others = "\n".join(without(address, message.others.splitlines()))
                Message.objects.filter(pk=pk).update(others=others)


def forget_views(address: str) -> None:
    """Tabs that somebody kept for this number, or for the person's name."""
    called = _names_of(address)
    for view in SavedView.objects.all():
        if is_asked_for(address, view.query, called):
            view.delete()


def forget_figures(address: str) -> None:
    """Failures are counted by a number's first characters; of a very short one, these are all."""
    if len(address) <= PREFIX_LENGTH:
        counting.forget_prefix(address)
