"""Takes a file in. A small one is read at once; a large one is kept as it is, for a worker to read."""

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any, Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from imports import storing
from imports.files import text_of
from imports.kinds import Kind
from imports.leases import discard
from imports.models import Import, Source
from pbx_messaging.nudges import nudge

BYTES_MOST = 20 * 1024 * 1024
AT_ONCE_BYTES = 256 * 1024  # some thousand rows, or some hundred cards: half a second
SOURCE_BYTES = 1024 * 1024
WAITING_MOST = 5  # files of one user that were not started


class Uploaded(Protocol):
    """What a form's file field gives."""

    name: str | None
    file: Any

    @property
    def size(self) -> int | None: ...


def take(kind: Kind, *, user: User, file: Uploaded | None = None, text: str = "") -> Import:
    """A file, or pasted text. Raises `ValidationError` in words; then nothing is kept."""
    if file is None:
        content = text.encode()
        return _taken(kind, user, "", BytesIO(content), len(content))
    if (file.size or 0) > BYTES_MOST:
        words = _("The file is larger than %s MB. Split it, and import the parts one after the other.")
        raise ValidationError(words % (BYTES_MOST // 1024 // 1024))
    return _taken(kind, user, (file.name or "")[:127], file.file, file.size or 0)


def _taken(kind: Kind, user: User, name: str, file: IO[bytes], size: int) -> Import:
    _forget_unstarted(user)
    new = Import(kind=kind.name, target_id=kind.target_id, user=user, name=name)
    with text_of(file) as text:
        if size <= AT_ONCE_BYTES:
            return _read(new, kind, text)
        storing.refuse_cards(kind, text.read(storing.BEGIN_CHARACTERS))
    return _kept(new, file)


def _read(new: Import, kind: Kind, text: IO[str]) -> Import:
    new.save()
    try:
        for pieces in storing.pieces_of(new, kind, text):
            storing.store(pieces)
    except BaseException:
        new.delete()
        raise
    new.save()
    return new


def _kept(new: Import, file: IO[bytes]) -> Import:
    with transaction.atomic():
        new.save()
        for position, content in enumerate(_parts(file)):
            Source.objects.create(import_of=new, position=position, content=content)
    nudge("imports.tasks.run_due")
    return new


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while content := file.read(SOURCE_BYTES):
        yield content


def _forget_unstarted(user: User) -> None:
    """A user keeps some at most, so that nobody fills the disk by uploading."""
    unstarted = Import.objects.filter(user=user, state__in=(Import.State.LOADING, Import.State.MAPPING))
    old = unstarted.order_by("-pk").values_list("pk", flat=True)[WAITING_MOST - 1 :]
    discard(Import.objects.filter(pk__in=list(old)))
