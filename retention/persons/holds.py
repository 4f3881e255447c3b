"""Legal holds: set and lifted by administrators, each in the audit log."""

from django.db import transaction

from retention.models import LegalHold


def hold_of(address: str) -> LegalHold | None:
    return LegalHold.objects.filter(address=address).first()


@transaction.atomic
def put(address: str, *, reason: str) -> LegalHold:
    """Twice is once; the first reason stays."""
    return LegalHold.objects.get_or_create(address=address, defaults={"reason": reason})[0]


@transaction.atomic
def lift(address: str) -> bool:
    """False if there was none."""
    hold = LegalHold.objects.select_for_update().filter(address=address).first()
    if hold is None:
        return False
    hold.delete()
    return True
