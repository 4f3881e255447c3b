"""Files of removed texts: what the storage refuses costs the others nothing, is tried again, and is told."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from health import checks
from retention.models import Erasure
from retention.persons import erasing
from retention.tasks import erase_due
from sessions.media import files
from sessions.models import Attachment, FileToRemove
from sessions.tasks import remove_files
from tests.factories import CONTACT
from tests.retention.conftest import Past

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


def refuse(folder: Path, name: str) -> None:
    """No storage removes a folder that something is in."""
    (folder / name / "held").mkdir(parents=True)


def remove_later(*names: str) -> None:
    with transaction.atomic():
        files.remove_later(names)


def test_what_is_refused_does_not_keep_the_others(folder: Path) -> None:
    """There are more of them than one run looks at."""
    names = [f"refused-{n}" for n in range(files.BATCH + 1)]
    for name in names:
        refuse(folder, name)
    kept = default_storage.save("kept.txt", ContentFile(b"x"))
    remove_later(*names, kept)
    remove_files()
    remove_files()
    assert not default_storage.exists(kept)
    assert set(FileToRemove.objects.values_list("name", flat=True)) == {*names}


def test_waits_grow_up_to_a_day_and_end_when_it_is_removed(
    folder: Path, later: Callable[[float], None]
) -> None:
    refuse(folder, "refused")
    remove_later("refused")
    waits: list[timedelta] = []
    for _try in range(10):
        remove_files()
        row = FileToRemove.objects.get()
        assert row.next_try_at
        waits.append(row.next_try_at - timezone.now())
        remove_files()
        assert FileToRemove.objects.get().tries == row.tries  # it is not due yet
        later(sum(waits, timedelta()) / timedelta(days=1))
    minutes = [round(wait / timedelta(minutes=1)) for wait in waits]
    assert minutes == [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]
    (folder / "refused" / "held").rmdir()
    remove_files()
    assert FileToRemove.objects.count() == 0
    assert not (folder / "refused").exists()


def test_what_is_refused_for_a_day_is_told(folder: Path, later: Callable[[float], None]) -> None:
    def found() -> list[tuple[str, str]]:
        return [(str(one.state), one.says) for one in checks.run(["files"])]

    refuse(folder, "refused")
    remove_later("refused")
    remove_files()
    assert found() == [("ok", "All are gone.")]
    later(1.1)
    assert found() == [
        ("failing", "The storage still has some that should be gone: 1, the oldest for 26 h."),
    ]
    (folder / "refused" / "held").rmdir()
    remove_files()
    assert found() == [("ok", "All are gone.")]


def test_erasure_is_done_when_its_files_are_gone(
    past: Past, folder: Path, later: Callable[[float], None]
) -> None:
    refuse(folder, "of-somebody-else")
    remove_later("of-somebody-else")
    remove_files()
    past.session(40, file=True)
    path = Path(Attachment.objects.get().file.path)
    path.unlink()
    (path / "held").mkdir(parents=True)
    with pytest.raises(CommandError, match="The storage did not remove all files"):
        call_command("erase_contact", CONTACT, "--wait=0", stdout=StringIO())
    assert Erasure.objects.get().done_at is None
    (path / "held").rmdir()
    later(1)
    erase_due()
    assert Erasure.objects.get().done_at is not None
    assert (path.exists(), erasing.waiting(CONTACT)) == (False, None)
