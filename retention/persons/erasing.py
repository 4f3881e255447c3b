"""Erases a contact at somebody's request: waits for what is on its way, then nothing of it is left.

Each step may run twice: whoever is killed in the middle begins anew. What must stay is that somebody has
opted out, or they would be texted again.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.audit_origin import acting
from accounts.models import AuditEntry, User
from pbx_messaging.nudges import nudge
from retention.models import Erasure, ending_of
from retention.persons import archives, elsewhere, holds, journal, storage, texts
from retention.sweeping.pace import Pace
from sessions.media import files
from sessions.models import ErasedText, MessagingSession

TASK = "retention.tasks.erase_due"
RUN_S = 300.0


class OnHold(Exception):
    """The contact is on legal hold: nothing is erased until that is lifted."""


def waiting(address: str) -> Erasure | None:
    return Erasure.objects.filter(address=address, done_at=None).first()


def ask(address: str, *, by: User | None) -> Erasure:
    """A worker does it. Twice is once. Raises `OnHold`."""
    if holds.hold_of(address):
        raise OnHold
    try:
        with transaction.atomic():
            erasure = Erasure.objects.create(address=address, ending=ending_of(address), by=by)
            transaction.on_commit(lambda: nudge(TASK))
            return erasure
    except IntegrityError:
        return Erasure.objects.get(address=address, done_at=None)


def withdraw(erasure: Erasure) -> bool:
    """While it waits. False if it is done."""
    return bool(Erasure.objects.filter(pk=erasure.pk, done_at=None).delete()[0])


def erase_due() -> int:
    """Returns how many were done; those that wait still are left for the next time."""
    journal.remove_late()
    done = 0
    for erasure in Erasure.objects.filter(done_at=None).order_by("pk").select_related("by"):
        done += erase(erasure)
    ErasedText.objects.filter(at__lt=texts.remembered_since()).delete()
    return done


def erase(erasure: Erasure) -> bool:
    """False if it waits: for a text on its way, a file that is read or must go, or a hold put meanwhile."""
    address, pace = erasure.address, Pace(RUN_S)
    if holds.hold_of(address):
        return False
    texts.cancel_waiting(address)
    if texts.on_the_way(address):
        return False
    journal.drain_spool(address)
    sessions = set(MessagingSession.objects.filter(contact=address).values_list("pk", flat=True))
    names = journal.ids_of(address)
    try:
        texts.remove(address, pace)
    except texts.OnTheWay:
        return False
    journal.remove(address, names, pace)
    if not (archives.are_gone(address) and elsewhere.files_are_read()):
        return False
    _forget(address)
    journal.forget_events(sessions)
    while files.remove():
        pass
    if files.are_left(since=erasure.asked_at):
        return False
    storage.merge_words(pace)
    _end(erasure)
    storage.checkpoint()
    return True


def _forget(address: str) -> None:
    for step in _STEPS:
        step(address)


_STEPS = (
    elsewhere.forget_rows,  # first: what is being imported comes into the address book
    elsewhere.forget_file_names,
    elsewhere.forget_views,
    elsewhere.forget_records,
    elsewhere.forget_contact,  # after those that ask the address book
    elsewhere.trim_ledger,
    elsewhere.forget_in_group_texts,
    elsewhere.forget_figures,
)


@transaction.atomic
def _end(erasure: Erasure) -> None:
    if Erasure.objects.filter(pk=erasure.pk, done_at=None).update(address="", done_at=timezone.now()):
        if erasure.by:
            with acting(erasure.by):
                audit.note(erasure, AuditEntry.Action.ERASED)
        else:
            audit.note(erasure, AuditEntry.Action.ERASED)
