"""What `manage.py backup` says and keeps; what is in Valkey alone; backups by the clock."""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import redis
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from health.models import Fact, note_fact
from pbx_messaging.archives import archive
from tests.health.test_checks import found
from tests.portal import make_user
from tests.stack import Servers
from tests.upkeep.elsewhere import Machine, manage, new_machine, path_of_programs, present
from upkeep.backups import making, scheduled
from upkeep.backups.problems import CannotBackUp

pytestmark = [pytest.mark.ops, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def machine(servers: Servers, tmp_path: Path) -> Iterator[Machine]:
    made = new_machine(servers, tmp_path)
    yield made
    made.valkey.kill()


@pytest.mark.long
def test_backup_without_a_key_says_so_and_holds_what_waits_in_valkey(
    machine: Machine, tmp_path: Path, redis_client: "redis.Redis"
) -> None:
    make_user("ann")
    request = json.dumps({"token": "one"})
    for stream in ("spool:texts", "spool:verified"):
        redis_client.xadd(stream, {"request": request})
    env = present(tmp_path / "former")
    folder = tmp_path / "backups"
    done = manage(env, "backup", "--to", str(folder))
    assert "It is NOT encrypted" in done.stdout, done.stderr
    [backup] = folder.iterdir()
    assert (backup.name.endswith(".tar.gz"), backup.stat().st_mode & 0o777) == (True, 0o600)

    other = {**env, **machine.env, "CREDENTIALS_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}
    assert "CREDENTIALS_KEYS are not those of the backup" in manage(other, "restore", str(backup)).stderr
    keys = manage(other, "restore", str(backup), "--keys-to", "-").stdout
    assert f"CREDENTIALS_KEYS={os.environ['CREDENTIALS_KEYS']}" in keys.splitlines()

    done = manage({**env, **machine.env}, "restore", str(backup))
    assert "Requests that waited in Valkey: 2." in done.stdout, done.stderr
    with machine.valkey.client() as valkey:
        assert [fields for _id, fields in valkey.xrange("spool:texts")] == [{"request": request}]


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "Valkey does not answer"),
        ({"BACKUP_DIR": "/proc/nowhere"}, "/proc/nowhere can't be written or read"),
        ({"BACKUP_DIR": ""}, "Name a folder: backup --to FOLDER, or set BACKUP_DIR."),
        ({"BACKUP_KEY": "a-password"}, "BACKUP_KEY must be 32 random bytes in base64"),
    ],
)
@pytest.mark.long
def test_backup_that_can_not_be_made_says_why(tmp_path: Path, env: dict[str, str], says: str) -> None:
    known = {**present(tmp_path), "BACKUP_DIR": str(tmp_path / "backups"), **env}
    done = manage(known, "backup")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert says in done.stderr
    assert not list((tmp_path / "backups").glob("*"))


@pytest.mark.long
def test_backup_that_breaks_off_leaves_nothing_that_fills_the_disk(tmp_path: Path) -> None:
    """The limit is one of files' sizes, which a disk without room is like."""
    known, folder = {**present(tmp_path), "BACKUP_DIR": str(tmp_path / "backups")}, tmp_path / "backups"
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "recording").write_bytes(os.urandom(20 * 2**20))
    done = manage(known, "backup", most_bytes=16 * 2**20)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "can't be written or read: File too large. Make room, or name another folder." in done.stderr
    assert [*folder.iterdir(), *tmp_path.glob("backup-work-*")] == []
    assert manage(known, "backup").returncode == 0


def test_room_for_the_copy_the_file_and_the_next_texts_is_looked_for_before(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR, settings.BACKUP_KEY, settings.MEDIA_ROOT = tmp_path, "", tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "recording").write_bytes(os.urandom(1000))
    monkeypatch.setenv("PATH", path_of_programs())
    needed = 2 * making.STORES[connection.vendor].size() + 1000 + making.SPARED
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(free=needed - 1))
    with pytest.raises(CannotBackUp, match=r"backups has room for \d+ MB, and a backup may take \d+ MB"):
        making.make(tmp_path / "backups")
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: SimpleNamespace(free=needed))
    assert making.make(tmp_path / "backups").path.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "can't be read: No such file or directory."),
        (b"", "can't be restored"),
        (b"no backup", "can't be restored"),
    ],
)
def test_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes | None, says: str) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    done = manage(present(tmp_path), "restore", str(file))
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert says in done.stderr


@pytest.fixture
def by_clock(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.BACKUP_DIR = str(tmp_path / "backups")
    own = {"BACKUP_DIR": settings.BACKUP_DIR, "BACKUPS_KEPT": "2", "PATH": path_of_programs()}
    for name, value in {**present(tmp_path), **own}.items():
        monkeypatch.setenv(name, value)
    return Path(settings.BACKUP_DIR)


@pytest.mark.long
def test_clock_makes_one_when_it_is_due_and_the_oldest_go(by_clock: Path, settings: Settings) -> None:
    assert found("backup") == [("unknown", "due", "The first one is made soon.")]
    by_clock.mkdir()
    for day in (1, 2, 3):
        (by_clock / f"pbx-messaging-2020010{day}T000000Z.tar.gz").write_bytes(b"")
    (by_clock / "holiday.tar.gz").write_bytes(b"")
    assert scheduled.back_up_if_due(), Fact.objects.filter(name="backup_tried").values()
    kept = sorted(path.name for path in by_clock.iterdir())
    assert (kept[0], kept[1], len(kept)) == ("holiday.tar.gz", "pbx-messaging-20200103T000000Z.tar.gz", 3)
    assert {archive.KEYS, archive.SPOOL} < {
        name for name, _content in archive.members(by_clock / kept[2], None)
    }
    assert [one[:2] for one in found("backup")] == [("ok", "plain")]
    assert not scheduled.back_up_if_due()


@pytest.mark.long
def test_clock_says_why_it_made_none_and_tries_again(by_clock: Path) -> None:
    by_clock.write_bytes(b"a file in its place")
    assert not scheduled.back_up_if_due()
    [(state, code, said)] = found("backup")
    assert (state, code, "can't be written or read" in said) == ("warning", "failed", True)
    by_clock.unlink()
    assert not scheduled.back_up_if_due()
    note_fact("backup_tried", timezone.now() - timedelta(hours=1, seconds=1), trouble="no room")
    assert scheduled.back_up_if_due()
    assert [one[:2] for one in found("backup")] == [("ok", "plain")]


def test_page_without_a_restored_backup_says_so(admin_page: Client) -> None:
    assert "No restored backup waits" in admin_page.get("/system/restored/").content.decode()
    assert admin_page.post("/system/restored/")["Location"] == "/system/status/"
