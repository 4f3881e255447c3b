"""What became of an import: its figures, its faulty rows, the links of new logins."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from accounts import invitations
from accounts.models import Invitation
from imports.models import Import
from imports.reading import Faulty, Reading

SHOWN_MOST = 20
LINKS_AT_ONCE = 500
LINKS_HEADER = ("Name", "Username", "E-mail", "Link", "Valid until")


def context(import_: Import) -> dict[str, Any]:
    """For its page."""
    shown: list[Faulty] = []
    for one in _faults(import_) if import_.ended_at else []:
        shown.append(one)
        if len(shown) == SHOWN_MOST:
            break
    return {"faults": shown}


def _faults(import_: Import) -> Iterator[Faulty]:
    pieces = import_.pieces.exclude(faults=[]).order_by("position").values_list("faults", flat=True)
    for faults in pieces.iterator(chunk_size=20):
        yield from (Faulty(line, cells, reasons) for line, cells, reasons in faults)


def faults_header(import_: Import) -> list[str]:
    """The file's own columns; where it had no headings, what its columns were taken for."""
    if import_.has_headings:
        return [*(column["heading"] for column in import_.columns), "Reason"]
    labels = {field.name: field.label for field in Reading(import_).kind.fields()}
    return [*(labels.get(name, "") for name in import_.meanings), "Reason"]


def faults_rows(import_: Import) -> Iterator[Sequence[str]]:
    most = len(import_.columns)
    for one in _faults(import_):
        cells = one.cells + [""] * (most - len(one.cells))
        yield [*cells, " ".join(one.reasons)]


def links_rows(pks: Sequence[int]) -> Iterator[Sequence[str]]:
    """Of the invitations that hold still."""
    for start in range(0, len(pks), LINKS_AT_ONCE):
        some = Invitation.objects.filter(pk__in=pks[start : start + LINKS_AT_ONCE], user__is_active=True)
        for one in some.filter(expires_at__gt=timezone.now()).select_related("user").order_by("pk"):
            until = date_format(timezone.localtime(one.expires_at), "DATETIME_FORMAT")
            yield one.user.first_name, one.user.username, one.user.email, invitations.link_of(one), until
