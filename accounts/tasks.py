"""What beat has done for people's own data."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts import invitations
from accounts.models import AuditEntry, Invitation

BATCH = 1_000


@shared_task
def mail_invitations(first: int, last: int) -> None:
    """Those that an import has made, by the range of their ids."""
    for invitation in Invitation.objects.filter(pk__range=(first, last)).select_related("user"):
        invitations.send(invitation)


@shared_task
def forget_audit() -> None:
    """Entries past their retention; what is left is for the next run."""
    old = AuditEntry.objects.filter(at__lt=timezone.now() - timedelta(days=settings.AUDIT_DAYS))
    for _batch in range(100):
        batch = list(old.order_by("at").values_list("pk", flat=True)[:BATCH])
        AuditEntry.objects.filter(pk__in=batch).delete()
        if len(batch) < BATCH:
            return
