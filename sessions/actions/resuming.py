"""An administrator lets texts go again after a backup was restored."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from channels.models import Channel
from sessions import standstill
from sessions.nudges import nudge


@transaction.atomic
def resume_after_restore(*, by: User | None) -> bool:
    """False if there is nothing to resume. The validity of texts stood still meanwhile.

    What the ITSP has not been asked about yet goes on waiting, lane by lane.
    """
    now = timezone.now()
    standing = list(standstill.lasting().select_for_update(no_key=True, of=("self",)).order_by("at"))
    if not standing:
        return False
    for restoration in standing:
        restoration.resumed_at, restoration.resumed_by = now, by
        restoration.save(update_fields=["resumed_at", "resumed_by"])
    stood_s = int((now - standing[-1].at).total_seconds())
    Channel.objects.filter(held_since=None).update(held_s=F("held_s") + stood_s)
    transaction.on_commit(lambda: nudge("sessions.tasks.drain"))
    return True
