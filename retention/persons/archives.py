"""Archives that would hold up a request: a worker makes them, from the beginning after one that was killed.

What a worker has written to the storage is named in the row before, so that no file is left without one.
"""

import logging
import secrets
import tempfile
import time
import uuid
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mailing
from accounts.models import User
from pbx_messaging.nudges import nudge
from pbx_messaging.outside.shares import Shares
from retention.models import HandOut
from retention.persons.gathered import written
from retention.persons.handing_out import write_archive
from sessions.media import files
from sessions.models import Attachment, Contact

logger = logging.getLogger(__name__)

TASK = "retention.tasks.make_archives"
SMALL_TEXTS, SMALL_BYTES = 200, 10 * 1024 * 1024  # are handed out with the answer
LEASE, STORING = timedelta(seconds=60), timedelta(hours=1)  # then another worker begins anew
SAYS_EVERY_S = 1.0
TRIES_MOST = 3
State = HandOut.State
shares = Shares(in_all=1, each=1)


class Lost(Exception):
    """It was cancelled, or somebody else makes it."""


def is_small(address: str) -> bool:
    if written(address)[: SMALL_TEXTS + 1].count() > SMALL_TEXTS:
        return False
    found = Attachment.objects.filter(message__session__contact=address).aggregate(all=Sum("size_bytes"))
    return (found["all"] or 0) <= SMALL_BYTES


def of(address: str) -> HandOut | None:
    """One that has expired is none any more."""
    current = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return HandOut.objects.filter(current, address=address).exclude(state=State.CANCELLED).first()


def opened(hand_out: HandOut) -> IO[bytes] | None:
    """None of one that is not ready, or that the storage has lost."""
    if hand_out.state != State.READY or not default_storage.exists(hand_out.file):
        return None
    return default_storage.open(hand_out.file, "rb")


@transaction.atomic
def ask(address: str, *, by: User) -> HandOut:
    """A worker makes it, in the place of the former one. Twice is once."""
    discard(_free().filter(address=address).exclude(state=State.WAITING))
    values = {"by": by, "texts": written(address).count()}
    asked, is_new = HandOut.objects.get_or_create(address=address, defaults=values)
    if is_new:
        transaction.on_commit(lambda: nudge(TASK))
    return asked


def are_gone(address: str) -> bool:
    """Gives up what there is of the contact. False while a worker holds it still."""
    there = HandOut.objects.filter(address=address)
    discard(_free().filter(address=address))
    there.update(state=State.CANCELLED)
    return not there.exists()


def forget_expired(*, now: datetime) -> int:
    """Also those that nobody has asked for again after they failed."""
    return discard(HandOut.objects.filter(expires_at__lt=now))


@transaction.atomic
def discard(unwanted: "QuerySet[HandOut]") -> int:
    rows = dict(unwanted.select_for_update().values_list("pk", "file"))
    files.remove_later(filter(None, rows.values()))
    return HandOut.objects.filter(pk__in=rows).delete()[0]


def due() -> "QuerySet[HandOut]":
    return _free().filter(state=State.WAITING).order_by("pk")


def _free() -> "QuerySet[HandOut]":
    """Those that nobody makes."""
    return HandOut.objects.filter(Q(held_until=None) | Q(held_until__lte=timezone.now()))


def make_due() -> None:
    for hand_out in due():
        make(hand_out)


def make(hand_out: HandOut) -> bool:
    """False if somebody else does."""
    holder = uuid.uuid4().hex
    if not _take(hand_out, holder):
        return False
    try:
        _make(hand_out, holder)
    except Lost:
        HandOut.objects.filter(pk=hand_out.pk, state=State.CANCELLED).update(held_until=None)
    except Exception:
        logger.exception("an archive could not be made")
        _fail(hand_out, holder)
    return True


@transaction.atomic
def _take(hand_out: HandOut, holder: str) -> bool:
    """With a new name for the file; what a killed worker may have stored under the former one goes."""
    row = due().select_for_update().filter(pk=hand_out.pk).first()
    if row is None:
        return False
    files.remove_later(filter(None, [row.file]))
    hand_out.file = f"personal-data/{secrets.token_hex(16)}.zip"
    held_until = timezone.now() + LEASE
    taken = {"file": hand_out.file, "holder": holder, "held_until": held_until, "texts_done": 0}
    HandOut.objects.filter(pk=row.pk).update(**taken, tries=F("tries") + 1)
    return True


def _make(hand_out: HandOut, holder: str) -> None:
    told_at = time.monotonic()

    def reach(count: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at > SAYS_EVERY_S:
            told_at = time.monotonic()
            _hold(hand_out, holder, LEASE, texts_done=count)

    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
        count = write_archive(hand_out.address, file, reach=reach)
        _hold(hand_out, holder, STORING, texts_done=count, size_bytes=file.tell())
        file.seek(0)
        default_storage.save(hand_out.file, File(file))
    expires_at = timezone.now() + timedelta(hours=settings.HAND_OUT_H)
    _hold(hand_out, holder, timedelta(0), state=State.READY, expires_at=expires_at)
    _mail(hand_out)


def _hold(hand_out: HandOut, holder: str, lease: timedelta, **values: object) -> None:
    """Raises `Lost`."""
    mine = HandOut.objects.filter(pk=hand_out.pk, state=State.WAITING, holder=holder)
    if not mine.update(held_until=timezone.now() + lease, **values):
        raise Lost


def _fail(hand_out: HandOut, holder: str) -> None:
    """It is begun anew a little later, and in the end given up."""
    mine = HandOut.objects.filter(pk=hand_out.pk, state=State.WAITING, holder=holder)
    expires_at = timezone.now() + timedelta(hours=settings.HAND_OUT_H)
    mine.filter(tries__gte=TRIES_MOST).update(state=State.FAILED, expires_at=expires_at, held_until=None)


def _mail(hand_out: HandOut) -> None:
    contact = Contact.objects.filter(address=hand_out.address).first()
    if contact and hand_out.by:
        url = f"{settings.PUBLIC_URL}{reverse('person', args=[contact.pk])}"
        context = {"url": url, "hours": settings.HAND_OUT_H}
        subject = _("An archive that you asked for is ready")
        mailing.send_to(hand_out.by, subject=subject, template="retention/email/archive.txt", context=context)
