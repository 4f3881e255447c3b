"""Who works on an import holds it for a while; if he is killed, another goes on when that is over."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from imports.models import Import


class Lost(Exception):
    """It was cancelled, or somebody else goes on with it."""


def held_until() -> datetime:
    return timezone.now() + timedelta(seconds=settings.IMPORT_LEASE_S)


@transaction.atomic
def discard(unstarted: "QuerySet[Import]") -> int:
    """Deletes them with their rows, also under the hands of whoever reads them. How many things that were."""
    locked = list(unstarted.select_for_update().values_list("pk", flat=True))
    return Import.objects.filter(pk__in=locked).delete()[0]
