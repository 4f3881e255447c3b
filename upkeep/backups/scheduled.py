"""Backups by the clock, each made by a process of its own: texts must not miss the time that it takes."""

import logging
import subprocess
import sys
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from health import troubles
from health.models import Fact, note_fact
from pbx_messaging.processes.orphans import dying_with_me

logger = logging.getLogger(__name__)

AGAIN = timedelta(hours=1)  # after a try in vain
COMMAND = [sys.executable, str(settings.BASE_DIR / "manage.py"), "backup"]


def back_up_if_due() -> bool:
    """True if one was made. Why one could not be made is noted, for System Status."""
    if not settings.BACKUP_DIR or not _is_due():
        return False
    note_fact("backup_tried", timezone.now(), trouble="")
    trouble = _trouble()
    if trouble:
        logger.error("no backup was made: %s", trouble)
        note_fact("backup_tried", timezone.now(), trouble=trouble)
    return not trouble


def _is_due() -> bool:
    now, at = timezone.now(), dict(Fact.objects.filter(name__startswith="backup").values_list("name", "at"))
    if "backup" in at and now - at["backup"] < timedelta(hours=settings.BACKUP_EVERY_H):
        return False
    return "backup_tried" not in at or now - at["backup_tried"] >= AGAIN


def _trouble() -> str:
    try:
        done = subprocess.run(
            ["nice", *COMMAND],
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=settings.BACKUP_TOTAL_S,
            preexec_fn=dying_with_me(),
        )
    except subprocess.TimeoutExpired:
        return troubles.BACKUP_TOO_LONG()
    lines = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"exit code {done.returncode}")
