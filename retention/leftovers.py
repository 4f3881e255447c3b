"""What ends by itself and is of no use then: logins, links, tokens, and devices of logins that are over."""

from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import ApiToken, Invitation
from health.models import AlarmMessage
from sessions.bulk import remove
from sessions.models import Push, PushDevice

BATCH, BATCHES_MOST = 500, 100
SEEN = timedelta(days=90)  # for so long people see that a token or an invitation has ended


def clear(*, now: datetime) -> int:
    """Returns how many rows were removed. Password resets and invitations' links are signed, not stored."""
    before = now - SEEN
    tokens = ApiToken.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
    due = (
        Session.objects.filter(expire_date__lt=now),
        UserSession.objects.exclude(Exists(Session.objects.filter(session_key=OuterRef("session_key")))),
        Invitation.objects.filter(expires_at__lt=before),
        tokens,
    )
    return sum(map(_remove, due)) + _remove_devices()


def _remove(
    due: "QuerySet[Session] | QuerySet[UserSession] | QuerySet[Invitation] | QuerySet[ApiToken]",
) -> int:
    removed = 0
    for _batch in range(BATCHES_MOST):
        some = list(due.values_list("pk", flat=True)[:BATCH])
        removed += remove(due.model, **{due.model._meta.pk.name: some})
        if len(some) < BATCH:
            break
    return removed


@transaction.atomic
def _remove_devices() -> int:
    """A device is told for as long as its login lasts."""
    logins = Session.objects.filter(session_key=OuterRef("session_key"))
    dead = list(PushDevice.objects.exclude(Exists(logins)).values_list("pk", flat=True)[:BATCH])
    remove(Push, device=dead)
    remove(AlarmMessage, device=dead)
    return remove(PushDevice, id=dead)
